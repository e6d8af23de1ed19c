"""Posts of X (Twitter) as its API v1.1 gave them: answers, collections and streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from howfar.errors import InputError
from howfar.readers.instants import instant
from howfar.readers.json_lines import DETAIL, parse
from howfar.readers.json_records import json_records
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.readers.x_status import KNOWN_FIELDS, status_row
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_LISTS = ("", "statuses", "results", "http_interactions")
_MARKS = (
    *('"full_text"', '"retweet_count"', '"favorite_count"', '"in_reply_to_status_id_str"'),
    *('"screen_name"', '"is_quote_status"', '"favorited"'),
)
_NOTICES = frozenset(
    (
        *("delete", "scrub_geo", "limit", "status_withheld", "user_withheld", "disconnect"),
        *("warning", "friends", "friends_str", "event", "for_user", "control", "user_delete"),
        *("user_undelete", "user_protect", "user_unprotect", "user_suspend", "user_unsuspend"),
    )
)
"""What a stream says between its posts."""
_STREAM = re.compile(r'\s*\{\s*"(?:' + "|".join(sorted(_NOTICES)) + r')"\s*:\s*[{\[]')
_OTHER_FILES = (
    ({"trends"}, "trends"),
    ({"ids"}, "ids of accounts"),
    ({"users"}, "user profiles"),
    ({"lists"}, "lists"),
    ({"screen_name", "followers_count"}, "user profiles"),
    ({"member_count", "subscriber_count"}, "lists"),
)
_DETAIL = "expected a status with an id and a text"
_NOTICE = "expected a post; this is a notice of the stream"


class XApiV1:
    """Statuses in a list, as a search's answer, one a line, or inside recorded HTTP traffic."""

    declaration = ReaderDeclaration(
        id="x-api-v1",
        title="X API v1.1, JSON or JSON Lines",
        platform="x",
        exported_by="tools of the years to 2023 that stored the answers or the stream of API v1.1",
        supplies=(
            *("posts", "counts.reactions", "counts.reaction_like", "counts.comments"),
            "posts.withheld",
            *("counts.shares", "counts.quotes", "account_counts.followers"),
        ),
        lacks=(
            "views; bookmarks; replies and quotes outside of the paid API and its streams; the "
            "conversation of a post; the time of the crawl. Notices of deletion inside a stream "
            "are listed as rejects, not acted on"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "The API v1.1 was closed in 2023. Such files are in collections made before, and "
            "archives hold some; posts that were deleted since must be taken out of them. New "
            "data comes by the X API v2."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where statuses with their old field names stand near the beginning."""
        content = decoded_head(head).lstrip("\ufeff \t\r\n")
        if not content.startswith(("{", "[")):
            return Sniff(0.0, "it does not begin with a JSON object or list")
        # In recorded HTTP traffic the JSON of an answer is a text, its quotes escaped.
        content = content.replace('\\"', '"')
        if '"rest_id"' in content or '"timestamp_collected"' in content:
            return Sniff(0.1, "the posts are nested as on X's own pages")
        found = [mark for mark in _MARKS if mark in content]
        if '"id_str"' in content and len(found) >= 2:
            return Sniff(0.95, f"statuses with the fields id_str, {', '.join(found[:2])}")
        if _STREAM.match(content) and ('"id_str"' in content or '"track"' in content):
            return Sniff(0.7, "it begins with a notice of X's stream")
        return Sniff(0.0, "no fields such as id_str with full_text, retweet_count")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Statuses in the file's order; notices of a stream and errors are rejected.

        Raises InputError where the first record shows that the file holds no posts at all.
        """
        batch = RowBatch(context, tally)
        for record in json_records(document, _LISTS, _is_record):
            if record.reason:
                batch.reject(record.line, record.reason, DETAIL[record.reason])
            else:
                for value, at in _unwrapped(record.value):
                    _take(batch, record.line, value, at, document.name)
                    if batch.full:
                        yield batch.out()
            if batch.full:
                yield batch.out()
        yield batch.out()


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and (
        ("created_at" in value and ("id" in value or "id_str" in value) and "user" in value)
        or not _NOTICES.isdisjoint(value)
        or "response" in value
    )


def _unwrapped(value: Any) -> Iterator[tuple[Any, int | None]]:
    """Statuses of recorded HTTP traffic with the time of recording, or the value itself."""
    response = value.get("response") if isinstance(value, dict) else None
    body = response.get("body") if isinstance(response, dict) else None
    if not isinstance(body, dict) or "request" not in value:
        yield value, None
        return
    told = value.get("recorded_at")
    at = instant(told.replace(" GMT", "Z"), None)[0] if isinstance(told, str) else None
    content, reason = parse(body["string"]) if isinstance(body.get("string"), str) else ({}, "")
    if isinstance(content, dict) and isinstance(content.get("statuses"), list):
        content = content["statuses"]
    if reason:
        yield BadPostError(reason, DETAIL[reason]), None
    elif isinstance(content, list):
        yield from ((status, at) for status in content)
    else:
        yield content, at


def _take(batch: RowBatch, line: int, value: Any, at: int | None, file: str) -> None:
    """One record into the batch, as a row or a reject."""
    if batch.tally.records == 0:
        _refuse_other_files(value, file, line)
    if isinstance(value, BadPostError):
        batch.reject(line, value.reason, value.detail)
        return
    if not isinstance(value, dict):
        batch.reject(line, "not_a_post", _DETAIL)
        return
    if "direct_message" in value:
        batch.reject(line, "not_public", "expected a post, not a private message")
        return
    if "created_at" not in value or not ("text" in value or "full_text" in value):
        batch.reject(line, "not_a_post", _DETAIL if _NOTICES.isdisjoint(value) else _NOTICE)
        return
    try:
        row = status_row(value)
    except BadPostError as bad:
        batch.reject(line, bad.reason, bad.detail)
        return
    for name in sorted(value.keys() - KNOWN_FIELDS):
        batch.tally.unknown(name)
    batch.add(line, row | {"collected_at": at, "observed_at": at})


def _refuse_other_files(value: Any, file: str, line: int) -> None:
    if not isinstance(value, dict) or "text" in value or "full_text" in value:
        return
    for fields, what in _OTHER_FILES:
        if fields <= value.keys():
            raise InputError(
                f"the file holds {what}, not posts of the X API v1.1",
                where=f"{file}:{line}",
                expected="statuses, as timelines, searches and streams gave them",
                next="name another file for this source in study.toml",
            )


READER = XApiV1()
