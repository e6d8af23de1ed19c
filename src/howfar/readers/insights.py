"""What exports of insights and web analytics share: how figures, places, ages, days are told."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale

from howfar.readers.delimited import delimited_batches
from howfar.readers.instants import instant
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import LONGEST, damage, text_lines
from howfar.schema.reader import Document, ReadContext, Tally
from howfar.study.codes import countries, languages

NONE = ("", "-", "–", "—", "--", "N/A", "n/a")
_NOT_GIVEN = ("", "(not set)", "(other)", "unknown", "other", "zz", "unknown region")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_AGE = re.compile(r"(?i)(?:ages? *)?([0-9]{1,2}) *(?:[-–] *([0-9]{1,3})|\+|-) *(?:years?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDY_DAY = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})")
_DAY = re.compile(r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})(?:[T ]00:00(?::00)?)?")
DETAIL = {
    "encoding": "expected text in the file's encoding",
    "nul": "expected no NUL bytes",
    "too_long": "expected a line of at most 8 Mi characters",
    "unterminated_quote": "expected a closing quote",
    "columns": "expected as many fields as the header has",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its fields by their names, or the reason why it is none."""

    line: int
    fields: Mapping[str, str]
    reason: str = ""
    detail: str = ""


Figures = Mapping[str, tuple[float, str]]
"""Figure and unit by metric."""


def figure(told: str, name: str) -> float | None:
    """A figure such as 12, 1,234 or 5.2%; null where none is given. BadPostError number."""
    told = told.strip().removesuffix("%").strip()
    if told in NONE:
        return None
    if _THOUSANDS.fullmatch(told):
        told = told.replace(",", "")
    if not _NUMBER.fullmatch(told):
        raise BadPostError("number", f"{name}: expected a number")
    return float(told)


def count(told: str, name: str) -> int | None:
    """A count: a figure that is whole and not negative. BadPostError number."""
    value = figure(told, name)
    if value is None:
        return None
    if value < 0 or value != int(value) or value >= 10**12:
        raise BadPostError("number", f"{name}: expected a whole number of zero or more")
    return int(value)


def country_of(told: str) -> str | None:
    """ISO code of a country by its code or English name; null where none was known.

    BadPostError type.
    """
    plain = _plain(told)
    if plain in _NOT_GIVEN:
        return None
    if told.strip().upper() in countries():
        return told.strip().upper()
    if plain in _country_names():
        return _country_names()[plain]
    raise BadPostError("type", "expected a country, by its code or English name")


def language_of(told: str) -> str | None:
    """Tag of a language by tag or English name; null where none was known. BadPostError type."""
    plain = _plain(told)
    if plain in _NOT_GIVEN:
        return None
    tag = told.strip().replace("_", "-")
    if tag.partition("-")[0].lower() in languages():
        return tag
    named = {_plain(name): code for code, name in languages().items()}
    if plain in named:
        return named[plain]
    raise BadPostError("type", "expected a language, by its tag or English name")


def age_of(told: str) -> str | None:
    """An age band as 18-24 or 65+; null where none was known. BadPostError age, type.

    A band that begins below 18 is never kept.
    """
    if _plain(told) in _NOT_GIVEN:
        return None
    found = _AGE.fullmatch(told.replace("AGE_", "").replace("_", "-").strip())
    if found is None:
        raise BadPostError("type", "expected an age band such as 18-24")
    low, high = found.groups()
    if int(low) < 18:
        raise BadPostError("age", "expected an age band of 18 and over")
    return f"{low}-{high}" if high else f"{low}+"


def day_of(told: str, context: ReadContext, *, days: int = 0) -> int:
    """First moment of a day in the study's zone, ``days`` later; BadPostError date, timezone."""
    plain = iso_day(told)
    if plain is None:
        raise BadPostError("date", "expected a day such as 2024-05-01")
    later = (dt.date.fromisoformat(plain) + dt.timedelta(days)).isoformat()
    at, remark = instant(f"{later}T00:00:00", context.timezone)
    if remark == "timezone":
        raise BadPostError("timezone", "expected a zone in the study: of which day is the figure?")
    if at is None:
        raise BadPostError("date", "expected a day such as 2024-05-01")
    return at


