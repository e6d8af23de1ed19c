"""What fills a gap, and that nothing else moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.tables import flat, table

from howfar.assess.impute import impute
from howfar.assess.recipe import Impute
from howfar.errors import StudyError

NAN = np.nan
TABLE = table([[1, 10], [2, NAN], [6, 40], [NAN, 50], [9, NAN]], groups="ppqqr")


@pytest.mark.parametrize(
    ("method", "a", "b"),
    [
        # Column a: 1 2 6 . 9, column b: 10 . 40 50 .
        ("mean", 4.5, [100 / 3, 100 / 3]),
        ("median", 4.0, [40, 40]),
        # Group q has 6 in a, p has 10 in b; r has nothing in b.
        ("group_mean", 6.0, [10, NAN]),
        ("group_median", 6.0, [10, NAN]),
        ("none", NAN, [NAN, NAN]),
    ],
)
def test_centres(method: str, a: float, b: list[float]) -> None:
    data, step = impute(TABLE, flat("a", "b"), Impute(method))
    np.testing.assert_allclose(data.column("a"), [1, 2, 6, a, 9])
    np.testing.assert_allclose(data.column("b"), [10, b[0], 40, 50, b[1]])
    filled = {} if method == "none" else {"a": ["u3"], "b": ["u1", "u4"]}
    if method.startswith("group"):
        filled["b"] = ["u1"]
    assert step.done["filled"] == filled


def test_in_a_panel_within_the_period() -> None:
    panel = table([[1], [NAN], [5], [NAN]], units="xyxy", times="1122")
    data, _ = impute(panel, flat("a"), Impute("mean"))
    assert data.column("a").tolist() == [1, 1, 5, 5]


def test_previous_takes_the_last_figure_before() -> None:
    panel = table([[NAN], [3], [NAN], [NAN], [7]], units="xxxyy", times="31212")
    data, _ = impute(panel, flat("a"), Impute("previous"))
    # x: period 1 has 3, carried to 2 and 3; y: nothing before 1.
    np.testing.assert_array_equal(data.column("a"), [3, 3, 3, NAN, 7])


def test_em_uses_what_goes_together() -> None:
    # b is 2 a up to the ridge: the gap at a = 5 is filled near 10, far from b's mean of 6.
    table_ = table([[1, 2], [2, 4], [3, 6], [4, 8], [4, 8], [5, NAN]])
    data, _ = impute(table_, flat("a", "b"), Impute("em"))
    # Less by what the ridge takes: about a hundredth of the way from the mean.
    assert data.column("b")[5] == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(
    ("method", "said"), [("group_mean", "needs the groups"), ("previous", "needs periods")]
)
def test_needs(method: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        impute(table([[1], [NAN]]), flat("a"), Impute(method))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["mean", "median", "group_mean", "em"]))
def test_figures_that_are_there_never_change(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(9, 3))
    values[rng.random(values.shape) < 0.3] = NAN
    before = table(values, groups="ppppqqqqq")
    data, _ = impute(before, flat("a", "b", "c"), Impute(method))
    there = ~np.isnan(values)
    np.testing.assert_array_equal(data.values[there], values[there])
