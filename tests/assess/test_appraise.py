"""What an index may be called, which steps were done, and how it goes with other figures."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.assess.appraise import Appraisal, appraise
from howfar.assess.document import document_of
from howfar.assess.feed import from_table
from howfar.errors import StudyError
from howfar.study.index_part import parse_index
from howfar.study.units_table import parse_units

TREE = """units = "town"
draws = 100
{more}
[[groups]]
id = "index"
[[indicators]]
id = "seen"
parent = "index"
{seen}
[[indicators]]
id = "trust"
parent = "index"
level = "outcome"
basis = "survey"
"""
FIVE = "town,seen,trust,size\na,1,2,5\nb,2,1,4\nc,3,4,3\nd,5,5,2\ne,4,3,1\n"


def made(table: str = FIVE, more: str = "", seen: str = "", level: float = 0.95) -> Appraisal:
    part = parse_index(TREE.format(more=more, seen=seen), "tree.toml")
    fed = from_table(part, parse_units(table, "t.csv", None, part.time_column))
    rng = np.random.default_rng(1)
    return appraise(part, fed, rng, where="tree.toml", confidence=level)


def step(one: Appraisal, number: int) -> tuple[str, str]:
    check = one.checks[number - 1]
    return check.state, check.said


def test_an_imputed_outcome_is_none() -> None:
    holed = FIVE.replace("e,4,3,1", "e,4,,1")
    assert made().called == "communication effectiveness"
    assert made().outcomes == ("trust",)
    one = made(holed, 'steps = { impute = "mean" }')
    assert not np.isnan(one.index.of("trust")).any()
    assert one.called == "communication performance"
    assert document_of(one)["called"] == one.called
    assert f"called {one.called}, which the program decides" in step(one, 1)[1]


def test_a_title_is_checked_against_the_outcomes_that_are_there() -> None:
    title = 'title = "Effectiveness of towns"\n'
    assert made(more=title).part.title == "Effectiveness of towns"
    with pytest.raises(StudyError, match="no outcome feeds the index of every unit"):
        made(FIVE.replace("e,4,3,1", "e,4,,1"), title + 'steps = { impute = "mean" }')


def test_a_ratio_that_was_filled_was_missing() -> None:
    holed = FIVE.replace("e,4,3,1", "e,4,3,")
    one = made(holed, 'steps = { impute = "mean" }', 'denominator = "size"')
    assert "Nothing was missing" not in step(one, 3)[1]
    assert "1 of 10 values were missing, 1 were filled" in step(one, 3)[1]
    open_one = made(holed, seen='denominator = "size"')
    assert "Nothing was missing" not in step(open_one, 3)[1]
    assert step(made(), 3) == ("done", "Nothing was missing.")


def test_steps_say_no_more_than_was_done() -> None:
    one = made(FIVE.replace("e,4,3,1\n", ""))
    assert step(one, 4) == ("not", "4 units are too few for correlations.")
    assert (one.redundant, one.counter) == ((), ())
    assert step(made(), 4)[0] == "done"
    assert "usual ones, since none were declared" in step(made(), 7)[1]
    declared = made(more='choices = { normalise = ["z"] }')
    assert "at random from the declared alternatives" in step(declared, 7)[1]
    assert step(made(), 8)[0] == "done"
    ranked = made(more='steps = { aggregate = "median" }')
    assert not ranked.gaps
    assert step(ranked, 8)[0] == "partly"
    assert "the parts of a gap" not in step(ranked, 10)[1]
    assert "without intervals" in step(made(), 10)[1]
    assert "Scores with intervals" not in step(made(), 10)[1]


def test_links_have_limits_that_hold_them() -> None:
    # The index (4.5, 2.25 ... of ranks 1 to 5) falls as size grows, but for the last two.
    one = made(more='links = ["size"]')
    (link,) = one.links
    assert -1 < link.low < link.r < link.high < 1
    assert f"[{link.low:.2f}, {link.high:.2f}] over 5 units" in step(one, 9)[1]
    assert "(95 % interval)" in document_of(one)["links"][0]
    (wide,) = made(more='links = ["size"]', level=0.99).links
    assert wide.low < link.low
    assert wide.high > link.high
    assert "(99 % interval)" in document_of(made(more='links = ["size"]', level=0.99))["links"][0]


def test_a_perfect_link_lies_in_its_limits() -> None:
    table = "town,seen,trust,size\n" + "".join(f"{c},{n},{n},{n}\n" for n, c in enumerate("abcde"))
    (link,) = made(table, 'links = ["size"]').links
    assert link.r == pytest.approx(1)
    assert link.high >= link.r
    # z of 1 - 12 / (5 * 24) = 0.9 is 1.472; half is 1.96 sqrt(1.5 / 2) = 1.697.
    assert link.low == pytest.approx(np.tanh(1.4722 - 1.6974), abs=1e-3)


def test_links_of_a_panel_are_of_its_last_period() -> None:
    lines = [f"{c},2023,{n},{n},{9 - n}" for n, c in enumerate("abcde")]
    lines += [f"{c},2024,{n},{n},{n}" for n, c in enumerate("abcde")]
    more = 'time_column = "year"\nlinks = ["size"]'
    head = "town,year,seen,trust,size"
    for order in (lines, lines[::-1]):
        (link,) = made("\n".join([head, *order]), more).links
        assert link.r == pytest.approx(1)


def test_gaps_are_between_units_with_a_score() -> None:
    """A unit that too few draws give a score has none to be taken apart."""
    part = parse_index(TREE.format(more="", seen=""), "tree.toml")
    fed = from_table(part, parse_units(FIVE, "t.csv"))
    drawn = np.repeat(fed.matrix.values[None], 20, axis=0)
    drawn += np.random.default_rng(0).normal(size=drawn.shape) * 0.1
    part = part.model_copy(update={"steps": {"screen": {"method": "share", "min_nonzero": 0.6}}})
    drawn[:5, 3] = 0
    fed = replace(fed, matrix=replace(fed.matrix, draws=drawn))
    one = appraise(part, fed, np.random.default_rng(1), where="tree.toml")
    assert one.units[0] == "d"
    assert one.gaps
    assert not any("d" in (gap.first[0], gap.second[0]) for gap in one.gaps)
