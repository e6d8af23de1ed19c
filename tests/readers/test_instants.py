"""Times: every notation that names one instant, and none that does not."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.readers.fields import Faults
from howfar.readers.instants import instant, times
from howfar.schema.reader import Tally

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NINE_THIRTY = 1_714_555_800_000_000
"""2024-05-01T09:30:00Z: 19,844 days and 34,200 seconds after 1970."""


def test_the_constant_by_hand() -> None:
    days = 54 * 365 + 13 + 31 + 29 + 31 + 30  # 1970..2023 with 13 leap days, then to 1 May 2024
    assert days == 19_844
    assert (days * 86_400 + 9 * 3_600 + 30 * 60) * 1_000_000 == NINE_THIRTY


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T09:30:00Z",
        "2024-05-01T09:30:00z",
        "2024-05-01T09:30Z",
        "2024-05-01 09:30:00.000000Z",
        "2024-05-01T11:30:00+02:00",
        "2024-05-01T11:30:00+0200",
        "2024-05-01 11:30:00 +02",
        "2024-05-01T09:30:00.000000000Z",
        "2024-04-30T23:30:00-10:00",
        " 2024-05-01T09:30:00Z ",
    ],
)
def test_notations_of_one_instant(text: str) -> None:
    assert instant(text, None) == (NINE_THIRTY, "")


def test_a_zone_in_the_text_wins_over_the_declared_one() -> None:
    assert instant("2024-05-01T09:30:00Z", BERLIN) == (NINE_THIRTY, "")
    assert instant("2024-05-01 11:30:00", BERLIN) == (NINE_THIRTY, "")


def test_without_any_zone_there_is_no_instant() -> None:
    assert instant("2024-05-01 09:30:00", None) == (None, "timezone")


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30T09:30:00Z",
        "2023-02-29T09:30:00Z",
        "2024-05-01T25:30:00Z",
        "2024-05-01T09:60:00Z",
        "2024-13-01T09:30:00Z",
        "2024-05-01T09:30:61Z",
        "2024-05-01",
        "20240501T093000Z",
        "2024-W18-3T09:30:00Z",
        "01.05.2024 09:30",
        "05/01/2024 09:30 AM",
        "yesterday",
        "1714555800",
        "2024-05-01T09:30:00+99:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "２０２４-05-01T09:30:00Z",
        "2024-05-01T09:30:00Z; drop",
        "",
    ],
)
def test_what_names_no_instant_of_publication(text: str) -> None:
    assert instant(text, BERLIN) == (None, "date")


def test_clocks_set_forward_leave_times_that_do_not_exist() -> None:
    assert instant("2024-03-31 02:00:00", BERLIN) == (None, "date")
    assert instant("2024-03-31 02:59:59", BERLIN) == (None, "date")
    before, after = (instant(f"2024-03-31 0{h}", BERLIN)[0] for h in ("1:59:59", "3:00:00"))
    assert before is not None
    assert after == before + 1_000_000


def test_clocks_set_back_give_the_first_of_two() -> None:
    first = int(dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC).timestamp()) * 1_000_000
    assert instant("2024-10-27 02:30:00", BERLIN) == (first, "ambiguous_time")
    assert instant("2024-10-27 03:00:00", BERLIN)[1] == ""
    tally, faults = Tally(), Faults([1, 2])
    times(["2024-10-27 02:30:00"] * 2, faults, "t", BERLIN, tally=tally)
    assert (tally.notes, faults.found) == ({"ambiguous_time": 2}, {})


def test_formats_of_the_study() -> None:
    assert instant("01/05/2024 11.30", BERLIN, "%d/%m/%Y %H.%M") == (NINE_THIRTY, "")
    assert instant("Wed May 01 09:30:00 +0000 2024", None, "%a %b %d %H:%M:%S %z %Y")[0] == (
        NINE_THIRTY
    )
    assert instant("01/05/2024", None, "%d/%m/%Y") == (None, "timezone")
    assert instant("31/04/2024", BERLIN, "%d/%m/%Y") == (None, "date")
    assert instant("2024-05-01T09:30:00Z", BERLIN, "%d/%m/%Y") == (None, "date")


def test_counts_since_1970() -> None:
    assert instant("1714555800", None, "unix") == (NINE_THIRTY, "")
    assert instant("1714555800000", None, "unix_ms") == (NINE_THIRTY, "")
    for text in ("1714555800.5", "-1", "1.7E9", "0", "1714555800000", "9" * 15):
        assert instant(text, None, "unix") == (None, "date"), text


def test_columns_of_times_mark_rows() -> None:
    faults = Faults([5, 6, 7, 8])
    column = times(["2024-05-01T09:30:00Z", None, "2024-05-01 09:30", "x"], faults, "when", None)
    assert column.cast("int64").to_pylist() == [NINE_THIRTY, None, None, None]
    assert {row: why[0] for row, why in faults.found.items()} == {
        1: "date",
        2: "timezone",
        3: "date",
    }
    optional = Faults([1])
    assert times([""], optional, "when", None, required=False).to_pylist() == [None]
    assert optional.found == {}


@given(
    st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2099, 12, 30)),
    st.integers(-14 * 60, 14 * 60),
)
def test_any_offset_names_the_same_instant(moment: dt.datetime, minutes: int) -> None:
    utc = moment.replace(tzinfo=dt.UTC)
    there = utc.astimezone(dt.timezone(dt.timedelta(minutes=minutes)))
    expected = (utc - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    assert instant(there.isoformat(), None) == (expected, "")


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for date_format in (None, "%d/%m/%Y %H:%M", "unix"):
        stamp, remark = instant(text, BERLIN, date_format)
        assert (stamp is None) == (remark == "date")
