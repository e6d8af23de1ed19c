"""Grades of evidence: a check that does not hold lowers them."""

from itertools import product

from howfar.improve.evidence import Check, grade_of


def check(passed: bool | None, needed: bool = True) -> Check:
    return Check("pre-trend", "Were both alike before?", passed, "said", needed)


def test_grades_by_hand() -> None:
    good, bad = [check(True)], [check(True), check(False)]
    assert grade_of(good, compared=True, randomised=True, verified=True) == "A"
    assert grade_of(good, compared=True, randomised=True) == "B"
    assert grade_of(good, compared=True) == "B"
    assert grade_of(bad, compared=True) == "C"
    assert grade_of(bad, compared=True, randomised=True, verified=True) == "C"
    # A recovery by itself looks like an effect: without a comparison never B.
    assert grade_of(good, compared=False) == "C"
    assert grade_of(bad, compared=False) == "D"
    # By lot alone, with nothing beside it and a check that failed.
    assert grade_of(bad, compared=False, randomised=True) == "C"


def test_a_check_that_was_not_made_counts_as_failed_where_it_is_needed() -> None:
    assert grade_of([check(None)], compared=True) == "C"
    assert grade_of([check(None, needed=False)], compared=True) == "B"
    assert grade_of([check(False, needed=False)], compared=True) == "C"


def test_one_more_failure_never_raises_a_grade() -> None:
    for compared, randomised, verified in product([False, True], repeat=3):
        given = {"compared": compared, "randomised": randomised, "verified": verified}
        assert grade_of([check(True)], **given) <= grade_of([check(True), check(False)], **given)
