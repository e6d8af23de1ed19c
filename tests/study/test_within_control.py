"""The fixed list of what may be changed, and what is refused whatever it is called."""

import pytest

from howfar.errors import StudyError
from howfar.study.within_control import (
    EMOTION,
    IDENTITY,
    NEGATIVITY,
    PROPERTIES,
    WITHIN_CONTROL,
    check_property,
    refusal,
)


def test_the_list_is_the_eight_of_the_design() -> None:
    assert (
        *("latency", "language", "kind", "frequency", "time", "openness", "sources", "replies"),
    ) == PROPERTIES
    assert set(WITHIN_CONTROL) == set(PROPERTIES)
    for name in PROPERTIES:
        assert check_property(name, "x") == name
        assert refusal(name) is None
        assert refusal(WITHIN_CONTROL[name]) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("emotion", EMOTION),
        ("Emotional appeal", EMOTION),
        ("share of ANGRY reactions", EMOTION),
        ("fear", EMOTION),
        ("sentiment_share", EMOTION),
        ("negativity", NEGATIVITY),
        ("hostile_tone", NEGATIVITY),
        ("attacks on peers", NEGATIVITY),
        ("ethnicity", IDENTITY),
        ("religion", IDENTITY),
        ("age-group", IDENTITY),
        ("religious identity", IDENTITY),
        ("sexes", IDENTITY),
    ],
)
def test_refused_by_whatever_name(name: str, reason: str) -> None:
    assert refusal(name) == reason
    with pytest.raises(StudyError) as caught:
        check_property(name, "study.toml:7")
    assert caught.value.where == "study.toml:7"
    assert "latency, language" in caught.value.expected
    assert reason in caught.value.what


@pytest.mark.parametrize("name", ["agenda", "sadly", "message length", "source given", "Essex"])
def test_words_that_only_begin_alike_are_not_refused(name: str) -> None:
    assert refusal(name) is None


def test_a_mistyped_property_is_named() -> None:
    with pytest.raises(StudyError) as caught:
        check_property("langauge", "study.toml")
    assert caught.value.next == 'did you mean "language"?'
