"""The chain: each step its own denominator, missing steps, steps that are no part, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.improve.conversion_chain import conversion_chain
from howfar.schema.estimate import Estimate

VIEWS = [100.0, 200, 300, 400]
CLICKS = [10.0, 10, 30, 50]
VISITS = [5.0, math.nan, 15, 20]


def limits(rate: Estimate) -> tuple[float, float]:
    assert rate.low is not None
    assert rate.high is not None
    return rate.low, rate.high


def test_each_step_has_its_own_denominator() -> None:
    chain = conversion_chain({"views": VIEWS, "clicks": CLICKS, "visits": VISITS})
    first, second = chain.links
    assert (first.of, first.step) == ("views", "clicks")
    assert (first.counted, first.denominator, first.rows) == (100, 1000, 4)
    assert first.rate.value == pytest.approx(0.1)
    # The second row has no visits: its ten clicks are no part of that denominator.
    assert (second.counted, second.denominator, second.rows) == (40, 90, 3)
    assert second.rate.value == pytest.approx(40 / 90)
    assert second.notes == ("rows without visits or clicks, left out: 1 of 4",)
    assert (chain.overall.counted, chain.overall.denominator) == (40, 800)
    assert chain.overall.rate.unit == "visits / views"


def test_two_steps_are_the_whole_chain() -> None:
    chain = conversion_chain({"views": VIEWS, "clicks": CLICKS})
    assert chain.overall is chain.links[0]
    with pytest.raises(ValueError, match="two steps"):
        conversion_chain({"views": VIEWS})


def test_more_than_there_were_is_no_part() -> None:
    chain = conversion_chain({"clicks": CLICKS, "pages": [30.0, 40, 60, 100]})
    (link,) = chain.links
    assert not link.share
    assert link.rate.value == pytest.approx(2.3)
    assert "it is no part" in link.notes[0]
    assert link.above == 4
    # As many as before is a part still.
    some = conversion_chain({"views": VIEWS, "clicks": [110.0, 10, 300, 50]}).links[0]
    assert (some.share, some.above) == (True, 1)
    assert "rows with more clicks than views, counted as they stand: 1" in some.notes[0]


def test_nothing_to_divide_by() -> None:
    chain = conversion_chain({"views": VIEWS, "clicks": [0.0] * 4, "visits": [0.0] * 4})
    none, after = chain.links
    assert none.rate.value == 0
    assert none.rate.low == 0
    assert none.rate.high is not None
    assert none.rate.high > 0
    assert after.rate.reason is not None
    assert after.rate.reason.startswith("no clicks")
    alone = conversion_chain({"views": VIEWS, "clicks": CLICKS}, ["one"] * 4).links[0]
    assert alone.rate.reason is not None
    assert "one cluster" in alone.rate.reason


def test_rows_that_move_together_say_less() -> None:
    rng = np.random.default_rng(2)
    rate = np.repeat(rng.beta(4, 36, 12), 10)
    views = np.full(120, 500.0)
    clicks = rng.binomial(500, rate).astype(float)
    apart = conversion_chain({"views": views, "clicks": clicks}).links[0].rate
    weeks = np.repeat(np.arange(12), 10)
    together = conversion_chain({"views": views, "clicks": clicks}, weeks).links[0].rate
    assert apart.value == together.value
    low, high = limits(apart)
    lower, higher = limits(together)
    assert lower < low
    assert higher > high


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=3, max_size=30))
def test_the_whole_is_the_product_where_no_row_lacks_any(data: list[tuple[int, ...]]) -> None:
    views, clicks, visits = (np.array(one, dtype=float) for one in zip(*data, strict=True))
    chain = conversion_chain({"views": views, "clicks": clicks, "visits": visits})
    rates = [link.rate.value for link in chain.links]
    if None not in rates and chain.overall.rate.value is not None:
        assert chain.overall.rate.value == pytest.approx(
            math.prod(r for r in rates if r is not None)
        )
    for link in (*chain.links, chain.overall):
        rate = link.rate
        if rate.value is not None and rate.low is not None and rate.high is not None:
            assert 0 <= rate.low <= rate.value <= rate.high
            assert not link.share or rate.high <= 1


def test_coverage_in_weeks() -> None:
    """Rates that differ by week, posts of uneven size: true rates are held at the level."""
    rng = np.random.default_rng(11)
    weeks = np.repeat(np.arange(20), 6)
    draws, hits = 400, np.zeros(3)
    for _ in range(draws):
        views = rng.poisson(2_000 * np.exp(0.8 * rng.standard_normal(120)))
        clicks = rng.binomial(views, np.repeat(rng.beta(6, 54, 20), 6))
        visits = rng.binomial(clicks, np.repeat(rng.beta(12, 8, 20), 6))
        chain = conversion_chain({"views": views, "clicks": clicks, "visits": visits}, weeks)
        for n, (link, truth) in enumerate(
            zip((*chain.links, chain.overall), (0.1, 0.6, 0.06), strict=True)
        ):
            low, high = limits(link.rate)
            hits[n] += low <= truth <= high
    assert ((hits / draws > 0.915) & (hits / draws < 0.985)).all(), hits / draws
