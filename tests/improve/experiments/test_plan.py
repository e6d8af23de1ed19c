"""The file of an experiment: what has to be in it, and what is refused."""

import pytest
from tests.improve.experiments.worlds import CLUSTERS, POSTS, SWITCHBACK

from howfar.errors import StudyError
from howfar.improve.experiments.plan import parse_plan


@pytest.mark.parametrize("text", [SWITCHBACK, POSTS, CLUSTERS])
def test_plans_are_read(text: str) -> None:
    plan = parse_plan(text, "plan.toml")
    assert plan.lever == "latency"
    assert plan.level == pytest.approx(0.05)


@pytest.mark.parametrize(
    "ethics", ["", "TODO", "None needed.", "to be filled in by the press office later", "n/a " * 20]
)
def test_the_ethics_field_must_be_filled(ethics: str) -> None:
    lines = [f'ethics = "{ethics}"' if line.startswith("ethics") else line
             for line in POSTS.splitlines()]  # fmt: skip
    with pytest.raises(StudyError, match=r"plan.toml:11: ethics: must be filled") as caught:
        parse_plan("\n".join(lines), "plan.toml")
    assert "when the experiment is broken off" in str(caught.value)


def test_a_plan_without_ethics_or_owner_is_refused() -> None:
    kept = [line for line in POSTS.splitlines() if not line.startswith(("ethics", "owner"))]
    with pytest.raises(StudyError) as caught:
        parse_plan("\n".join(kept), "plan.toml")
    assert '"ethics" is missing' in str(caught.value)
    assert '"owner" is missing' in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('property = "latency"', 'property = "emotion"', "what people are to feel is no lever"),
        ('property = "latency"', 'property = "length"', "not within control"),
        ("answers within an hour", "negative posts", "hostile or negative messages are no lever"),
        ("answers within an hour", "posts for religious groups", "who people are is no lever"),
        ("answers within an hour", "posts of outrage", "what people are to feel is no lever"),
    ],
)
def test_what_is_not_within_control_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        parse_plan(POSTS.replace(old, new, 2), "plan.toml")


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [
        (POSTS, "strata = { nordwelle = 40, ostfunk = 24 }", "", "lot.strata is needed"),
        (SWITCHBACK, "blocks = 20", "blocks = 21", "an even number"),
        (SWITCHBACK, "washout = 1", "washout = 3", "leaves nothing"),
        (SWITCHBACK, "blocks = 20", "block = 20", "is needed for switchback"),
        (SWITCHBACK, 'units = ["nordwelle", "ostfunk"]', 'units = ["a", "a"]', "given twice"),
        (CLUSTERS, 'units = ["c00", ', 'units = ["x", "c00", ', "an even number"),
        (CLUSTERS, '"clusters"', '"geo"', "lot.treat .how many, by lot. or lot.treated"),
        (POSTS, "draws = 399", "draws = 10", "greater than or equal to 199"),
        (POSTS, "[power]", "[powr]", 'unknown key "powr"'),
    ],
)
def test_every_mistake_is_told(text: str, old: str, new: str, told: str) -> None:
    assert old in text
    with pytest.raises(StudyError, match=told):
        parse_plan(text.replace(old, new), "plan.toml")


def test_all_mistakes_are_told_at_once_with_their_lines() -> None:
    wrong = POSTS.replace('"latency"', '"mood"').replace('column = "reactions"', "column = 3")
    with pytest.raises(StudyError) as caught:
        parse_plan(wrong, "plan.toml")
    assert "2 problems" in str(caught.value)
    assert "plan.toml:6:" in str(caught.value)
    assert "plan.toml:14:" in str(caught.value)
    assert caught.value.exit_code == 3
