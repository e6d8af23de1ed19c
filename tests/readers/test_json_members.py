"""Members of JSON objects that decoding kept, against those that a text has."""

from __future__ import annotations

import gc
import json
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.readers import x_shape
from howfar.readers.json_members import ABSENT, MembersKept, are_all


class Thing(msgspec.Struct, gc=False, omit_defaults=True):
    pass


class Inner(Thing):
    a: str | None = ABSENT
    b: int | None = ABSENT


class Outer(Thing):
    a: str | None = ABSENT
    inner: Inner | None = ABSENT
    many: list[Inner] | None = ABSENT


KEPT = MembersKept(Thing)
DECODER = msgspec.json.Decoder(Outer)


def _decoded(text: bytes) -> tuple[Any, int]:
    before = KEPT.now()
    value = DECODER.decode(text)
    return value, KEPT.now() - before


def _all(text: bytes) -> bool:
    return are_all(_decoded(text)[1], np.frombuffer(text, np.uint8))


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (b"{}", 0),
        (b'{"a":"x"}', 1),
        (b'{"a":null,"inner":{"a":"x","b":2}}', 4),
        (b'{"many":[{},{"b":1},{"a":null,"b":null}]}', 4),
        # A twin counts once, what is not known not at all, and nothing inside it.
        (b'{"a":"x","a":"y"}', 1),
        (b'{"a":"x","fresh":{"a":1,"b":2}}', 1),
        (b'{"inner":{"a":"x"},"inner":{"b":1,"a":"y"}}', 3),
    ],
)
def test_members_are_counted(text: bytes, members: int) -> None:
    assert _decoded(text)[1] == members


def test_what_lives_on_does_not_count_again() -> None:
    kept = [_decoded(b'{"a":"x","many":[{"b":1}]}') for _ in range(20)]
    assert [members for _, members in kept] == [3] * 20


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'{"a":"x","inner":{"a":"y","b":1},"many":[{"b":2},{}]}',
        # Colons in texts, behind spaces, quotes and signs.
        '{"a":"https://example.org: a : b «c» : d"}'.encode(),
        b'{"a":"he said \\"no\\": twice"}',
        b'{"a":"Wow! :) !: done"}',
        b'{"a" : "x", "inner" :{"b"\t: 1}}',
        b'{"a": "x: y"}',
    ],
)
def test_all_members_kept(text: bytes) -> None:
    assert _all(text)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":"x","a":"y"}',
        b'{"a":"x","fresh":1}',
        b'{"a" :"x","a" :"y"}',
        # One dropped, and one that is written otherwise: they must not make up for each other.
        b'{"a":"x","a" :"y"}',
        b'{"a"\n\n:"x","a":"y"}',
        b'{"a":"\\":","a":"\\":"}',
        b'{"a":" : ","a":"y"}',
        # The key that ends in a quote of its own.
        b'{"a\\"":1}',
        b'{"a\\\\":1,"a":"x"}',
    ],
)
def test_a_dropped_member_is_seen(text: bytes) -> None:
    assert not _all(text)


def test_more_than_there_are_is_not_all() -> None:
    assert not are_all(2, np.frombuffer(b'{"a":1}', np.uint8))


def test_a_default_that_would_count_as_given_is_refused() -> None:
    class Other(msgspec.Struct):
        a: str | None = None

    with pytest.raises(TypeError, match="expected the default ABSENT"):
        MembersKept(Other)


def test_every_object_of_posts_is_counted() -> None:
    shapes = [s for s in vars(x_shape).values() if isinstance(s, type) and s is not msgspec.Struct]
    structures = [s for s in shapes if issubclass(s, msgspec.Struct)]
    assert len(structures) > 30
    assert all(issubclass(each, x_shape.Object) for each in structures)
    assert set(structures) <= set(MembersKept(x_shape.Object)._types)


def test_in_doubt_not() -> None:
    """Two backslashes before a quote: it may end a text, so its colon counts."""
    assert not _all(b'{"a":"a path \\\\\\": b"}')


NAMES = st.sampled_from(["a", "inner", "many", "b", "fresh", 'a"', "a\\"])
VALUES = st.sampled_from(
    [
        '"x"',
        "null",
        '"a: b"',
        '" : "',
        r'"\": "',
        r'"\\"',
        r'"\\\":"',
        '"!:"',
        '"\t:"'.replace("\t", " "),
    ]
)
SPACE = st.sampled_from(["", "", "", " ", "\t", "\n ", "\r"])


@st.composite
def objects(draw: st.DrawFn) -> str:
    members = []
    for _ in range(draw(st.integers(0, 4))):
        name = draw(NAMES)
        value = {
            "inner": f'{{"a":{draw(VALUES)},"b":1}}',
            "many": "[{},{}]",
            "b": "1",
        }.get(name) or draw(VALUES)
        members.append(f"{draw(SPACE)}{json.dumps(name)}{draw(SPACE)}:{draw(SPACE)}{value}")
    return "{" + ",".join(members) + draw(SPACE) + "}"


@given(objects())
def test_never_said_to_be_all_where_one_was_dropped(text: str) -> None:
    pairs: list[int] = []
    json.loads(text, object_pairs_hook=lambda found: pairs.append(len(found)))
    _, kept = _decoded(text.encode())
    assert kept <= sum(pairs)
    if _all(text.encode()):
        assert kept == sum(pairs)


def test_what_is_absent_is_false_and_left_out_again() -> None:
    value, _ = _decoded(b'{"a":""}')
    assert value.inner is ABSENT
    assert not ABSENT
    assert msgspec.json.encode(value) == b'{"a":""}'


def test_references_are_counted_here() -> None:
    """Else every line would be compared in the slow way, and nobody would see why."""
    gc.collect()
    assert _decoded(b'{"a":"x"}')[1] == 1
