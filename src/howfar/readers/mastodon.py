"""Statuses of Mastodon: timelines, single statuses, contexts and searches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from howfar.readers.json_head import json_head
from howfar.readers.json_posts import json_posts
from howfar.readers.mastodon_status import KNOWN_FIELDS, raw_row
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)


class Mastodon:
    """Statuses in a list, alone, one a line, around another one, or in what a search found."""

    declaration = ReaderDeclaration(
        id="mastodon",
        title="Mastodon statuses, JSON",
        platform="mastodon",
        exported_by="tools that store the answers of Mastodon's API, or of servers that speak it",
        supplies=(
            *("posts", "counts.reactions", "counts.reaction_like", "counts.comments"),
            *("counts.shares", "counts.quotes", "account_counts.followers"),
        ),
        lacks=(
            "the time of the crawl, which the study declares; views, which nobody counts; the "
            "conversation. Ids of statuses and accounts are the asked server's own: read all files "
            "of a study from one server. A server knows only the replies, boosts and favourites "
            "that reached it, fewer than there are for accounts of other servers. Boosts come "
            "without figures. Statuses for followers or for named accounts alone are rejected as "
            "not_public. Edits are seen as the last version"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "Ask the channel's own server: /api/v1/accounts/lookup?acct=NAME for the account's id, "
            "then /api/v1/accounts/ID/statuses, page by page with max_id; most servers answer "
            "without a login. Store the answers as they come, one after another, and note the time."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where statuses have an account, a visibility and counts of boosts."""
        shown = json_head(head)
        counts = {"reblogs_count", "favourites_count"} & shown.names
        captured = "timestamp_collected" in shown.names
        if shown.has("account", "visibility", "content") and counts and not captured:
            return Sniff(0.95, "statuses have the fields account, visibility and reblogs_count")
        return Sniff(0.0, "there are no statuses with account, visibility and reblogs_count")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Statuses in the file's order."""
        return json_posts(
            document,
            context,
            tally,
            lists=("", "statuses", "ancestors", "descendants"),
            is_record=_is_record,
            row=lambda status, _: raw_row(status),
            known=KNOWN_FIELDS,
        )


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and {"account", "content"} <= value.keys()


READER = Mastodon()
