"""The channel registry: who may be named, and which account is which channel."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import StudyError
from howfar.study.channels import load_channels, parse_channels
from howfar.study.handles import handle_key, unsafe_reason

HEAD = (
    "channel,name,organisation,platform,handle,account_id,country,languages,paths,role,"
    "declared_owner,basis,evidence,valid_from,valid_to\n"
)
BBC = (
    "bbc,BBC World,BBC,x,@BBCWorld,742143,GB,en;cy,media;official,peer,,"
    "registered_medium,https://example.org/bbc,,\n"
)


def failure(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        parse_channels(text)
    return str(caught.value)


def test_a_row_is_read() -> None:
    registry = parse_channels(HEAD + BBC)
    (row,) = registry
    assert row.handle == "BBCWorld"
    assert row.languages == ("en", "cy")
    assert row.paths == ("media", "official")
    assert row.declared_owner is None
    assert row.named
    assert registry.peers == ("bbc",)
    assert registry.ours == ()
    assert registry.handles == {"x": frozenset({"bbcworld"})}


def test_no_registry_is_an_empty_registry(tmp_path: Path) -> None:
    assert len(load_channels(tmp_path)) == 0


def test_a_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = (HEAD + BBC).replace("\n", "\r\n")
    (tmp_path / "channels.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_channels(tmp_path).ids == ("bbc",)


@pytest.mark.parametrize("missing", ["registered_medium", "https://example.org/bbc"])
def test_without_basis_or_evidence_the_account_stays_a_pseudonym(missing: str) -> None:
    registry = parse_channels(HEAD + BBC.replace(missing, ""))
    assert not registry.channels[0].named
    assert registry.handles == {}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("peer", "peers", ['role: "peers"', 'did you mean "peer"?']),
        ("media;official", "media;offical", ["paths[2]", 'did you mean "official"?']),
        ("media;official", "", ['"paths" is missing']),
        (",x,", ",twitter,", ['unknown platform "twitter"', 'did you mean "x"?']),
        (",GB,", ",UK,", ['unknown country "UK"', "GB"]),
        ("en;cy", "en;Welsh", ['unknown language "Welsh"', 'did you mean "cy"?']),
        ("registered_medium", "medium", ['basis: "medium"', "registered_medium"]),
        ("https://example.org/bbc", "see file", ['"see file" is no address']),
        (",,\n", ",2020-02-30,\n", ['"2020-02-30" is no date']),
        (",,\n", ",2020-02-02,2020-02-01\n", ["lies before valid_from"]),
        ("bbc,BBC", "B B C,BBC", ["a short name of lower-case letters"]),
        ("BBC World", "BBC, World", ["16 cells", "15 cells, as the header has"]),
        ("@BBCWorld", "BBCW\u200borld", ["invisible character U+200B"]),
        ("@BBCWorld", "BB\u0421World", ["a mixture of Cyrillic and Latin letters"]),
    ],
)
def test_a_bad_row_is_told_with_its_line(old: str, new: str, words: list[str]) -> None:
    # The quoted name above it spans two lines: the bad row begins on line 4.
    first = 'a,"Two\nlines",A,web,,,,,media,other,,,,,\n'
    message = failure(HEAD + first + BBC.replace(old, new, 1))
    assert message.startswith("channels.csv:4: ")
    for word in words:
        assert word in message


def test_all_bad_rows_are_told() -> None:
    message = failure(HEAD + BBC.replace("peer", "foo") + "x,y\n" + BBC.replace("GB", "QQ"))
    assert message.splitlines()[0] == "channels.csv: 3 problems"
    assert [line.split(":")[1] for line in message.splitlines()[1:]] == ["2", "3", "4"]


def test_a_bad_header_is_told() -> None:
    assert 'unknown column "chanel"' in failure(HEAD.replace("channel,", "chanel,", 1) + BBC)
    assert 'column "role" is missing' in failure("channel,name,organisation,platform,paths\n")
    assert "given 2 times" in failure(HEAD.replace("valid_to", "valid_from"))
    assert "the file is empty" in failure("\n\n")
    assert "not valid CSV" in failure(HEAD + 'a,"b"c\n')


def test_paths_may_change_but_rows_must_not_overlap() -> None:
    old = BBC.replace(",,\n", ",,2020-12-31\n")
    new = BBC.replace("media;official", "media").replace(",,\n", ",2021-01-01,\n")
    registry = parse_channels(HEAD + new + old)
    assert registry.ids == ("bbc",)
    assert [row.paths for row in registry.rows("bbc")] == [("media", "official"), ("media",)]
    assert registry.get("bbc", date(2020, 12, 31)).paths == ("media", "official")  # type: ignore[union-attr]
    assert registry.get("bbc").paths == ("media",)  # type: ignore[union-attr]
    assert registry.match("x", "742143", None, date(2020, 6, 1)).valid_to == date(2020, 12, 31)  # type: ignore[union-attr]
    message = failure(HEAD + old + new.replace("2021-01-01", "2020-12-31"))
    assert message.startswith('channels.csv:3: channel "bbc" is also on line 2 for the same days')


def test_one_account_is_one_channel_on_one_platform() -> None:
    assert 'is also that of channel "bbc" on line 2' in failure(
        HEAD + BBC + BBC.replace("bbc,", "bbc2,", 1).replace("742143", "7")
    )
    assert "on line 2 on x" in failure(HEAD + BBC + BBC.replace(",x,", ",facebook,"))


def test_matching_takes_the_id_first_and_the_handle_but_for_case() -> None:
    registry = parse_channels(HEAD + BBC)
    assert registry.match("x", "742143", "renamed") is not None
    assert registry.match("x", None, "@bbcWORLD") is not None
    assert registry.match("x", "99", "BBCWorld") is None  # another account took the handle
    assert registry.match("facebook", "742143", "BBCWorld") is None
    assert registry.match("x", None, None) is None
    assert registry.match("x", "", "") is None


@pytest.mark.parametrize(
    "fake", ["BBCW\u200borld", "BBCWorl\u0501", "\uff22BCWorld", "BB\u0421World", "BBCW0rld"]
)
def test_lookalikes_match_nothing_and_are_reported(fake: str) -> None:
    registry = parse_channels(HEAD + BBC)
    assert registry.match("x", None, fake) is None
    found = registry.lookalike("x", fake)
    assert found is not None
    assert found.channel == "bbc"


def test_the_handle_itself_and_strangers_are_no_lookalikes() -> None:
    registry = parse_channels(HEAD + BBC)
    assert registry.lookalike("x", "bbcworld") is None
    assert registry.lookalike("x", "someone") is None


def test_handles_of_other_scripts_are_plain() -> None:
    for handle in ("人民日报", "новости", "अख़बार", "الجزيرة", "user.name-1_2"):
        assert unsafe_reason(handle) is None
    # Folding would turn the sharp s into two letters and so make another handle of it.
    assert handle_key("pre\u00df") is None


@settings(deadline=None)
@given(st.text(max_size=20))
def test_what_matches_is_equal_but_for_case(handle: str) -> None:
    registry = parse_channels(HEAD + BBC)
    if registry.match("x", None, handle) is not None:
        assert handle.strip().lstrip("@").lower() == "bbcworld"
