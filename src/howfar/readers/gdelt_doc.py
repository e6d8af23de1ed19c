"""Answers of GDELT's DOC 2.0 API: timelines as series, lists of articles as posts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from howfar.readers.delimited import delimited_batches, header_of
from howfar.readers.documents import head_of
from howfar.readers.instants import instant
from howfar.readers.json_lines import DETAIL
from howfar.readers.json_records import json_records
from howfar.readers.json_values import BadPostError, text
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally
from howfar.study.codes import countries, languages

_TIMELINE = ("Date", "Series", "Value")
_NAMED = {
    "Volume Intensity": ("gdelt_volume", "percent"),
    "Article Count": ("gdelt_articles", "articles"),
    "Total Monitored Articles": ("gdelt_monitored", "articles"),
    "Average Tone": ("gdelt_tone", "points"),
    "Tone": ("gdelt_tone", "points"),
}
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELDS = {"url", "url_mobile", "title", "seendate", "socialimage", "domain", "language"} | {
    *("sourcecountry", "date", "value", "norm", "toparts"),
}


class GdeltDoc:
    """Timelines in JSON or CSV, and lists of articles in JSON."""

    declaration = ReaderDeclaration(
        id="gdelt-doc",
        title="GDELT DOC 2.0 API",
        platform="web",
        exported_by="the DOC 2.0 API of the GDELT project (mode=timeline..., mode=artlist)",
        supplies=("series", "posts"),
        lacks=(
            "the query (note it in the study's source); of articles only title, domain, language "
            "and when GDELT saw them; at most 250 articles an answer; searches reach back three "
            "months"
        ),
        tested_on="documentation",
        how_to_obtain=(
            "Open api.gdeltproject.org/api/v2/doc/doc?query=WORDS&mode=timelinevolraw&format=json "
            "in a browser and save the page; modes are timelinevol, timelinevolraw, timelinetone, "
            "timelinelang, timelinesourcecountry and artlist. format=csv is read for timelines."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the document begins as the API's answers do."""
        first = decoded_head(head).lstrip("\ufeff \t\r\n")
        if tuple(header_of(head, ",")) == _TIMELINE:
            return Sniff(0.9, "the header is Date,Series,Value")
        if first.startswith("{") and re.search(r'"timeline"\s*:\s*\[', first[:4096]):
            return Sniff(0.95, "it is an object with a timeline")
        if re.match(r'\{\s*"articles"\s*:\s*\[', first) and '"seendate"' in first:
            return Sniff(0.95, "it is an object with a list of articles that were seen")
        return Sniff(0.0, "it is neither a timeline nor a list of articles")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Points of timelines and articles in the file's order, each one record."""
        batch = RowBatch(context, tally)
        first = decoded_head(head_of(document, 4096)).lstrip("\ufeff \t\r\n")
        is_json = first.startswith(("{", "["))
        records = _json(document, tally) if is_json else _csv(document, context.batch_rows)
        for line, value, reason, detail in records:
            try:
                if reason:
                    raise BadPostError(reason, detail)
                if "url" in value:
                    batch.add(line, _article(value))
                else:
                    _point(batch, line, value)
            except BadPostError as bad:
                batch.reject(line, bad.reason, bad.detail)
            if batch.full:
                yield batch.out()
        yield batch.out()


@cache
def _languages() -> dict[str, str]:
    return {name.casefold(): code for code, name in languages().items()}


@cache
def _countries() -> dict[str, str]:
    return {name.casefold(): code for code, name in countries().items()}


_Record = tuple[int, Mapping[str, Any], str, str]


def _json(document: Document, tally: Tally) -> Iterator[_Record]:
    def is_record(value: Any) -> bool:
        return isinstance(value, dict) and ("url" in value or {"date", "value"} <= value.keys())

    for record in json_records(document, ["timeline.*.data", "articles"], is_record):
        if record.reason:
            yield record.line, {}, record.reason, DETAIL[record.reason]
        elif not is_record(record.value):
            yield record.line, {}, "not_a_post", "expected a point of a timeline or an article"
        else:
            for name in sorted(record.value.keys() - _FIELDS):
                tally.unknown(name)
            yield record.line, {**record.value, "series": record.around.get("series")}, "", ""


def _csv(document: Document, batch_rows: int) -> Iterator[_Record]:
    for batch in delimited_batches(document, Tally(), batch_rows=batch_rows):
        rows: list[_Record] = [(r.line, {}, r.reason, r.detail) for r in batch.rejects]
        columns = [batch.columns.get(name) for name in _TIMELINE]
        for place, line in enumerate(batch.lines):
            date, series, told = (c[place] if c else None for c in columns)
            value = _number(told)
            rows.append((line, {"date": date, "series": series, "value": value}, "", ""))
        yield from sorted(rows, key=lambda row: row[0])


def _number(told: str | None) -> float | str | None:
    try:
        return None if not told else float(told)
    except ValueError:
        return told


def _when(value: Mapping[str, Any], name: str) -> int:
    told = text(value, name) or ""
    told = _STAMP.sub(r"\1-\2-\3T\4:\5:\6Z", told.strip())
    if _DAY.fullmatch(told):
        told += "T00:00:00Z"
    # All times of GDELT are in UTC; the CSV form does not say so again.
    at = instant(told, None)[0] if told.endswith("Z") else instant(told + "Z", None)[0]
    if at is None:
        raise BadPostError("date", f"{name}: expected a time such as 20240501T093000Z")
    return at


def _article(value: Mapping[str, Any]) -> dict[str, Any]:
    url = text(value, "url")
    if not url or any(c.isspace() for c in url):
        raise BadPostError("id", "url: expected the address of an article")
    at = _when(value, "seendate")
    return {
        "platform": "web",
        "post_id": url,
        "author_handle": text(value, "domain") or None,
        "relation": "original",
        "created_at": at,
        "collected_at": at,
        "language": _languages().get((text(value, "language") or "").casefold()),
        "text": text(value, "title", empty=""),
    }


def _point(batch: RowBatch, line: int, value: Mapping[str, Any]) -> None:
    series, unit, country = _series(value)
    figures = [(series, value.get("value"), unit)]
    if value.get("norm") is not None:
        figures.append(("gdelt_monitored", value["norm"], "articles"))
    for _, figure, _ in figures:
        if isinstance(figure, bool) or not isinstance(figure, int | float):
            raise BadPostError("number", "value: expected a number")
        if not math.isfinite(figure) or abs(figure) > 1e15:
            raise BadPostError("number", "value: expected a finite number")
    at = _when(value, "date")
    for place, (name, figure, unit) in enumerate(figures):
        told = {"series": name, "country": country, "at": at, "value": figure, "unit": unit}
        batch.other("series", line, told, record=place == 0)


def _series(value: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Series, unit and country of a point; a series can be that of one country or language."""
    name = (text(value, "series") or "").strip()
    if name in _NAMED:
        return *_NAMED[name], None
    what, (series, unit) = "Volume Intensity", _NAMED["Volume Intensity"]
    of = name.removesuffix(what).strip().casefold()
    if name.endswith(what) and of in _countries():
        return series, unit, _countries()[of]
    if name.endswith(what) and of in _languages():
        return f"{series}_{_languages()[of]}", unit, None
    raise BadPostError("type", "series: expected a name that the API gives to a timeline")


READER = GdeltDoc()
