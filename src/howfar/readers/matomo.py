"""Reports of Matomo as CSV: visits and page views by day, country and kind of source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.errors import InputError
from howfar.readers.delimited import header_of
from howfar.readers.insights import canonical, country_of, day_of, figure, give, table_rows
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_NAMES = {
    "date": ("date", "Date"),
    "label": ("label", "Label"),
    "code": ("metadata_code", "Metadata: code"),
    "visitors": ("nb_uniq_visitors", "Unique visitors"),
    "visits": ("nb_visits", "Visits"),
    "users": ("nb_users", "Users"),
    "actions": ("nb_actions", "Actions"),
    "page_views": ("nb_pageviews", "Pageviews"),
    "page_views_unique": ("nb_uniq_pageviews", "Unique Pageviews"),
    "downloads": ("nb_downloads", "Downloads"),
}
_UNITS = {
    **{"visitors": "visitors", "visits": "visits", "users": "users", "actions": "actions"},
    **{"page_views": "views", "page_views_unique": "views", "downloads": "downloads"},
}
_SOURCES = {
    **{"direct entry": "direct", "search engines": "search", "websites": "websites"},
    **{"social networks": "social", "campaigns": "campaigns", "ai assistants": "ai_assistants"},
}
_IGNORED = re.compile(
    r"(?i).*(?:rate|avg|average|duration|length|revenue|conversion|bounce|max|sum_|goal|idgoal|"
    r"outlink|search|hits|segment|metadata|per visit|returning|new|time|bandwidth|evolution).*|"
    r"bool|url|nb_keywords"
)


class Matomo:
    """A figure a day becomes a series; one a country or kind of source the audience."""

    declaration = ReaderDeclaration(
        id="matomo",
        title="Matomo reports",
        platform="web",
        exported_by="Matomo, Export this dataset, CSV; or its reporting API with format=CSV",
        supplies=("series", "audience"),
        lacks=(
            "the period of tables without a date; single pages (no time of publication), cities, "
            "averages and rates; the zone of its days"
        ),
        tested_on="documentation",
        needs=("timezone", "channel"),
        how_to_obtain=(
            "With access to the site: below a report choose Export this dataset, CSV, all rows. "
            "Visits Overview with a range of days gives figures by day, Locations by country, "
            "All Channels by source. Set the interface to English, or choose the API's names."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has Matomo's names of visits beside a label or date."""
        header = header_of(head, ",")
        columns = canonical(header, _NAMES)
        if not columns.keys() & {"label", "date"} or "visits" not in columns:
            return Sniff(0.0, "the header lacks visits, and a label or date")
        if "nb_visits" in header:
            return Sniff(0.95, "the header has nb_visits beside a label or date")
        if columns.keys() & {"actions", "visitors"}:
            return Sniff(0.8, "the header has visits and actions beside a label or date")
        return Sniff(0.3, "the header has visits")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Figures in the file's order."""
        batch = RowBatch(context, tally)
        for columns, header, rows in table_rows(document, context.batch_rows, _NAMES):
            if "date" not in columns and "label" not in columns and "code" not in columns:
                raise InputError(
                    "the header lacks a date or label",
                    where=f"{document.name}:1",
                    expected="a report of Matomo by day, country or source",
                    next="export another report, or leave this file out",
                    reason="header",
                )
            for column in header:
                if column not in columns.values() and not _IGNORED.fullmatch(column):
                    tally.unknown(column, len(rows))
            for row in rows:
                try:
                    if row.reason:
                        raise BadPostError(row.reason, row.detail)
                    _keep(batch, row.line, row.fields)
                except BadPostError as bad:
                    batch.reject(row.line, bad.reason, bad.detail)
                if batch.full:
                    yield batch.out()
        yield batch.out()


def _keep(batch: RowBatch, line: int, row: Mapping[str, str]) -> None:
    told = {
        metric: (value, unit)
        for metric, unit in _UNITS.items()
        if metric in row and (value := figure(row[metric], metric)) is not None
    }
    about: dict[str, Any] = {}
    suffix = ""
    if "code" in row:
        about["country"] = country_of("" if row["code"] in ("xx", "ti") else row["code"])
    elif "label" in row:
        source = _SOURCES.get(row["label"].strip().casefold())
        if source is None:
            raise BadPostError("not_a_post", "expected figures by day, country or kind of source")
        suffix = f"_from_{source}"
    if "date" in row:
        about["at"] = day_of(row["date"], batch.context)
        named = {f"web_{metric}{suffix}": value for metric, value in told.items()}
        give(batch, "series", line, about, named)
    else:
        give(batch, "audience", line, about, {f"{m}{suffix}": v for m, v in told.items()})


READER = Matomo()
