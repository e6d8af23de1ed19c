"""Content exports of Meta Business Suite: posts of a Facebook page or Instagram account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.errors import InputError
from howfar.readers.delimited import header_of
from howfar.readers.insights import canonical, count, table_rows
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_NAMES = {
    "post_id": ("Post ID", "Beitrags-ID", "Publicerings-id"),
    "page_id": ("Page ID", "Seiten-ID", "Sid-id"),
    "account_id": ("Account ID", "Konto-ID", "Konto-id"),
    "username": ("Account username", "Konto-Benutzername", "Kontots användarnamn"),
    "title": ("Title", "Titel"),
    "description": ("Description", "Beschreibung", "Beskrivning"),
    "published": ("Publish time", "Veröffentlichungszeitpunkt", "Publiceringstid"),
    "kind": ("Post type", "Beitragstyp", "Inläggstyp"),
    "is_share": ("Is share",),
    "date": ("Date", "Datum"),
    "views": ("Views", "Aufrufe", "Visningar"),
    "reactions": ("Reactions", "Reaktionen", "Reaktioner"),
    "likes": ("Likes", "„Gefällt mir“-Angaben", "Gilla-markeringar"),
    "comments": ("Comments", "Kommentare", "Kommentarer"),
    "shares": ("Shares", "Geteilte Inhalte", "Delningar"),
    "bookmarks": ("Saves", "Gespeicherte Beiträge", "Sparade objekt"),
    "clicks": ("Total clicks", "Totalt antal klick"),
}
_COUNTS = ("views", "reactions", "comments", "shares", "bookmarks", "clicks")
# Known, and not kept: what has no column, or adds up from others that are kept.
_IGNORED = re.compile(
    r"(?i)page name|account name|kontoname|kontonamn|sidnamn|seitenname|duration.*|dauer.*|"
    r"längd.*|caption type|perma.*|is crosspost|languages?|custom labels|funded content status|"
    r"data comment|datenkommentar|datakommentar|reach|reichweite|räckvidd|impressions|follows|"
    r"följer|reactions, comments and shares|reaktioner, kommentarer och delningar|.*clicks?|"
    r".*klick|matched audience.*|negative feedback.*|seconds viewed|average seconds viewed|"
    r"estimated earnings.*|ad cpm.*|ad impressions|.*viewers|profile visits|replies"
)
_MONTH_FIRST = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})[ T]([0-9]{1,2}):([0-9]{2})(:\d\d)?"
)
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})[ T]([0-9]{1,2}):([0-9]{2})(:\d\d)?"
)
_REQUIRED = ("post_id", "published")


class MetaBusinessContent:
    """One post a row, with the figures since it was published."""

    declaration = ReaderDeclaration(
        id="meta-business-content",
        title="Meta Business Suite, content export",
        platform="facebook, instagram",
        exported_by="Meta Business Suite, Insights, Content, Export data (CSV)",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("counts.comments", "counts.shares", "counts.bookmarks", "counts.clicks"),
        ),
        lacks=(
            "reach and impressions, reactions by kind, followers, the zone of its times; times "
            "such as 05/01/2024 are read with the month first unless the study gives a "
            "date_format; rows of single days are rejected"
        ),
        tested_on="documentation",
        needs=("timezone", "observed_at"),
        how_to_obtain=(
            "As manager of the page or account: business.facebook.com, Insights, Content, Export "
            "data, choose the period, 'Lifetime' figures and all columns, and CSV. Do not open "
            "the file in Excel before: it rounds the ids."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has a post's and its page's or account's id."""
        columns = canonical(header_of(head, ","), _NAMES)
        if set(_REQUIRED) <= columns.keys() and columns.keys() & {"page_id", "account_id"}:
            return Sniff(0.95, "the header has post id, page or account id and publish time")
        return Sniff(0.0, "the header lacks Post ID, Page ID or Account ID, Publish time")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order."""
        batch = RowBatch(context, tally, date_format=context.date_format)
        for columns, header, rows in table_rows(document, context.batch_rows, _NAMES):
            if missing := [name for name in _REQUIRED if name not in columns]:
                raise InputError(
                    f"the header lacks {_NAMES[missing[0]][0]!r}",
                    where=f"{document.name}:1",
                    expected="Post ID, Publish time and figures, as Meta Business Suite writes",
                    next="export again with all columns, the interface in English",
                    reason="header",
                )
            for column in header:
                if column not in columns.values() and not _IGNORED.fullmatch(column):
                    tally.unknown(column, len(rows))
            for row in rows:
                try:
                    if row.reason:
                        raise BadPostError(row.reason, row.detail)
                    batch.add(row.line, _post(row.fields, context))
                except BadPostError as bad:
                    batch.reject(row.line, bad.reason, bad.detail)
                if batch.full:
                    yield batch.out()
        yield batch.out()


def _post(row: Mapping[str, str], context: ReadContext) -> dict[str, Any]:
    if re.search(r"[0-9]", row.get("date", "")):
        raise BadPostError("not_a_post", "Date: expected figures of the whole time, not of a day")
    on_instagram = "account_id" in row and "page_id" not in row
    figures = {name: count(row[name], name) for name in _COUNTS if name in row}
    if "likes" in row:
        likes = count(row["likes"], "likes")
        figures["reaction_like"] = likes
        figures.setdefault("reactions", likes)
    title, description = row.get("title"), row.get("description")
    parts = [part for part in (title, description) if part]
    if len(parts) == 2 and (parts[0] in parts[1] or parts[1] in parts[0]):
        parts = [max(parts, key=len)]
    told = title is not None or description is not None
    return {
        "platform": "instagram" if on_instagram else "facebook",
        "post_id": _id(row, "post_id", required=True),
        "author_id": _id(row, "account_id" if on_instagram else "page_id"),
        "author_handle": row.get("username") or None,
        "relation": "repost" if row.get("is_share", "").strip() in ("1", "true") else "original",
        "kind": row.get("kind") or None,
        "created_at": _time(row["published"], context),
        "text": "\n\n".join(parts) if told else None,
        **figures,
    }


def _id(row: Mapping[str, str], name: str, *, required: bool = False) -> str | None:
    told = row.get(name, "").strip()
    if not told and not required:
        return None
    if not re.fullmatch(r"[0-9]{1,20}(?:_[0-9]{1,20})?", told):
        raise BadPostError("id", f"{name}: expected digits that no spreadsheet has rounded")
    return told


def _time(told: str, context: ReadContext) -> str | None:
    told = told.strip()
    if context.date_format is not None:
        return told or None
    if found := _MONTH_FIRST.fullmatch(told):
        month, day, year, hour, minute, second = found.groups()
    elif found := _DAY_FIRST.fullmatch(told):
        day, month, year, hour, minute, second = found.groups()
    else:
        return told or None
    return f"{year}-{int(month):02}-{int(day):02}T{int(hour):02}:{minute}{second or ':00'}"


READER = MetaBusinessContent()
