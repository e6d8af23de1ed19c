"""The path: grade first, then what is sure of the size; below grade B nothing is promised."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import StudyError
from howfar.improve.evidence import GAIN, Check
from howfar.improve.path import Step, assured, lay_path
from howfar.improve.path_document import path_document
from howfar.schema.estimate import Estimate, not_measured


def size(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, "confidence", 0.95, None, None, None,
                    "part of what would have been", "by hand", "measured")  # fmt: skip


def step(id: str, grade: Any = "B", at: Estimate | None = None, **more: Any) -> Step:
    told: dict[str, Any] = {
        "kind": "effect",
        "aspect": "latency",
        "title": id,
        "what": id,
        "outcome": "reactions a post",
        "source": {"measure": "effect_of_change", "event": id},
    }
    return Step(id=id, grade=grade, size=at or size(0.2, 0.1, 0.3), **(told | more))


def order(*steps: Step) -> list[str]:
    return [one.step.id for one in lay_path(steps).steps]


def test_grade_comes_before_size() -> None:
    weak = step("weak", "C", size(3.0, 2.0, 4.0))
    strong = step("strong", "B", size(0.05, 0.01, 0.09))
    best = step("best", "A", size(0.01, 0.005, 0.015))
    gap = step("gap", "D", size(-0.9, -0.95, -0.8), kind="gap")
    assert order(gap, weak, strong, best) == ["best", "strong", "weak", "gap"]


def test_what_is_sure_of_the_size_decides_not_the_largest_figure() -> None:
    # 0.5 with [0.02, 0.98] is sure of 0.02 only; 0.2 with [0.1, 0.3] of 0.1.
    noisy, sure = step("noisy", at=size(0.5, 0.02, 0.98)), step("sure", at=size(0.2, 0.1, 0.3))
    unclear = step("unclear", at=size(0.9, -0.1, 1.9))
    down = step("down", at=size(-0.3, -0.4, -0.2))
    assert assured(noisy.size) == pytest.approx(0.02)
    assert assured(down.size) == pytest.approx(0.2)
    assert assured(unclear.size) == 0.0
    assert order(unclear, noisy, sure, down) == ["down", "sure", "noisy", "unclear"]


def test_what_is_not_measured_comes_last_in_its_grade() -> None:
    none = step("none", at=not_measured("part", "too few weeks"))
    assert order(none, step("unclear", at=size(0.1, -0.1, 0.3))) == ["unclear", "none"]


@pytest.mark.parametrize(
    ("grade", "kind", "promises"),
    [("A", "effect", True), ("B", "effect", True), ("C", "effect", False), ("D", "effect", False),
     ("C", "association", False), ("D", "association", False), ("D", "gap", False)],
)  # fmt: skip
def test_only_effects_of_grade_a_and_b_name_a_change_to_expect(
    grade: Any, kind: Any, promises: bool
) -> None:
    one = step("x", grade, kind=kind)
    assert (one.expected.status == "measured") is promises
    assert (one.expected.value == one.size.value) is promises
    if not promises:
        assert one.expected.reason is not None
        assert f"grade {grade}" in one.expected.reason


@pytest.mark.parametrize(
    ("one", "turn"),
    [
        (step("x", at=size(0.2, 0.1, 0.3)), "extend"),
        (step("x", at=size(-0.2, -0.3, -0.1)), "undo"),
        (step("x", at=size(-0.2, -0.3, -0.1), better=-1), "extend"),
        (step("x", at=size(0.2, -0.1, 0.5)), "unclear"),
        (step("x", "C", size(0.2, 0.1, 0.3)), "test"),
        (step("x", "C", kind="association"), "test"),
        (step("x", "D", kind="gap"), "close"),
    ],
)
def test_what_the_evidence_is_good_for(one: Step, turn: str) -> None:
    assert one.turn == turn


def test_a_step_keeps_its_place_and_names_what_has_to_come_before() -> None:
    first = step("first", at=size(0.5, 0.4, 0.6), needs=("later",))
    later = step("later", at=size(0.1, 0.05, 0.15))
    last = step("last", "C", needs=("first",))
    path = lay_path([later, last, first])
    told = {one.step.id: (one.place, one.after, one.round) for one in path.steps}
    assert told == {"first": (1, (2,), 2), "later": (2, (), 1), "last": (3, (1,), 3)}


def test_steps_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(StudyError, match="a, b"):
        lay_path([step("a", needs=("b",)), step("b", needs=("a",)), step("c")])


def test_all_that_is_wrong_is_told_at_once() -> None:
    steps = [step("a"), step("a"), step("b", needs=("z",)), step("c", "B", kind="gap")]
    with pytest.raises(StudyError) as error:
        lay_path(steps)
    for told in ("'a' is the id of several", "needs 'z'", "'c' rests on one gap"):
        assert told in error.value.what


@pytest.mark.parametrize("aspect", ["emotion", "negativity", "ethnicity", "weather"])
def test_what_is_not_within_control_makes_no_step(aspect: str) -> None:
    with pytest.raises(StudyError):
        lay_path([step("a", aspect=aspect)])


def test_a_check_that_fails_is_told_in_the_document() -> None:
    check = Check("pre-trend", "Alike before?", False, "not alike", figures={"p": 0.01})
    found = path_document(lay_path([step("a", "C", checks=(check,))], looked_at=7))
    (one,) = found["steps"]
    assert found["looked_at"] == 7
    assert found["grades"] == {"A": 0, "B": 0, "C": 1, "D": 0}
    assert one["holding"] == 0
    assert one["checks"][0]["holds"] is False
    assert one["expects"] is False


estimates = st.tuples(st.floats(-1, 3), st.floats(0, 1), st.floats(0, 1)).map(
    lambda t: size(t[0], t[0] - t[1], t[0] + t[2])
)
steps = st.lists(st.tuples(st.sampled_from("ABCD"), estimates), max_size=12).map(
    lambda drawn: [step(f"s{n}", grade, at) for n, (grade, at) in enumerate(drawn)]
)


@given(steps, st.randoms())
def test_the_order_hangs_on_the_steps_alone(drawn: list[Step], lot: Any) -> None:
    mixed = list(drawn)
    lot.shuffle(mixed)
    path = lay_path(drawn)
    assert [one.step.id for one in path.steps] == order(*mixed)
    assert [one.place for one in path.steps] == list(range(1, len(drawn) + 1))
    grades = [one.step.grade for one in path.steps]
    assert grades == sorted(grades)
    for a, b in zip(path.steps, path.steps[1:], strict=False):
        if a.step.grade == b.step.grade:
            assert assured(a.step.size) >= assured(b.step.size)
    promised = [one for one in path.steps if one.step.expected.status == "measured"]
    assert all(one.step.grade in GAIN for one in promised)


def test_looking_at_more_steps_never_says_that_fewer_were_looked_at() -> None:
    assert lay_path([step("a"), step("b")], looked_at=1).looked_at == 2
    assert replace(lay_path([step("a")]), looked_at=3).looked_at == 3
