"""Answers of the YouTube Data API as they come: videos, search results, comments, channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from howfar.readers.api_answers import Answers, api_batches, inner_list
from howfar.readers.instants import instant
from howfar.readers.json_head import json_head
from howfar.readers.json_records import JsonRecord
from howfar.readers.json_values import BadPostError, Object
from howfar.readers.youtube_resource import (
    KNOWN_FIELDS,
    OTHER_KINDS,
    channel_figures,
    is_resource,
    playlist_share,
    posts_of,
)
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally


class YoutubeDataApi:
    """Pages of items, single resources, lists of either, one a line or one after another."""

    declaration = ReaderDeclaration(
        id="youtube-data-api",
        title="YouTube Data API, JSON",
        platform="youtube",
        exported_by="the YouTube Data API v3, and tools that store its answers unchanged",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("posts.removed", "posts.withheld"),
            *("counts.reaction_other", "counts.comments", "account_counts.followers"),
            *("account_counts.views", "account_counts.posts", "shares"),
        ),
        lacks=(
            "the time of asking, and with part=statistics alone that of publication: such videos "
            "are rejected; how often videos were shared; dislikes since December 2021; likes "
            "that a channel hides, comments where they are switched off, subscribers that a "
            "channel hides; exact subscribers (three digits are given); labels of state-funded "
            "channels; in search results figures and the whole description; of uploads in a list "
            "of activities the exact second; of videos in a playlist, without contentDetails, "
            "their time (the owner's taking them up is then kept as a share)"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "Create a key for the YouTube Data API v3 in a Google Cloud project (free, 10,000 "
            "units a day in 2026) and store the answers of videos.list with part=snippet,"
            "statistics,contentDetails,status, of commentThreads.list with part=snippet,replies "
            "and of channels.list with part=snippet,statistics, one file or line a page. Take the "
            "videos of a channel from its playlist of uploads: a search is cut and differs from "
            "day to day. Declare the day of asking as observed_at."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where a member kind names a resource of YouTube."""
        seen = json_head(head)
        if seen.says("kind", "youtube#[A-Za-z0-9]{1,64}"):
            return Sniff(0.95, "JSON with a kind that begins with youtube#")
        return Sniff(0.0, "no JSON with a kind such as youtube#video")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Videos, comments, shares and channels' figures in the document's order.

        A comment in a thread is a record of its own. Other resources are rejected as not_a_post.

        Raises InputError where the document holds nothing else, and says what it holds.
        """
        return api_batches(
            document,
            context,
            tally,
            lists=("", "items"),
            is_record=is_resource,
            keep=_keep,
            wanted="videos or comments",
            expected="answers of videos, search, playlistItems, activities, comments or "
            "commentThreads, or of channels with part=statistics",
        )


def _keep(found: Answers, record: JsonRecord) -> None:
    """Keep what a resource holds."""
    line, resource = record.line, record.value
    if not isinstance(resource, dict):
        found.other_kind(line, "a bare value")
        return
    items = inner_list(resource, "items")
    if items is not None:
        around = {"kind": resource.get("kind")}
        for item in items:
            try:
                _keep(found, replace(record, value=item, around=around))
            except BadPostError as bad:
                found.batch.reject(line, bad.reason, bad.detail)
        return
    figures = channel_figures(resource)
    share = playlist_share(resource)
    posts = posts_of(resource)
    if figures:
        found.figures(line, figures)
    elif share is not None:
        stamp, fault = instant(share["shared_at"] or "", found.batch.context.timezone)
        if stamp is None:
            raise BadPostError(fault, "publishedAt: expected a time such as 2024-05-01T09:30:00Z")
        found.batch.other("shares", line, {**share, "shared_at": stamp})
    elif isinstance(posts, str):
        # Some resources have no kind of their own, but their page has.
        found.other_kind(line, OTHER_KINDS.get(str(record.around.get("kind")), posts))
        return
    else:
        for row in posts:
            found.post(line, row)
    found.unknown(_names(resource) - KNOWN_FIELDS)


def _names(resource: Object) -> set[str]:
    names = set(resource)
    for part in ("snippet", "statistics"):
        inner = resource.get(part)
        if isinstance(inner, dict):
            names |= {f"{part}.{name}" for name in inner}
    return names


READER = YoutubeDataApi()
