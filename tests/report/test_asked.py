"""What was asked, as printed: objectives with their targets."""

from howfar.report.sections.asked import _objective
from howfar.study.objectives import Objective


def said(**more: object) -> str:
    return _objective(
        Objective.model_validate({"id": "a", "statement": "S", "audience": "A", **more})
    )


def test_a_target_to_be_reached_and_one_not_to_be_passed_read_differently() -> None:
    assert said(target=3.5) == "S (for: A); target 3.5"
    assert said(target=3.5, direction=-1) == "S (for: A); target: at most 3.5"
    assert said() == "S (for: A)"
