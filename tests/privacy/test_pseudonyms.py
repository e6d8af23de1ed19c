"""Pseudonyms are HMAC-SHA-256, equal one by one and in arrays, and useless without the key."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.privacy.pseudonyms import Pseudonymiser

# A shared machine stalls at times: what a single example takes says nothing.
UNHURRIED = settings(deadline=None)

KEY = bytes(range(32))
MAKER = Pseudonymiser(KEY)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(ids)
def test_it_is_hmac_of_platform_and_id(native: str) -> None:
    expected = hmac.new(KEY, f"x:{native}".encode(), hashlib.sha256).hexdigest()[:32]
    assert MAKER.person("x", native) == "p_" + expected
    assert MAKER.post("x", native) == "m_" + expected


def test_a_published_vector() -> None:
    # RFC 4231, test case 1 (key of 20 bytes 0x0b), zero-padded to 32 bytes, which HMAC's own
    # padding makes the same key; the message "Hi There" cannot be one of ours, so it is checked
    # through the two hash states.
    maker = Pseudonymiser((b"\x0b" * 20).ljust(32, b"\0"))
    inner = maker._inner.copy()
    inner.update(b"Hi There")
    outer = maker._outer.copy()
    outer.update(inner.digest())
    assert outer.hexdigest() == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"


@UNHURRIED
@given(st.lists(st.none() | ids, max_size=20))
def test_arrays_give_what_single_ids_give(natives: list[str | None]) -> None:
    expected = [None if n is None else MAKER.person("x", n) for n in natives]
    array = pa.array(natives, pa.string())
    assert MAKER.persons("x", array).to_pylist() == expected
    assert MAKER.persons("x", pa.chunked_array([array, array])).to_pylist() == expected * 2
    assert MAKER.posts("x", array).to_pylist() == [e and "m_" + e[2:] for e in expected]


@given(st.sets(st.tuples(st.sampled_from(["x", "facebook"]), ids), max_size=50))
def test_different_accounts_have_different_pseudonyms(accounts: set[tuple[str, str]]) -> None:
    assert len({MAKER.person(*account) for account in accounts}) == len(accounts)


def test_another_key_gives_another_pseudonym() -> None:
    assert Pseudonymiser(bytes(32)).person("x", "1") != MAKER.person("x", "1")


def test_empty_ids_and_bad_platforms_are_refused() -> None:
    with pytest.raises(ValueError, match="empty id"):
        MAKER.person("x", "")
    with pytest.raises(ValueError, match="empty id"):
        MAKER.persons("x", pa.array(["1", ""]))
    with pytest.raises(ValueError, match="no platform name"):
        MAKER.person("x:1", "2")
    with pytest.raises(ValueError, match="32 bytes, not 3"):
        Pseudonymiser(b"abc")


def test_the_key_does_not_show() -> None:
    assert repr(MAKER) == "Pseudonymiser(key hidden)"
