"""The tail of attention: exponent, fit and the lognormal, on drawn laws and by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy import stats

from howfar.measures.attention_tail import _exponent, told_apart
from howfar.schema.estimate import Result
from howfar.stats.block_estimate import block_estimate
from howfar.stats.blocks import block_sums, draw_blocks
from howfar.stats.heavy_tails import Comparison

Pick = Callable[..., Result]


def posts(values: Any, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"channel": "a", "platform": "x", "relation": "original", "week": 2817 + n % 12}
        | {"reactions": int(x)}
        | fields
        for n, x in enumerate(values)
    ]


def take(bench: Any, rows: list[dict[str, Any]]) -> list[Result]:
    results: list[Result] = bench.take("attention_tail", {"observed": rows})
    return results


def power_law(number: int, alpha: float) -> Any:
    """Whole numbers from 20 on; the inverse of the distribution function at even steps."""
    u = (np.arange(number) + 0.5) / number
    values = np.floor(19.5 * (1 - u) ** (-1 / (alpha - 1)) + 0.5)
    return np.random.default_rng(7).permutation(values)


def test_the_exponent_of_a_known_law(bench: Any, pick: Pick) -> None:
    results = take(bench, posts(power_law(600, 2.5)))
    tail = next(r for r in results if r.dims["category"] == "reactions")
    assert tail.estimate.value == pytest.approx(2.5, abs=0.1)
    assert tail.estimate.low < 2.5 < tail.estimate.high
    assert pick(results, category="reactions: fit p").estimate.value > 0.1


def test_the_exponent_follows_from_its_params_by_hand(bench: Any) -> None:
    values = power_law(200, 2.2)
    tail = take(bench, posts(values))[0]
    settings = dict(part.split("=") for part in tail.dims["params"].split(";"))
    xmin = int(settings["xmin"])
    above = [int(x) for x in values if x >= xmin]
    assert len(above) == int(settings["tail"])
    by_hand = 1 + len(above) / sum(math.log(x / (xmin - 0.5)) for x in above)
    assert tail.estimate.value == pytest.approx(by_hand, rel=1e-9)
    assert tail.estimate.n_posts == 200


def test_a_lognormal_is_told_from_a_power_law(bench: Any, pick: Pick) -> None:
    """An exact lognormal body: the ratio must not favour the power law beyond its error."""
    u = (np.arange(800) + 0.5) / 800
    values = np.rint(np.exp(5 + stats.norm.ppf(u)))
    results = take(bench, posts(np.random.default_rng(3).permutation(values)))
    ratio = pick(results, category="reactions: vs lognormal").estimate
    assert ratio.low <= 0
    assert "p = " in ratio.method


def test_the_ratio_interval_agrees_with_its_p(bench: Any, pick: Pick) -> None:
    """The interval excludes 0 exactly where Vuong's p is below .05."""
    measured = 0
    for seed in range(5):
        values = np.rint(np.exp(5 + np.random.default_rng(seed).standard_normal(800)))
        ratio = pick(take(bench, posts(values)), category="reactions: vs lognormal").estimate
        if ratio.status == "measured":
            measured += 1
            p = float(ratio.method.split("p = ")[1].split()[0])
            assert (ratio.low <= 0 <= ratio.high) is (p >= 0.05)
            # Two-sided: |ratio| is isf(p / 2) spreads away from 0; p is printed to 3 digits.
            half = 1.959963984540054 * abs(ratio.value) / float(stats.norm.isf(p / 2))
            assert (ratio.high - ratio.low) / 2 == pytest.approx(half, rel=0.01)
    assert measured >= 4


@pytest.mark.parametrize(
    ("ratio", "p", "says"),
    [
        (0.0, 1.0, False),  # the optimiser reached the limit itself
        (-0.049, 0.001, False),  # a factor below 1.05 between the likelihoods
        (0.049, 0.001, False),
        (-0.051, 0.9, True),  # undecided, but the ratio has a spread to show
        (-3.0, 0.02, True),
        (0.8, 0.11, False),  # no lognormal is truly worse: its optimum ran off
        (0.8, 0.6, False),
        (4.0, 0.05, True),
    ],
)
def test_a_ratio_at_the_lognormals_limit_says_nothing(ratio: float, p: float, says: bool) -> None:
    assert told_apart(Comparison(ratio, p)) is says


def test_an_exact_power_law_is_not_set_against_its_own_limit(bench: Any, pick: Pick) -> None:
    """The best lognormal for exact power-law counts has a spread of 11 logs: a power law."""
    results = take(bench, posts(power_law(300, 2.1)))
    ratio = pick(results, category="reactions: vs lognormal").estimate
    assert ratio.status == "not_measured"
    assert "cannot be told apart" in str(ratio.reason)


def test_reposts_young_posts_and_zeros_are_left_out(bench: Any) -> None:
    values = power_law(200, 2.2)
    rows = posts(values) + posts([10**6] * 12, relation="repost") + posts([9**6] * 12, age_s=0)
    rows += posts([0] * 30)
    with_more, alone = take(bench, rows)[0], take(bench, posts(values))[0]
    assert with_more.estimate.value == alone.estimate.value
    assert with_more.estimate.n_posts == 200
    assert "12 posts younger" in str(with_more.estimate.reason)


def test_too_few_or_equal_values_are_refused(bench: Any, pick: Pick) -> None:
    few = pick(take(bench, posts(power_law(49, 2.2)))).estimate
    assert "49 posts" in str(few.reason)
    assert pick(take(bench, posts([5] * 100))).estimate.status == "not_measured"
    zeros = pick(take(bench, posts([0] * 100))).estimate
    assert "0 posts with a count above 0" in str(zeros.reason)


def test_the_same_seed_gives_the_same_p(bench: Any, pick: Pick) -> None:
    rows = posts(power_law(120, 2.3))
    first, again = (pick(take(bench, rows), category="reactions: fit p") for _ in range(2))
    assert first.estimate == again.estimate


def test_the_exponents_interval_covers_a_planted_exponent_at_a_known_xmin() -> None:
    """400 seeded worlds of 20 weeks with unequal numbers of posts, within 3 standard errors."""
    alpha, xmin, weeks, trials = 2.5, 20, 20, 400
    rng, held = np.random.default_rng(11), 0
    for _ in range(trials):
        week = np.repeat(np.arange(weeks), rng.integers(10, 50, weeks))
        u = rng.random(week.size)
        values = np.floor((xmin - 0.5) * (1 - u) ** (-1 / (alpha - 1)) + 0.5)
        logs = np.log(values / (xmin - 0.5))
        number, total = (block_sums(x, week, weeks) for x in (np.ones(week.size), logs))
        draw = draw_blocks(np.arange(weeks), 300, rng)
        done = block_estimate(partial(_exponent, number, total), draw)
        assert done.interval is not None
        held += done.interval.low <= alpha <= done.interval.high
    tolerance = 3 * math.sqrt(0.95 * 0.05 / trials)
    assert 0.95 - tolerance <= held / trials <= 0.95 + tolerance, held / trials
