"""Watched names: whole words, in any case and spelling that looks the same; no false strangers."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.study.channel import Channel
from howfar.study.lookalikes import skeleton
from howfar.study.names import WatchedNames, watched_names
from howfar.study.registry import Registry

WATCHED = WatchedNames(["BBC World", "Deutsche Welle", "dwnews", "环球时报", "Bar", "France24"])


@pytest.mark.parametrize(
    "name",
    [
        "BBC World",
        "bbcworld",
        "B.B.C. world fans",
        "bbc_world_2",
        "RealBBCWorld",
        "BBCWorld1",
        "BBC  WORLD (unofficial)",
        "ＢＢＣ Ｗｏｒｌｄ",  # full-width letters
        "ВВС World",  # Cyrillic
        "BBC\u200bWorld",
        "bbc wor1d",
        "bbc vvorld",
        "DeutscheWeIle",  # a capital i for an l
        "Deutsche Welle Fanclub",
        "the.dwnews",
        "DW News today",  # separators do not count
        "ԁwnews",
        "Dẁ\u0301news",
        "环球时报",
        "环球时报 粉丝",
        "Bar News",
        "france 24",
        "FRANCE24_fr",
    ],
)
def test_names_that_match(name: str) -> None:
    assert WATCHED.matches(name)
    assert WATCHED.array(pa.array([name])).to_pylist() == [True]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Jane Doe",
        "BBC",
        "world bbc",
        "bbcworldnews",  # no whole word
        "Barney",
        "Barn",
        "Welle Deutsche",
        "@",
        "😀😀",
        "Деутше",
    ],
)
def test_names_that_do_not(name: str) -> None:
    assert not WATCHED.matches(name)
    assert WATCHED.array(pa.array([name])).to_pylist() == [False]


def test_missing_stays_missing_and_repeated_names_are_one() -> None:
    names = pa.array(["bbcworld", None, "jane", "bbcworld"])
    assert WATCHED.array(names).to_pylist() == [True, None, False, True]
    assert WatchedNames([]).array(names).to_pylist() == [False, None, False, False]
    assert WATCHED.array(pa.array([], pa.string())).to_pylist() == []


def channel(**told: object) -> Channel:
    row = {
        **{"channel": "one", "name": "Radio One", "organisation": "One", "platform": "x"},
        **{"handle": "radio1", "paths": ["media"], "role": "ours"},
    }
    return Channel.model_validate(row | told)


def test_our_own_channels_are_watched_unless_the_study_says_otherwise() -> None:
    registry = Registry((channel(), channel(channel="two", name="Zwei", handle="z", role="peer")))
    assert set(watched_names(None, registry).keys) == {skeleton("radioone"), skeleton("radio1")}
    assert watched_names(["Zwei"], registry).keys == (skeleton("zwei"),)
    assert watched_names([], registry).keys == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bbcworld", "BBCWorld"),
        ("bbcworld", "bbcwor1d"),
        ("bbcworld", "bbcw0rld"),
        ("bbcworld", "bbcwоrld"),
        ("bbcworld", "b\u200dbcworld"),
        ("welle", "weIle"),
        ("modern", "modem"),
        ("bbcworld", "ᏏᏏᏟworld"),
        ("paypal", "ꓑayꓑal"),
        ("ΑΒΓ", "abγ"),
    ],
)
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_skeletons_of_different_words_differ() -> None:
    words = ["bbcworld", "bbcword", "welle", "weller", "москва", "hello", "hallo", "rt", "dw"]
    assert len({skeleton(word) for word in words}) == len(words)


_PIECES = st.sampled_from(
    [
        *(*"bcdwolrde rnvv1i0|", "BBC", "World", "world", "Б", "ВВС", "wоr", "ld", "\u200b", "_"),
        *(
            "-",
            "ß",
            "Welle",
            "WeIle",
            "deutsche",
            "ＢＢＣ",
            "环球时报",
            "😀",
            "é",
            "İ",
            "dw",
            "news",
        ),
        *("ꓐ", "Ꮯ", "ẞ", "ﬀ", "ⅷ"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=9).map("".join), max_size=5))
def test_the_pass_over_many_names_finds_what_the_careful_one_does(names: list[str]) -> None:
    watched = WatchedNames(["BBC World", "Deutsche Welle", "dwnews", "环球时报", "rnews"])
    expected = [watched.matches(name) for name in names]
    assert watched.array(pa.array(names, pa.string())).to_pylist() == expected
