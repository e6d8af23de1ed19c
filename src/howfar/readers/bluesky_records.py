"""Posts of Bluesky as records of their authors' repositories (com.atproto.repo)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.bluesky_post import RECORD_FIELDS, at_uri, record_row
from howfar.readers.json_head import json_head
from howfar.readers.json_posts import Row, json_posts, no_post
from howfar.readers.json_values import BadPostError, Object, text
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_AROUND = frozenset({"uri", "cid", "value", "record", "did", "repo", "collection", "rkey"})
_ACCOUNT = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")


class BlueskyRecords:
    """What getRecord and listRecords answer, and dumps of records with their account and key."""

    declaration = ReaderDeclaration(
        id="bluesky-records",
        title="Bluesky repository records, JSON",
        platform="bluesky",
        exported_by="tools that store the answers of com.atproto.repo.listRecords or getRecord",
        supplies=("posts",),
        lacks=(
            "all counts, labels and the time of the crawl: a repository holds what its author "
            "wrote. Times are those that the author's program states; some programs left out "
            "the zone, which the study must then declare. Likes, lists and profiles are no posts"
        ),
        tested_on="real samples",
        how_to_obtain=(
            "Repositories are public: ask the account's server for com.atproto.repo.listRecords "
            "with collection=app.bsky.feed.post (and app.bsky.feed.repost), page by page with the "
            "cursor, without a login; store the answers as they come, one after another."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where records of app.bsky.feed stand with their address or their account."""
        shown = json_head(head)
        if not shown.says("$type", r"app\.bsky\.feed\.\w+"):
            return Sniff(0.0, "there are no records of app.bsky.feed")
        if {"time_us", "indexedAt"} & shown.names:
            return Sniff(0.2, "the records stand inside events or answers of another kind")
        if shown.has("uri", "value") or shown.has("rkey") or shown.has("uri", "record"):
            return Sniff(0.9, "records of app.bsky.feed stand with their addresses")
        return Sniff(0.6, "there are records of app.bsky.feed")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts and reposts in the file's order."""

        def row(value: Any, _: Mapping[str, Any]) -> Row:
            record = _record(value)
            for name in sorted(record.keys() - RECORD_FIELDS):
                tally.unknown(name)
            return record_row(record, _address(value))

        return json_posts(
            document,
            context,
            tally,
            lists=("", "records"),
            is_record=_is_record,
            row=row,
            known=_AROUND | RECORD_FIELDS,
        )


def _record(value: Any) -> Object:
    if isinstance(value, dict):
        for name in ("value", "record"):
            if isinstance(value.get(name), dict):
                found: Object = value[name]
                return found
        if "$type" in value:
            return value
    raise no_post("a record")


def _address(value: Object) -> str | None:
    """A record's address, or the one that its account, collection and key make up."""
    if value.get("uri") is not None:
        return at_uri(value, "uri")
    parts = [text(value, "did") or text(value, "repo"), text(value, "collection")]
    parts.append(text(value, "rkey"))
    if None in parts:
        return None
    account, collection, key = (part or "" for part in parts)
    if not _ACCOUNT.fullmatch(account) or not _KEY.fullmatch(key):
        raise BadPostError("id", "did, rkey: expected a DID and a record key")
    return at_uri({"uri": f"at://{account}/{collection}/{key}"}, "uri")


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and (
        {"uri", "value"} <= value.keys() or "rkey" in value or {"uri", "record"} <= value.keys()
    )


READER = BlueskyRecords()
