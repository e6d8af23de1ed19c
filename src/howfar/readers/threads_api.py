"""Answers of the Threads API: posts, replies, search results, followers of an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from howfar.readers.api_answers import Answers, api_batches, first_values, inner_list
from howfar.readers.graph_value import by_id, is_threads, other_what
from howfar.readers.json_records import JsonRecord
from howfar.readers.json_values import BadPostError
from howfar.readers.threads_post import KNOWN_FIELDS, account_figures, is_post, post_row
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_LISTS = ("", "data")
_WEAK = 0.3


class ThreadsApi:
    """Posts and replies of Threads with the insights that were asked for as a field of them."""

    declaration = ReaderDeclaration(
        id="threads-api",
        title="Threads API, JSON",
        platform="threads",
        exported_by="the Threads API of Meta, and tools that store its answers unchanged",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            "posts.withheld",
            *("counts.comments", "counts.shares", "counts.quotes", "posts.availability"),
            "account_counts.followers",
        ),
        lacks=(
            "the time of asking; language; figures of posts, unless their insights stand in them "
            "(own posts only; those of a reply count direct answers alone); shares by message; "
            "the figures of a repost, which the API does not give"
        ),
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=(
            "With an app in Meta's developer console that has threads_basic, store the answers of "
            "/me/threads and /POST/conversation with fields=id,text,timestamp,username,owner,"
            "media_type,permalink,is_quote_post,quoted_post,reposted_post,is_reply,replied_to,"
            "root_post,link_attachment_url; for posts of others, of /keyword_search. Put the "
            "answer of /POST/insights into its post as the member insights, and declare the day "
            "of asking as observed_at."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first records have what only posts of Threads have."""
        for value in first_values(head, _LISTS, _is_record):
            for inner in by_id(value) or [value]:
                if is_threads(inner):
                    return Sniff(0.95, "JSON whose first record is a post of Threads")
                if inner.get("name") == "followers_count" and "/insights/" in str(inner.get("id")):
                    return Sniff(0.95, "JSON with the followers of an account of Threads")
                if {"id", "text", "timestamp"} <= inner.keys():
                    return Sniff(_WEAK, "posts of Threads, or comments of Instagram")
        return Sniff(0.0, "no JSON with posts of Threads (media_product_type THREADS)")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts and replies, and followers of accounts, in the document's order.

        Raises InputError where the document holds nothing else, and says what it holds.
        """
        return api_batches(
            document,
            context,
            tally,
            lists=_LISTS,
            is_record=_is_record,
            keep=_keep,
            wanted="posts of Threads",
            expected="answers of threads, replies, conversation, keyword_search, or of an "
            "account's insights with followers_count",
        )


def _is_record(value: Any) -> bool:
    return is_post(value) and "timestamp" in value


def _keep(found: Answers, record: JsonRecord) -> None:
    line, value = record.line, record.value
    if not isinstance(value, dict):
        found.other_kind(line, other_what(value))
        return
    several = inner_list(value, "data") if "id" not in value else None
    several = by_id(value) if several is None else several
    if several is not None:
        for inner in several:
            try:
                _keep(found, replace(record, value=inner))
            except BadPostError as bad:
                found.batch.reject(line, bad.reason, bad.detail)
    elif is_post(value):
        found.unknown(value.keys() - KNOWN_FIELDS)
        found.post(line, partial(post_row, value))
    elif figures := account_figures(value):
        found.figures(line, figures)
    else:
        found.other_kind(line, other_what(value))


READER = ThreadsApi()
