"""Reports of Google Analytics 4 as CSV: users, sessions and views by day, country, source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.insights import (
    DETAIL,
    age_of,
    canonical,
    country_of,
    csv_lines,
    day_of,
    figure,
    give,
    language_of,
)
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_GROUPING = (
    *("Session primary channel group (Default Channel Group)", "Session default channel group"),
    *("First user primary channel group (Default Channel Group)", "Default channel group"),
    *("First user default channel group", "Session primary channel group"),
)
_NAMES = {
    "date": ("Date",),
    "nth_day": ("Nth day",),
    "country": ("Country", "Country ID"),
    "language": ("Language code", "Language"),
    "age": ("Age",),
    "gender": ("Gender",),
    "source": _GROUPING,
    "users": ("Active users", "Users"),
    "users_total": ("Total users",),
    "users_new": ("New users",),
    "sessions": ("Sessions",),
    "sessions_engaged": ("Engaged sessions",),
    "page_views": ("Views", "Screen views", "Page views"),
    "events": ("Event count",),
}
_UNITS = {
    **{"users": "users", "users_total": "users", "users_new": "users", "sessions": "sessions"},
    **{"sessions_engaged": "sessions", "page_views": "views", "events": "events"},
}
_DIMENSIONS = tuple(name for name in _NAMES if name not in _UNITS)
_SOURCES = (
    *("direct", "organic search", "organic social", "organic video", "organic shopping", "email"),
    *("referral", "paid search", "paid social", "paid video", "paid shopping", "paid other"),
    *("display", "affiliates", "audio", "sms", "mobile push notifications", "cross-network"),
    *("unassigned", "(other)", "ai assistants"),
)
_IGNORED = re.compile(
    r"(?i).*rate|.* per .*|average .*|engaged .*|key events|conversions|total revenue|"
    r"user engagement|engagement time|totals?"
)
_PERIOD = re.compile(r"#\s*(Start|End) date:\s*([0-9]{8})")
_TOTALS = ("", "total", "totals", "grand total")


class GoogleAnalytics:
    """A figure a day becomes a series; one a country, age, language or source the audience."""

    declaration = ReaderDeclaration(
        id="google-analytics",
        title="Google Analytics 4 reports",
        platform="web",
        exported_by="Google Analytics 4, reports and free forms, Download file, CSV",
        supplies=("series", "audience"),
        lacks=(
            "single pages (no time of publication), cities, revenue, averages and rates; anything "
            "by gender or of people under 18, which is not kept; the zone of its days"
        ),
        tested_on="documentation",
        needs=("timezone", "channel"),
        how_to_obtain=(
            "With access to the property: open a report such as Demographic details or Traffic "
            "acquisition, choose the period, Share this report, Download file, CSV. For figures by "
            "day choose the dimension Date in an exploration (free form) and export it as CSV. "
            "Set the interface to English. The zone is that of the property."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where lines with # and a start date stand above the header."""
        text = decoded_head(head).lstrip("\ufeff")
        if text.startswith("#") and _PERIOD.search(text):
            return Sniff(0.95, "it begins with comments that tell a start date")
        if text.startswith("# ---"):
            return Sniff(0.6, "it begins with comments as Google Analytics writes them")
        return Sniff(0.0, "it does not begin with comments that tell a start date")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Figures in the file's order, of all its tables; lines of totals are no records."""
        batch = RowBatch(context, tally)
        period: dict[str, str] = {}
        header: list[str] = []
        columns: dict[str, str] = {}
        unknown: list[str] = []
        for line, fields, reason in csv_lines(document):
            if fields and re.match(r"\ufeff?#(?:[ -]|$)", fields[0]):
                if (said := _PERIOD.match(fields[0].lstrip("\ufeff"))) is not None:
                    period[said[1].lower()] = said[2]
                # A table may follow with a header of its own.
                header = []
                continue
            if not reason and not header:
                header = [name.strip() for name in fields]
                columns = canonical(header, _NAMES)
                unknown = [
                    c for c in header if c not in columns.values() and not _IGNORED.fullmatch(c)
                ]
                continue
            row = dict(zip(header, fields, strict=False))
            known = {name: row.get(column, "") for name, column in columns.items()}
            keys = [known[name] for name in _DIMENSIONS if name in known]
            if not reason and keys and all(k.strip().casefold() in _TOTALS for k in keys):
                continue
            try:
                if not reason and len(fields) != len(header):
                    reason = "columns"
                if reason:
                    raise BadPostError(reason, DETAIL[reason])
                _keep(batch, line, known, period)
                for column in unknown:
                    tally.unknown(column)
            except BadPostError as bad:
                batch.reject(line, bad.reason, bad.detail)
            if batch.full:
                yield batch.out()
        yield batch.out()


def _keep(batch: RowBatch, line: int, row: Mapping[str, str], period: Mapping[str, str]) -> None:
    dimensions = [name for name in _DIMENSIONS if name in row]
    if not dimensions or "gender" in dimensions:
        expected = "expected figures by day, country, language, age or channel group"
        raise BadPostError("not_a_post", expected)
    suffix = _source(row["source"]) if "source" in row else ""
    told = {
        metric: (value, unit)
        for metric, unit in _UNITS.items()
        if metric in row and (value := figure(row[metric], metric)) is not None
    }
    about: dict[str, Any] = {"country": country_of(row["country"]) if "country" in row else None}
    context = batch.context
    if "date" in row or "nth_day" in row:
        if len(dimensions) > 1 + ("country" in row) + ("source" in row):
            raise BadPostError("not_a_post", "expected figures by day, country and source only")
        if "date" in row:
            about["at"] = day_of(row["date"], context)
        elif "start" in period and re.fullmatch(r"[0-9]{1,4}", row["nth_day"]):
            about["at"] = day_of(period["start"], context, days=int(row["nth_day"]))
        else:
            raise BadPostError("date", "Nth day: expected a number, and a start date above")
        named = {f"web_{metric}{suffix}": value for metric, value in told.items()}
        give(batch, "series", line, about, named)
        return
    about["age"] = age_of(row["age"]) if "age" in row else None
    about["language"] = language_of(row["language"]) if "language" in row else None
    if "start" in period and "end" in period:
        about["period_start"] = day_of(period["start"], context)
        about["period_end"] = day_of(period["end"], context, days=1)
    give(batch, "audience", line, about, {f"{m}{suffix}": value for m, value in told.items()})


def _source(told: str) -> str:
    if told.strip().casefold() not in _SOURCES:
        raise BadPostError("type", "expected a channel group that Google Analytics names")
    return "_from_" + re.sub(r"[^a-z]+", "_", told.strip().casefold()).strip("_")


READER = GoogleAnalytics()
