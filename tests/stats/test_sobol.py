"""Sobol indices against analytic values, the reference library's figures and hand arithmetic."""

import numpy as np
import numpy.typing as npt
import pytest

from howfar.stats.sobol import sobol_design, sobol_indices

FloatArray = npt.NDArray[np.float64]


def ishigami(u: FloatArray) -> FloatArray:
    """The test function: sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, x uniform on (-pi, pi)."""
    x = np.pi * (2 * u - 1)
    first = np.sin(x[..., 0])
    result: FloatArray = first + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * first
    return result


def test_ishigami() -> None:
    """O4: analytic values, and the intervals hold them."""
    rng = np.random.default_rng(4)
    found = sobol_indices(ishigami(sobol_design(2**14, 3, rng)), rng, replicates=50)
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.003)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.003)
    for truth, low, high in (
        ([0.3139, 0.4424, 0.0], found.first_low, found.first_high),
        ([0.5576, 0.4424, 0.2437], found.total_low, found.total_high),
    ):
        assert (low <= truth).all()
        assert (truth <= high).all()


def test_same_figures_as_the_reference_library() -> None:
    """S1 and ST of SALib 1.6.0 on the same 64 x 5 results of a formula."""
    i = np.arange(1, 65)[:, None]
    u = (i * np.sqrt([2.0, 3, 5, 7, 11, 13])) % 1
    a, b = u[:, :3], u[:, 3:]
    points = np.stack([a, b] + [np.where(np.arange(3) == k, b, a) for k in range(3)])
    y = 10 + points[..., 0] + 2 * points[..., 1] ** 2 + points[..., 0] * points[..., 2]
    found = sobol_indices(y, np.random.default_rng(0), replicates=20)
    first = [0.3450931075995725, 0.7653776458099408, 0.04501223242718049]
    total = [0.38902310628288905, 0.7362700459728286, 0.04422109022508285]
    np.testing.assert_allclose(found.first, first, rtol=1e-12)
    np.testing.assert_allclose(found.total, total, rtol=1e-12)


def test_design() -> None:
    design = sobol_design(16, 3, np.random.default_rng(0))
    a, b = design[0], design[1]
    assert design.shape == (5, 16, 3)
    assert ((design >= 0) & (design < 1)).all()
    for i in range(3):
        np.testing.assert_array_equal(design[2 + i, :, i], b[:, i])
        others = [k for k in range(3) if k != i]
        np.testing.assert_array_equal(design[2 + i][:, others], a[:, others])


def test_an_input_that_does_nothing_and_a_result_that_never_moves() -> None:
    rng = np.random.default_rng(0)
    u = sobol_design(256, 2, rng)
    y = np.stack([u[..., 0], np.full(u.shape[:-1], 0.1)], axis=-1)
    found = sobol_indices(y, rng, replicates=100)
    assert found.total.shape == (2, 2)
    assert found.total[1, 0] == 0
    assert found.total_high[1, 0] == 0
    assert found.first[0, 0] == pytest.approx(1, abs=0.05)
    for one in (found.first, found.total, found.total_low, found.total_high):
        assert np.isnan(one[:, 1]).all()


def test_bootstrap_intervals_hold_the_truth() -> None:
    """Parts by hand of y = 2 [u1 > 1/2] + [u2 > 1/2] + [both].

    With signs s, t = +-1 and y = 7/4 + 5/4 s + 3/4 t + 1/4 st: V = (25 + 9 + 1) / 16.
    """
    first, total = np.array([25, 9]) / 35, np.array([26, 10]) / 35
    hits = np.zeros(2)
    trials = 200
    for trial in range(trials):
        rng = np.random.default_rng(1_000 + trial)
        one, two = np.moveaxis(sobol_design(64, 2, rng) > 0.5, -1, 0)
        y = 2.0 * one + two + (one & two)
        found = sobol_indices(y, rng, replicates=300)
        hits[0] += np.mean((found.first_low <= first) & (first <= found.first_high))
        hits[1] += np.mean((found.total_low <= total) & (total <= found.total_high))
    # 99.9 % band of 200 trials at 95 %: 0.89.
    assert (hits / trials >= 0.89).all(), hits / trials


@pytest.mark.parametrize(
    ("results", "why"),
    [
        (np.zeros((2, 64)), "shape"),
        (np.zeros((4, 8)), "shape"),
        (np.full((4, 64), np.nan), "not finite"),
    ],
)
def test_refusals(results: FloatArray, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sobol_indices(results, np.random.default_rng(0))


def test_design_refuses() -> None:
    rng = np.random.default_rng(0)
    for base, inputs in ((100, 2), (8, 2), (64, 0)):
        with pytest.raises(ValueError, match="at least"):
            sobol_design(base, inputs, rng)


def test_pooled_by_hand() -> None:
    """First result u1 > 1/2 (variance 1/4), second 2 (u2 > 1/2) (variance 1): 1/5 and 4/5."""
    rng = np.random.default_rng(1)
    u = sobol_design(1024, 2, rng) > 0.5
    y = np.stack([u[..., 0], 2 * u[..., 1], np.full(u.shape[:-1], 3)], axis=-1).astype(np.float64)
    found = sobol_indices(y, rng, pooled=True)
    assert found.first.shape == (2,)
    np.testing.assert_allclose(found.first, [0.2, 0.8], atol=0.02)
    np.testing.assert_allclose(found.total, [0.2, 0.8], atol=0.02)
    still = sobol_indices(np.ones_like(y), rng, pooled=True)
    assert np.isnan(still.total).all()
