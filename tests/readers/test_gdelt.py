"""GDELT's tables: real rows, real lists of labels, and what of a row must not be kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, read_all

from howfar.errors import InputError
from howfar.readers import gdelt_events
from howfar.readers.discovery import guess, readers
from howfar.readers.fips import ISO_OF_FIPS
from howfar.readers.gdelt_rows import iso_time, language_of
from howfar.schema.reader import ReadContext
from howfar.study.codes import countries

CONTEXT = ReadContext(source="s")


def test_real_mentions(shared: Path) -> None:
    path = shared / "samples" / "gdelt" / "data_mentionssamp.csv"
    (reader, sniff), *_ = guess(path)
    assert (reader.declaration.id, sniff.confidence) == ("gdelt-mentions", 0.95)
    rows, rejects, tally = read_all(reader, path, CONTEXT)
    assert rejects == []
    assert (len(rows), tally.records) == (1635, 1635)
    assert len({row["post_id"] for row in rows}) == 559
    assert Counter(row["language"] for row in rows).most_common(2) == [("ar", 494), ("es", 353)]
    assert rows[0] == {
        "line": 2,
        "platform": "web",
        "post_id": "http://arabic.china.org.cn/txt/2017-07/02/content_41135804.htm",
        "author_handle": "china.org.cn",
        "relation": "original",
        "created_at": "2017-07-01T23:45:00Z",
        "collected_at": "2017-07-01T23:45:00Z",
        "language": "ar",
    }
    # An address with commas stands in quotes.
    assert sum("," in row["post_id"] for row in rows) == 32


@pytest.mark.parametrize(
    ("part", "reader_id"),
    [
        ("Events", "gdelt-events"),
        ("eventMentions", "gdelt-mentions"),
        ("gdeltKnowledgeGraph", "gdelt-gkg"),
    ],
)
def test_lists_of_labels_are_refused_for_what_they_are(
    shared: Path, part: str, reader_id: str
) -> None:
    (path,) = (shared / "samples" / "gdelt").glob(f"*_{part}_Column_Labels*")
    (reader, _), *_ = guess(path)
    assert reader.declaration.id == reader_id
    with pytest.raises(InputError, match="lists the columns of GDELT") as refused:
        read_all(reader, path, CONTEXT)
    assert refused.value.reason == "format"


def test_nothing_of_persons_is_kept() -> None:
    path = FIXTURES / "gdelt-gkg" / "good.csv"
    assert b"some person" in path.read_bytes()
    rows, _, _ = read_all(readers()["gdelt-gkg"], path, CONTEXT)
    assert "some person" not in str(rows)


def test_codes_of_countries_are_codes_of_countries() -> None:
    assert set(ISO_OF_FIPS.values()) <= set(countries())
    assert len(ISO_OF_FIPS) == 251
    chosen = ("CH", "GM", "UK", "AU", "AS", "SF", "RS", "UP", "KV", "GZ")
    assert [ISO_OF_FIPS[c] for c in chosen] == [
        *("CN", "DE", "GB", "AT", "AU", "ZA", "RU", "UA", "XK", "PS")
    ]


def test_languages() -> None:
    assert language_of("srclc:deu;eng:GT-DEU 1.0") == "de"
    assert language_of("srclc:xyz;eng:X") == "xyz"
    assert language_of("") == "en"
    assert language_of(None) is None
    assert language_of("eng:X") is None


def test_times() -> None:
    assert iso_time("20240501093000") == "2024-05-01T09:30:00Z"
    assert iso_time("20240501") == "2024-05-01T00:00:00Z"
    assert iso_time("2024-05-01") is None


def test_many_groups_are_given_out_as_time_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are the same however many groups are held at a time."""
    line = (FIXTURES / "gdelt-events" / "good.CSV").read_text().splitlines()[0]
    times = [f"2024050{1 + n // 4}{9 + n % 4:02}3000" for n in range(12) for _ in range(2)]
    path = tmp_path / "events.CSV"
    path.write_text("".join(line.replace("20240501093000", t) + "\n" for t in times))

    def figures() -> list[dict[str, Any]]:
        return read_all(gdelt_events.READER, path, CONTEXT).others["series"]

    whole = figures()
    assert len(whole) == 36
    assert {row["value"] for row in whole if row["unit"] == "events"} == {2.0}
    monkeypatch.setattr(gdelt_events, "_MOST_GROUPS", 3)
    assert figures() == whole


def test_a_header_without_what_is_needed_is_no_table_of_gdelt(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("GLOBALEVENTID,Other\n1,2\n")
    (first, _), *_ = guess(path)
    assert first.declaration.id == "table-csv"
