"""Submissions and comments of Reddit: archives' JSON Lines, and answers of its API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.documents import head_of
from howfar.readers.json_head import json_head
from howfar.readers.json_posts import Row, json_posts
from howfar.readers.reddit_post import KNOWN_FIELDS, posts_in, raw_row
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_LISTINGS = ("data.children", "*.data.children")
_HEAD_BYTES = 65_536


class Reddit:
    """Bare objects (a dump's lines), things with their kind, listings and threads of comments."""

    declaration = ReaderDeclaration(
        id="reddit",
        title="Reddit submissions and comments, JSON",
        platform="reddit",
        exported_by=(
            "the archives of Reddit that publish JSON Lines (mostly .zst), or tools that store the "
            "answers of Reddit's API"
        ),
        supplies=(
            *("posts", "posts.removed", "posts.labelled", "counts.reactions", "counts.comments"),
            "counts.shares",
        ),
        lacks=(
            "votes as a count: Reddit gives votes for less votes against, slightly blurred; they "
            "are taken as reactions, which is fewer than there were, and as missing below zero or "
            "while hidden. The community's name has no column. No views, followers, language; the "
            "time of reading is given in archives alone. Comments' counts of replies are missing. "
            "Deleted and removed posts are kept as removed, without their text, even where an "
            "archive still has it; without an author they are rejected. Community and user names "
            "of the archive's other fields are not read"
        ),
        tested_on="real samples",
        how_to_obtain=(
            "Monthly archives of public submissions and comments are shared by research projects "
            "as .zst files of JSON Lines; cut out the communities of the study and keep their "
            "terms. Reddit's own API needs a registered application and, for research, Reddit's "
            "consent; store the answers for /comments, /new or /search as they come."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where objects have a community, an author and a time of Reddit's."""
        shown = json_head(head)
        if shown.has("subreddit", "created_utc", "author"):
            return Sniff(0.95, "objects have the fields subreddit, created_utc and author")
        if shown.has("kind", "data", "children") and shown.says("kind", "Listing"):
            return Sniff(0.9, "the file is a listing of Reddit's API")
        return Sniff(0.0, "there are no fields such as subreddit, created_utc")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order, replies after what they answer."""
        shown = json_head(head_of(document, _HEAD_BYTES))

        def row(post: Any, _: Mapping[str, Any]) -> Row:
            made = raw_row(post)
            if made.get("reactions") is not None and not post.get("downs"):
                tally.note("net_votes")
            return made

        return json_posts(
            document,
            context,
            tally,
            lists=_LISTINGS if shown.has("kind", "data", "children") else ("", "data"),
            is_record=_is_record,
            row=row,
            known=KNOWN_FIELDS,
            split=posts_in,
        )


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and (
        {"kind", "data"} <= value.keys() or {"subreddit", "created_utc"} <= value.keys()
    )


READER = Reddit()