def iso_day(told: str) -> str | None:
    """'2024-05-01', '20240501', '2024/05/01' or 'May 1, 2024' as the first; null for others."""
    told = told.strip()
    if found := _DAY.fullmatch(told):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif (found := _WORDY_DAY.fullmatch(told)) and found[1][:3].lower() in _MONTHS:
        year, month, day = int(found[3]), _MONTHS.index(found[1][:3].lower()) + 1, int(found[2])
    else:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def give(batch: RowBatch, table: str, line: int, about: Mapping[str, Any], told: Figures) -> None:
    """Keep the figures of one record, a row each. BadPostError number where there is none."""
    name = "series" if table == "series" else "metric"
    if not told:
        raise BadPostError("number", "expected a figure")
    for place, (metric, (value, unit)) in enumerate(told.items()):
        row = {**about, name: metric, "value": value, "unit": unit}
        batch.other(table, line, row, record=place == 0)


def table_rows(
    document: Document, batch_rows: int, names: Mapping[str, Sequence[str]]
) -> Iterator[tuple[dict[str, str], list[str], list[Row]]]:
    """A table in parts: its known columns by the names used here, all its columns, its rows.

    Counting the rows is left to who keeps or rejects them; fields are those of known columns.
    """
    for part in delimited_batches(document, Tally(), batch_rows=batch_rows):
        known = canonical(list(part.columns), names)
        rows = [Row(r.line, {}, r.reason, r.detail) for r in part.rejects]
        for place, line in enumerate(part.lines):
            rows.append(Row(line, {n: part.columns[c][place] for n, c in known.items()}))
        yield known, list(part.columns), sorted(rows, key=lambda row: row.line)


def csv_lines(document: Document) -> Iterator[tuple[int, list[str], str]]:
    """Each line that is not blank as fields; or the reason why it has none.

    For exports that hold several tables under lines of their own. Delimiter: the comma, or what
    the first line says (sep=;).
    """
    delimiter = ","
    number, unfinished = 0, False
    for text in text_lines(document):
        ended = text.endswith(("\n", "\r"))
        if unfinished:
            unfinished = not ended
            continue
        number += 1
        line = text.strip("\r\n")
        if number == 1 and (said := re.fullmatch(r"sep=([,;\t])", line.strip("\ufeff "))):
            delimiter = said[1]
        elif len(text) > LONGEST:
            unfinished = not ended
            yield number, [], "too_long"
        elif reason := damage(line):
            yield number, [], reason
        elif line.strip():
            try:
                (fields,) = csv.reader([line], delimiter=delimiter, strict=True)
            except (csv.Error, ValueError):
                yield number, [], "unterminated_quote"
            else:
                yield number, fields, ""


def canonical(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Columns of a header by the names that are used here. names: what exports call them."""
    wanted = {_plain(told): name for name, all_ in names.items() for told in all_}
    found: dict[str, str] = {}
    for column in header:
        if (name := wanted.get(_plain(column))) is not None:
            found.setdefault(name, column)
    return found


def _plain(told: str) -> str:
    told = told.strip().strip("\ufeff").casefold().replace("’", "'").replace("&", "and")
    return re.sub(r"\s+", " ", told)


@cache
def _country_names() -> dict[str, str]:
    names = {_plain(name): code for code, name in countries().items()}
    short = Locale("en").territories
    names |= {
        _plain(str(name)).removesuffix(" sar china"): c
        for c, name in short.items()
        if c in countries()
    }
    return names | {
        **{"turkey": "TR", "czech republic": "CZ", "macedonia": "MK", "burma": "MM"},
        **{"ivory coast": "CI", "cote d'ivoire": "CI", "hong kong": "HK", "macau": "MO"},
        **{"usa": "US", "united states of america": "US", "uk": "GB", "palestine": "PS"},
        **{"democratic republic of the congo": "CD", "republic of the congo": "CG"},
        **{"swaziland": "SZ", "cape verde": "CV", "east timor": "TL", "viet nam": "VN"},
    }
