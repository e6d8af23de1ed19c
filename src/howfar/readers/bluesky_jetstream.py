"""Posts of Bluesky as the Jetstream service streams them: one event a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.bluesky_post import POST, RECORD_FIELDS, REPOST, at_uri, record_row
from howfar.readers.json_head import json_head
from howfar.readers.json_posts import Row, json_posts, no_post
from howfar.readers.json_values import BadPostError, Object, obj, text
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_EVENT_FIELDS = frozenset({"did", "time_us", "kind", "type", "commit", "identity", "account"})
_COMMIT_FIELDS = frozenset({"rev", "operation", "type", "collection", "rkey", "record", "cid"})
_OPERATIONS = {"create": "create", "update": "update", "c": "create", "u": "update"}
_PART = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_LATEST = 10**17


class BlueskyJetstream:
    """Commits that create or update posts and reposts; the first form of 2024 is read as well."""

    declaration = ReaderDeclaration(
        id="bluesky-jetstream",
        title="Bluesky Jetstream events, JSON Lines",
        platform="bluesky",
        exported_by="programs that store what a Jetstream server sends, one event a line",
        supplies=("posts",),
        lacks=(
            "all counts, labels and handles: an event tells what an author wrote, in the moment. "
            "Likes, follows, changes of accounts and deletions are rejected as not_a_post: a "
            "deletion tells neither time nor text of what is gone; honour it with howfar forget. "
            "The stream is complete only for the accounts and kinds that were asked for and the "
            "hours that the program ran"
        ),
        tested_on="documentation",
        how_to_obtain=(
            "Connect a websocket client to a public Jetstream server, path /subscribe, with "
            "wantedCollections=app.bsky.feed.post and app.bsky.feed.repost and, for known "
            "channels, wantedDids; write each message on a line of its own. No account is needed. "
            "It begins now, or up to a few days back by its cursor."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where events have an account, a time in microseconds and a commit."""
        shown = json_head(head)
        if shown.has("did", "time_us") and {"commit", "identity", "account"} & shown.names:
            return Sniff(0.95, "events have the fields did, time_us and commit")
        return Sniff(0.0, "there are no events with did and time_us")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts and reposts in the file's order; an update is the post in its new form."""

        def row(event: Any, _: Mapping[str, Any]) -> Row:
            if not isinstance(event, dict) or "commit" not in event:
                raise no_post("a commit of a post or repost")
            commit = obj(event, "commit")
            operation = text(commit, "operation") or text(commit, "type") or ""
            if operation not in _OPERATIONS or commit.get("collection") not in (POST, REPOST):
                raise no_post("a commit that creates or updates a post or repost")
            record = obj(commit, "record")
            for name in sorted(commit.keys() - _COMMIT_FIELDS):
                tally.unknown(f"commit.{name}")
            for name in sorted(record.keys() - RECORD_FIELDS):
                tally.unknown(name)
            return record_row(record, _address(event, commit)) | {"collected_at": _time(event)}

        return json_posts(
            document,
            context,
            tally,
            lists=("",),
            is_record=lambda value: isinstance(value, dict) and "did" in value,
            row=row,
            known=_EVENT_FIELDS,
        )


def _address(event: Object, commit: Object) -> str | None:
    parts = [text(event, "did"), text(commit, "collection"), text(commit, "rkey")]
    if not all(part and _PART.fullmatch(part) for part in parts):
        raise BadPostError("id", "did, rkey: expected a DID and a record key")
    return at_uri({"uri": "at://" + "/".join(map(str, parts))}, "uri")


def _time(event: Object) -> int | None:
    found = event.get("time_us")
    if found is not None and (type(found) is not int or not 0 <= found < _LATEST):
        raise BadPostError("date", "time_us: expected microseconds since 1970")
    return found


READER = BlueskyJetstream()
