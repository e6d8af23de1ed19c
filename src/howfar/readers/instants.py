"""Times as exports write them, turned into UTC microseconds; none is guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from howfar.readers.fields import Faults, nullable
from howfar.schema.reader import Tally
from howfar.schema.tables import TIME

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
"""Times outside are no publication times but a tool's 'none' (1970-01-01, 0001-01-01)."""

UNIX = {"unix": 1_000_000, "unix_ms": 1_000}
"""date_format of times that count seconds or milliseconds since 1970: microseconds a unit."""

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r" ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_NO_ZONE, _BROKEN = "timezone", "date"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def times(
    values: Sequence[str | None] | pa.Array,
    faults: Faults,
    name: str,
    zone: dt.tzinfo | None,
    *,
    required: bool = True,
    date_format: str | None = None,
    missing: Sequence[str] = ("",),
    tally: Tally | None = None,
) -> pa.Array:
    """Instants as UTC microseconds, from ISO 8601 with date and time or from date_format.

    date_format: strptime codes, 'unix' or 'unix_ms'. A time without a zone is in ``zone``; where
    the study declares none its row is rejected (timezone). A time that does not exist, 30
    February or one that a change of clocks skipped, rejects its row (date). Of the two instants
    of a local time that happened twice the first is taken and the row counted in the tally as
    ambiguous_time: it is off by an hour at most, and rejecting it would leave a hole every autumn.
    """
    texts: list[str | None] = nullable(values, missing).to_pylist()
    stamps: list[int | None] = []
    no_zone = np.zeros(len(texts), dtype=bool)
    broken = np.zeros(len(texts), dtype=bool)
    known: dict[str, tuple[int | None, str]] = {}
    ambiguous = 0
    for row, text in enumerate(texts):
        if text is None:
            stamps.append(None)
            broken[row] = required
            continue
        if text not in known:
            known[text] = instant(text, zone, date_format)
        stamp, remark = known[text]
        no_zone[row] = remark == _NO_ZONE
        broken[row] = remark == _BROKEN
        ambiguous += remark == "ambiguous_time"
        stamps.append(stamp)
    if tally is not None:
        tally.note("ambiguous_time", ambiguous)
    expected = f"the format {date_format}" if date_format else "a time such as 2024-05-01T09:30:00Z"
    faults.mark(no_zone, "timezone", f"{name}: expected a zone in the file or in the study")
    faults.mark(broken, "date", f"{name}: expected {expected}")
    return pa.array(stamps, pa.int64()).cast(TIME)


def instant(
    text: str, zone: dt.tzinfo | None, date_format: str | None = None
) -> tuple[int | None, str]:
    """UTC microseconds of one time, or null; and '', 'timezone', 'date' or 'ambiguous_time'."""
    text = text.strip()
    try:
        moment = _parsed(text, date_format)
        if moment is None:
            return None, _BROKEN
        remark = ""
        if moment.tzinfo is None:
            if zone is None:
                return None, _NO_ZONE
            moment, remark = _in_zone(moment, zone)
            if remark == _BROKEN:
                return None, remark
        if not EARLIEST <= moment < LATEST:
            return None, _BROKEN
    except (ValueError, OverflowError):
        return None, _BROKEN
    return (moment - _EPOCH) // _MICROSECOND, remark


def _parsed(text: str, date_format: str | None) -> dt.datetime | None:
    if date_format in UNIX:
        if not re.fullmatch(r"[0-9]{1,15}", text):
            return None
        return _EPOCH + int(text) * UNIX[date_format] * _MICROSECOND
    if date_format:
        return dt.datetime.strptime(text, date_format)
    if not _ISO.fullmatch(text):
        return None
    # A space before the offset is common (2024-05-01 09:30:00 +0000) and harmless.
    return dt.datetime.fromisoformat(re.sub(r" (?=[Zz+-])", "", text).replace("z", "Z"))


def _in_zone(naive: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, str]:
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first, ""
    there_and_back = first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    return first, "ambiguous_time" if there_and_back == naive else _BROKEN
