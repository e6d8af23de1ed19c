"""Log-log slopes: against numpy and statsmodels, properties, refusals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from howfar.stats.blocks import draw_blocks
from howfar.stats.elasticity import (
    LogLog,
    log_log,
    pooled_slope,
    residuals_against_peers,
    slope_replicates,
)


def ones(b: int) -> np.ndarray:
    return np.ones((1, b))


def test_slope_by_hand_and_zeros_reported() -> None:
    e = math.e
    # log x 0 1 2 against log y 0 2 1: slope = (0*0 + 1*2 + 2*1 - 3*1*1) / (5 - 3) = 1/2
    model = log_log([1, e, e**2, 0, 5], [1, e**2, e, 3, 0], [0, 0, 1, 1, 1], 2)
    assert model.n == 3
    assert model.share_dropped == pytest.approx(2 / 5)
    assert model.sums[0].tolist() == pytest.approx([2, 1, 2, 1, 2, 4])
    assert slope_replicates(model, ones(2)) == pytest.approx([0.5])
    assert math.isnan(log_log([], [], [], 2).share_dropped)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(0.1, 50))
def test_replicates_are_slopes_of_the_repeated_posts_in_any_unit(
    seed: int, unit_x: float, unit_y: float
) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.exp(rng.standard_normal((2, 40)))
    index = rng.integers(0, 5, 40)
    weights = draw_blocks(range(5), 5, rng).weights
    found = slope_replicates(log_log(unit_x * x, unit_y * y, index, 5), weights)
    for slope, w in zip(found, weights, strict=True):
        times = w.astype(int)[index]
        u, v = np.repeat(np.log(x), times), np.repeat(np.log(y), times)
        if np.unique(u).size >= 2:
            assert slope == pytest.approx(np.polyfit(u, v, 1)[0], rel=1e-6, abs=1e-8)


def test_no_slope_without_two_views() -> None:
    model = log_log([7.0, 7.0, 3.0], [1.0, 2.0, 5.0], [0, 0, 1], 2)
    found = slope_replicates(model, np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]))
    assert np.isnan(found).tolist() == [False, True, True, True]


def channels(rng: np.random.Generator, k: int) -> tuple[list[LogLog], list[np.ndarray]]:
    data, models = [], []
    for c in range(k):
        x = np.exp(rng.standard_normal(20 + 10 * c))
        y = math.exp(c) * x ** (0.7 + 0.05 * c) * np.exp(0.3 * rng.standard_normal(x.size))
        models.append(log_log(x, y, np.zeros(x.size, dtype=int), 1))
        data.append(np.column_stack([np.log(x), np.log(y), np.full(x.size, c)]))
    return models, data


def test_pooled_slope_is_cr2_with_satterthwaite_in_full_matrices() -> None:
    models, data = channels(np.random.default_rng(2), 5)
    found = pooled_slope(models)
    rows = np.vstack(data)
    x = rows[:, 0] - np.concatenate([np.full(len(d), d[:, 0].mean()) for d in data])
    y = rows[:, 1] - np.concatenate([np.full(len(d), d[:, 1].mean()) for d in data])
    M = x @ x
    slope = x @ y / M
    H = np.outer(x, x) / M
    resid, variance, G = y - slope * x, 0.0, []
    for c in range(5):
        mine = rows[:, 2] == c
        A = linalg.inv(linalg.sqrtm(np.eye(mine.sum()) - H[np.ix_(mine, mine)])).real
        variance += (x[mine] @ A @ resid[mine]) ** 2 / M**2
        G.append((np.eye(len(x)) - H)[:, mine] @ A @ x[mine] / M)
    gram = np.array([[a @ b for b in G] for a in G])
    df = np.trace(gram) ** 2 / (gram**2).sum()
    assert found.slope == pytest.approx(slope)
    assert found.degrees_of_freedom == pytest.approx(df)
    assert found.interval is not None
    half = stats.t.ppf(0.975, df) * math.sqrt(variance)
    assert (found.interval.low, found.interval.high) == pytest.approx((slope - half, slope + half))
    dummies = np.column_stack([rows[:, 0], *(rows[:, 2] == c for c in range(5))]).astype(float)
    assert found.slope == pytest.approx(sm.OLS(rows[:, 1], dummies).fit().params[0])


def test_pooled_slope_of_equal_channels_has_k_minus_1_degrees_of_freedom() -> None:
    models, _ = channels(np.random.default_rng(1), 1)
    assert pooled_slope(models * 8).degrees_of_freedom == pytest.approx(7)


def test_pooled_slope_of_one_or_none() -> None:
    models, _ = channels(np.random.default_rng(1), 1)
    flat = log_log([3.0, 3.0], [1.0, 2.0], [0, 0], 1)
    one = pooled_slope([models[0], flat])
    assert one.interval is None
    assert one.n_channels == 1
    assert one.slope == pytest.approx(float(slope_replicates(models[0], ones(1))[0]))
    none = pooled_slope([flat])
    assert math.isnan(none.slope)
    assert none.interval is None


def test_residuals_by_definition() -> None:
    models, data = channels(np.random.default_rng(4), 4)
    found = residuals_against_peers(models, ones(1))[0]
    for c in range(4):
        peers = [d for d in data if d[0, 2] != c]
        top = sum(((d[:, 0] - d[:, 0].mean()) * d[:, 1]).sum() for d in peers)
        bottom = sum(((d[:, 0] - d[:, 0].mean()) ** 2).sum() for d in peers)
        level = {d[0, 2]: d[:, 1].mean() - top / bottom * d[:, 0].mean() for d in data}
        theirs = np.mean([v for k, v in level.items() if k != c])
        assert found[c] == pytest.approx(level[c] - theirs)


def test_residual_of_a_channel_with_twice_the_talk_is_log_2() -> None:
    x = np.exp(np.linspace(0, 3, 12))
    index = np.arange(12) % 3
    models = [log_log(x, f * x**0.8, index, 3) for f in (1.0, 1.0, 2.0)]
    draws = draw_blocks(range(3), 20, np.random.default_rng(0)).weights
    found = residuals_against_peers(models, draws)
    assert found[:, 2] == pytest.approx(np.full(20, math.log(2)))
    assert found[:, 0] == pytest.approx(np.full(20, -math.log(2) / 2))


def test_residuals_leave_out_who_has_no_data() -> None:
    x = np.exp(np.linspace(0, 3, 12))
    models = [log_log(x, f * x, np.zeros(12, dtype=int), 2) for f in (1.0, 3.0)]
    late = log_log(x, 9 * x, np.ones(12, dtype=int), 2)
    early = residuals_against_peers([*models, late], np.array([[2.0, 0.0]]))[0]
    assert early[:2] == pytest.approx([-math.log(3), math.log(3)])
    assert np.isnan(early[2])
    assert np.isnan(residuals_against_peers([models[0]], ones(2))).all()


def test_refusals() -> None:
    with pytest.raises(ValueError, match="length"):
        log_log([1.0], [1.0, 2.0], [0], 1)
    for bad in ([-1.0], [math.nan], [math.inf]):
        with pytest.raises(ValueError, match="not negative"):
            log_log(bad, [1.0], [0], 1)
        with pytest.raises(ValueError, match="not negative"):
            log_log([1.0], bad, [0], 1)
