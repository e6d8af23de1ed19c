"""Answers of Instagram's APIs: media of own and other accounts, by hashtag, tagged, comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from howfar.readers.api_answers import Answers, api_batches, first_values, inner_list
from howfar.readers.graph_value import by_id, is_insight, is_threads, other_what
from howfar.readers.instagram_media import (
    KNOWN_FIELDS,
    account_figures,
    answers_in,
    comment_row,
    is_comment,
    is_media,
    media_row,
)
from howfar.readers.instagram_owners import Owners
from howfar.readers.json_records import JsonRecord
from howfar.readers.json_values import BadPostError, Object
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_LISTS = ("", "data", "business_discovery.media.data")
_BY_OTHERS = ("tags", "mentioned_media")
_OWN = ("media", "stories", "live_media")
_COUNTS = frozenset(("followers_count", "follows_count", "media_count"))
_WEAK = 0.3
# Insights of Facebook begin with the first two; the third is one of Threads.
_ELSEWHERE = ("page_", "post_", "followers_count")


class InstagramGraph:
    """Media with their comments and accounts with their figures, as Instagram's APIs answer."""

    declaration = ReaderDeclaration(
        id="instagram-graph",
        title="Instagram Graph API, JSON",
        platform="instagram",
        exported_by=(
            "Instagram's API with Facebook or Instagram login, its Basic Display API (until "
            "December 2024), and tools that store their answers unchanged"
        ),
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("counts.comments", "counts.shares", "counts.bookmarks"),
            *("account_counts.followers", "account_counts.following", "account_counts.posts"),
        ),
        lacks=(
            "the time of asking; language; likes, comments, views and shares that an account "
            "hides; reposts; who posted what a hashtag, a tag or a mention found, unless the field "
            "username is given (then it is rejected, or taken for the source's channel where the "
            "answer does not show that it is by others); media without the field timestamp, which "
            "are rejected; shares, saves and, but for other business accounts, views, unless "
            "insights were asked for as a field of own media; personal accounts"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "With a professional account of your own and an app in Meta's developer console, store "
            "the answers of /ACCOUNT/media with fields=id,username,timestamp,caption,media_type,"
            "media_product_type,permalink,like_count,comments_count,insights.metric(views,shares,"
            "saved); for other professional accounts ask business_discovery.username(NAME)"
            "{id,username,followers_count,media_count,media{id,timestamp,caption,media_type,"
            "like_count,comments_count,view_count}}. Declare the day of asking as observed_at."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first records are media or accounts of Instagram."""
        for value in first_values(head, _LISTS, _is_record):
            for inner in by_id(value) or [value]:
                if is_threads(inner):
                    return Sniff(0.0, "the posts are those of Threads")
                what = _what(inner)
                if what:
                    return Sniff(0.95, f"JSON whose first record is {what} of Instagram")
                if is_comment(inner):
                    return Sniff(_WEAK, "comments of Instagram, or posts of Threads")
        return Sniff(0.0, "no JSON with media (id, media_type) or accounts of Instagram")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Media, the comments that stand in them, and figures of accounts, in order.

        A comment in a medium is a record of its own, a picture of an album is none. Other objects
        are rejected as not_a_post.

        Raises InputError where the document holds nothing else, and says what it holds.
        """
        owners = Owners(document)
        return api_batches(
            document,
            context,
            tally,
            lists=_LISTS,
            is_record=_is_record,
            first=partial(_keep_discovered, owners),
            keep=partial(_keep, owners),
            wanted="media or comments",
            expected="answers of an account's media, of business_discovery, of a hashtag, of "
            "comments, or of an account with followers_count",
        )


def _is_record(value: Any) -> bool:
    return (is_media(value) and "timestamp" in value) or is_comment(value)


def _what(value: Object) -> str:
    """What object of Instagram it surely is; empty where it may be another platform's."""
    if "created_time" in value:
        return ""
    if is_media(value):
        return "a medium"
    if "business_discovery" in value or any(
        isinstance(value.get(name), dict) for name in _BY_OTHERS
    ):
        return "an account that was asked for"
    if {"media_count", "follows_count"} & value.keys():
        return "an account"
    if any(is_media(m) for name in _OWN for m in _list_in(value, name)):
        return "an account with its media"
    if is_insight(value) and not str(value.get("name")).startswith(_ELSEWHERE):
        return "an insight"
    return "a product tag" if {"product_id", "merchant_id"} <= value.keys() else ""


def _list_in(value: Object, name: str) -> list[Any]:
    inner = value.get(name)
    return (inner_list(inner, "data") or []) if isinstance(inner, dict) else []


def _keep(owners: Owners, found: Answers, record: JsonRecord) -> None:
    line, value = record.line, record.value
    if not isinstance(value, dict):
        found.other_kind(line, other_what(value))
        return
    several = inner_list(value, "data") if "id" not in value else None
    several = by_id(value) if several is None else several
    if several is not None:
        for inner in several:
            try:
                _keep(owners, found, replace(record, value=inner))
            except BadPostError as bad:
                found.batch.reject(line, bad.reason, bad.detail)
    elif isinstance(value.get("business_discovery"), dict):
        _keep_account(found, line, value["business_discovery"])
    elif is_threads(value):
        found.other_kind(line, "posts of Threads")
    elif is_media(value):
        account = owners.at(line)
        _keep_media(found, line, value, account or {}, by_others=account is None)
    elif is_comment(value):
        _keep_comment(found, line, value, {}, {})
    else:
        _keep_account(found, line, value)


def _keep_discovered(owners: Owners, found: Answers) -> None:
    """Keep the figures of accounts whose media follow; each is a record of its own."""
    for line, account in owners.figured():
        try:
            found.figures(line, account_figures(account))
        except BadPostError as bad:
            found.batch.reject(line, bad.reason, bad.detail)


def _keep_account(found: Answers, line: int, account: Object) -> None:
    """Keep an account's figures and the media that stand in it, its own or others'."""
    figures = account_figures(account)
    own = [m for name in _OWN for m in _list_in(account, name)]
    others = _list_in(account, "tags")
    mentioned = account.get("mentioned_media")
    others += [mentioned] if isinstance(mentioned, dict) else []
    if not (figures or own or others):
        bare = "username" in account or "business_discovery" in account
        found.other_kind(line, "accounts without figures" if bare else other_what(account))
        return
    found.figures(line, figures, record=not own and not others)
    for media in own:
        _keep_media(found, line, media, account)
    for media in others:
        _keep_media(found, line, media, {}, by_others=True)


def _keep_media(
    found: Answers, line: int, media: Any, account: Object, *, by_others: bool = False
) -> None:
    if not is_media(media):
        found.other_kind(line, other_what(media))
        return
    found.unknown(media.keys() - KNOWN_FIELDS)
    found.post(line, partial(media_row, media, account, by_others=by_others))
    for comment in answers_in(media, "comments"):
        _keep_comment(found, line, comment, media, media)


def _keep_comment(found: Answers, line: int, comment: Any, above: Object, media: Object) -> None:
    """Keep a comment and the replies that stand in it."""
    if not is_comment(comment):
        found.other_kind(line, other_what(comment))
        return
    found.unknown(comment.keys() - KNOWN_FIELDS)
    found.post(line, partial(comment_row, comment, above, media))
    for reply in answers_in(comment, "replies"):
        _keep_comment(found, line, reply, comment, media)


READER = InstagramGraph()
