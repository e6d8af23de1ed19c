"""Spans that an export marks: what stands in them goes, what stands around them stays."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.readers.reader_cases import case

from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.privacy.redaction import MENTION, Redactor
from howfar.privacy.words import known_kinds
from howfar.readers.marked_text import Units, mention, outside_host
from howfar.readers.protect import Origin, Protector
from howfar.schema.reader import Tally
from howfar.schema.tables import TIME
from howfar.study.channel import Channel
from howfar.study.registry import Registry

UNITS = ("utf-8", "utf-16-le")


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("@resident.bsky.social", "@resident.bsky.social"),
        ("@resident@other.example", "@resident@other.example"),
        ("@resident_9", "@resident_9"),
        ("Résident Nine", MENTION),
        ("resident.bsky.social", MENTION),
        ("@Resident Nine", MENTION),
        ("@resident, the ninth", MENTION),
        ("@", MENTION),
        ("", MENTION),
        ("Nine @resident", MENTION),
    ],
)
def test_only_what_the_redactor_surely_catches_is_left_to_it(shown: str, written: str) -> None:
    assert mention(shown) == written
    assert Redactor().text(mention(shown)) == MENTION


@pytest.mark.parametrize("unit", UNITS)
def test_offsets_count_the_units_of_the_platform(unit: Any) -> None:
    text = "⚓🛳 says Résident Nine today"
    start = len("⚓🛳 says ".encode(unit)) // (1 if unit == "utf-8" else 2)
    end = start + len("Résident Nine".encode(unit)) // (1 if unit == "utf-8" else 2)
    units = Units(text, unit)
    assert units.part(start, end) == "Résident Nine"
    assert units.replaced([(start, end, mention)]) == f"⚓🛳 says {MENTION} today"
    assert units.replaced([(start, end, "N")]) == "⚓🛳 says N today"
    assert units.replaced([(start, end, str.upper)]) == "⚓🛳 says RÉSIDENT NINE today"


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 2), (0, 99), (2, 2), (3, 2), (1, 3), (0, 2), (-9, -2), (7, 8)]
)
def test_impossible_spans_are_passed_over(start: int, end: int) -> None:
    assert Units("🛳 ok", "utf-8").replaced([(start, end, mention)]) == "🛳 ok"
    if (start, end) != (0, 2):  # In UTF-16 the ship has two units.
        assert MENTION not in Units("🛳", "utf-16-le").replaced([(start, end, mention)])


def test_of_overlapping_spans_the_first_is_replaced() -> None:
    spans = [(2, 5, str.upper), (1, 3, str.upper), (1, 4, str.upper)]
    assert Units("abcdef", "utf-8").replaced(spans) == "aBCdef"


@pytest.mark.parametrize("unit", UNITS)
def test_many_spans_over_a_long_text_take_no_longer_than_their_number(unit: Any) -> None:
    text = "é🛳" * 500_000
    size = len(text.encode(unit)) // (1 if unit == "utf-8" else 2)
    units = Units(text, unit)
    spans = [(size - k, size, mention) for k in range(20_000)]
    assert units.replaced(spans).startswith(text[:900_000])
    assert units.replaced([(k, k + 1, mention) for k in range(20_000)])


@given(
    before=st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20),
    after=st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    unit=st.sampled_from(UNITS),
)
def test_a_marked_name_goes_and_the_rest_stays(
    before: str, name: str, after: str, unit: Any
) -> None:
    width = 1 if unit == "utf-8" else 2
    start = len(before.encode(unit)) // width
    end = start + len(name.encode(unit)) // width
    seen: list[str] = []
    units = Units(before + name + after, unit)
    told = units.replaced([(start, end, lambda shown: seen.append(shown) or "⟨⟩")])
    assert (told, seen) == (f"{before}⟨⟩{after}", [name])


def test_the_first_address_outside_the_platform() -> None:
    own = re.compile(r"(?:^|\.)own\.example$")
    found = [None, "", "own.example", "https://a.own.example/x", "http://u@www.Else.example:80/y"]
    assert outside_host(found, own) == "else.example"
    assert outside_host(found[:4], own) is None
    assert outside_host(["https://notown.example"], own) == "notown.example"


READERS = ("bluesky-appview", "bluesky-jetstream", "bluesky-records", "mastodon", "reddit")
PERSONS = ("Résident Nine", "resident", "Resident", "555 123", "t2_r9", "other.example/@")
"""Names, handles, numbers and ids of persons that stand in the fixtures of these readers."""


@pytest.mark.parametrize("reader", [*READERS, "telegram-api", "telegram-desktop"])
def test_no_person_of_the_fixtures_is_left_after_protection(reader: str) -> None:
    each = case(reader)
    protector = Protector(Pseudonymiser(bytes(range(32))), Registry())
    origin = Origin("s", 1, "f", None, "earned", pa.scalar(None, TIME), False)
    told = held = ""
    for path in [*(path for path, _ in each.good()), each.hostile()[0]]:
        tally = Tally()
        held += path.read_text("utf-8")
        for batch in each.reader.read(path, each.context(), tally):
            for rows in protector.tables(batch, origin).values():
                told += json.dumps(rows.to_pylist(), default=str, ensure_ascii=False)
        told += " ".join([*tally.unknown_columns, *tally.notes])
    assert any(person in held for person in PERSONS)
    assert MENTION in told or reader in ("bluesky-jetstream",)
    for person in PERSONS:
        assert person not in told, person


@pytest.mark.parametrize(
    ("reader", "platform", "handle", "written"),
    [
        ("bluesky-records", "bluesky", "resident.bsky.social", "@resident.bsky.social"),
        ("mastodon", "mastodon", "resident9@other.example", "@resident9@other.example"),
        ("telegram-desktop", "telegram", "resident_9", "@resident_9"),
        ("reddit", "reddit", "resident_9", "u/resident_9"),
    ],
)
def test_a_named_channel_that_is_mentioned_stays(
    reader: str, platform: str, handle: str, written: str
) -> None:
    each = case(reader)
    named = Channel.model_validate(
        {"channel": "nine", "name": "Nine", "organisation": "Nine", "platform": platform}
        | {"handle": handle, "paths": ["media"], "role": "peer"}
        | {"basis": "organisation", "evidence": "https://example.org"}
    )
    protector = Protector(Pseudonymiser(bytes(range(32))), Registry((named,)))
    origin = Origin("s", 1, "f", None, "earned", pa.scalar(None, TIME), False)
    texts = [
        text or ""
        for path, _ in each.good()
        for batch in each.reader.read(path, each.context(), Tally())
        for text in protector.tables(batch, origin)["posts"]["text"].to_pylist()
    ]
    assert written in " ".join(texts)


@pytest.mark.parametrize(
    "kinds",
    [
        ("images", "video", "external", "record", "status"),
        ("image", "gifv", "video", "audio", "unknown", "poll", "link", "status"),
        ("self", "link", "image", "rich:video", "hosted:video", "gallery", "poll", "comment"),
        ("photo", "video_file", "voice_message", "audio_file", "animation", "sticker", "file"),
        ("video_note", "geo_live", "web_page", "paid_media", "animated_emoji", "unsupported"),
    ],
)
def test_the_kinds_that_these_platforms_use_are_kept(kinds: tuple[str, ...]) -> None:
    assert known_kinds(pa.array(kinds)).to_pylist() == list(kinds)
