"""Words follow from the grade: no causal word below grade B, and none that nobody put there."""

from dataclasses import replace
from itertools import product

import pytest
from tests.improve.made_effects import effect, estimate

from howfar.improve.evidence import GRADES, Grade
from howfar.improve.lexicon import CAUSAL, DENIAL, causal_words, quoted
from howfar.improve.wording import (
    effect_sentence,
    figure,
    named,
    not_concluded,
    relation,
    why_graded,
    with_interval,
)
from howfar.schema.estimate import exact, not_measured


@pytest.mark.parametrize("grade", GRADES)
def test_the_effects_are_of_the_grades_that_they_stand_for(grade: Grade) -> None:
    assert effect(grade).grade == grade


@pytest.mark.parametrize("grade", GRADES)
def test_causal_words_from_grade_b_on_only(grade: Grade) -> None:
    for sign, clear, relative in product((1, -1), (True, False), (True, False)):
        one = effect(grade, sign, clear, relative)
        told = [effect_sentence(one, quoted("raise the pace")), why_graded(one)]
        told += not_concluded(one, quoted("raise the pace"))
        found = causal_words(" ".join(told))
        wanted = (("raised",) if sign > 0 else ("lowered",)) if grade in "AB" and clear else ()
        assert found == wanted, told


def test_sentences() -> None:
    assert effect_sentence(effect("B"), quoted("more replies")) == (
        "“more replies” raised replies by 12.0\N{NO-BREAK SPACE}% "
        "(95\N{NO-BREAK SPACE}% interval 3.0\N{NO-BREAK SPACE}% to 20.0\N{NO-BREAK SPACE}%)."
    )
    lower = effect_sentence(effect("C", -1, relative=False))
    assert lower == (
        "Replies: 12.0 replies a week lower after the change "
        "(95\N{NO-BREAK SPACE}% interval 3.00 to 20.0) than was to be expected from the rest of "
        "the data."
    )
    assert "it differs from what was to be expected" in effect_sentence(effect("D"))
    assert effect_sentence(effect("B", clear=False)).startswith("No clear difference of replies")
    opposite = replace(effect("B", -1), relative=effect("B").relative)
    assert effect_sentence(opposite).startswith("The change lowered replies by 12.0 replies a week")
    missing = replace(effect("B"), average=not_measured("x", "no period after"))
    missing = replace(missing, relative=not_measured("part", "no period after"))
    assert "is not measured: no period after" in effect_sentence(missing)


def test_reasons_of_grades() -> None:
    assert "1 unit" in why_graded(effect("B"))
    assert "did not pass: pre-trend" in why_graded(effect("C"))
    told = why_graded(effect("D"))
    assert "nothing that was not changed was compared with" in told
    assert "could not be checked: placebo-time" in told
    alone = replace(effect("B"), compared=())
    assert alone.grade == "C"
    assert why_graded(alone) == "Grade C: nothing that was not changed was compared with."
    unverified = replace(effect("A"), verified=False, compared=())
    assert unverified.grade == "C"
    assert "not verified" in why_graded(unverified)


def test_what_must_not_be_concluded_stands_with_every_grade() -> None:
    for grade in GRADES:
        assert all(text.startswith(DENIAL) for text in not_concluded(effect(grade)))
    assert any("by itself" in text for text in not_concluded(effect("D")))
    assert any("nothing happened" in text for text in not_concluded(effect("C", clear=False)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It led to more and boosted the rest", ("led to", "boosted")),
        ("It was lower after, and higher than expected", ()),
        ("Lowered by 3", ("lowered",)),
        (f"{DENIAL} that it caused anything. It caused much.", ("caused",)),
        (f"{DENIAL} that “it. raised” led to more. Nothing else", ()),
        ("after “raise the pace” it was higher", ()),
        ("because  of", ()),
        ("an expected gain of 3", ("gain",)),
        ("payoff, impactful, leader", ()),
        ("the effective number of weeks", ()),
        ("effective numberless", ("effective",)),
    ],
)
def test_the_lexicon(text: str, found: tuple[str, ...]) -> None:
    assert causal_words(text) == found


def test_each_pattern_of_the_lexicon_is_found_somewhere() -> None:
    text = (
        "cause because-of because of due to thanks to owing to as a result of results in leads to "
        "raised lowers increase decreased reduces boost lifts uplift improve worsened drove "
        "brought about makes people produced generates yields triggered affects influenced "
        "impacted strengthens weakens helped to worked well gains pays off effective"
    )
    assert len(causal_words(text)) == len(CAUSAL)


def test_quotes_cannot_be_broken_out_of() -> None:
    assert quoted(" a ”b“\nc ") == '“a "b" c”'
    assert causal_words(quoted("x” raised “y")) == ()


@pytest.mark.parametrize("grade", GRADES)
def test_relations(grade: Grade) -> None:
    assert relation(grade, True, "gap") == "differs from"
    strong = grade in "AB"
    assert bool(causal_words(relation(grade, True))) == strong
    assert bool(causal_words(relation(grade, False, "property"))) == strong
    assert named(grade) == ("effect" if strong else "difference")


@pytest.mark.parametrize(
    ("value", "percent", "told"),
    [
        (0.0, False, "0"),
        (1234.5, False, "1,234"),
        (-0.01234, False, "−0.0123"),
        (0.1056, True, "10.6\N{NO-BREAK SPACE}%"),
        (-0.0004, True, "−0.04\N{NO-BREAK SPACE}%"),
        (float("inf"), False, "∞"),
    ],
)
def test_figures(value: float, percent: bool, told: str) -> None:
    assert figure(value, percent) == told


def test_intervals_by_the_name_of_their_kind() -> None:
    assert with_interval(exact(3.0, "posts", "counted")) == "3.00"
    assert with_interval(not_measured("posts", "no posts")) == "not measured (no posts)"
    spread = replace(estimate(2, 1, 3), low_kind="range", confidence=None)
    assert with_interval(spread).endswith("(range over choices 1.00 to 3.00, no interval)")
