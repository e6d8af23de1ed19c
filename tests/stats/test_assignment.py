"""Lots: as many as asked in every stratum, every assignment as likely, all of them listed."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.assignment import (
    codes_of,
    draw_assignments,
    number_of_assignments,
    reference_assignments,
    treated_sizes,
)


def test_sizes_by_hand() -> None:
    strata = ["a"] * 4 + ["b"] * 5 + ["c"] + ["d"] * 2
    # Half of 4, of 5 (rounded up), of 1 by lot, of 2; a tenth of 4 is at least one.
    assert treated_sizes(strata).tolist() == [2, 3, 0, 1]
    assert treated_sizes(["a"] * 4, 0.1).tolist() == [1]
    assert treated_sizes(["a"] * 4, 0.9).tolist() == [3]
    assert number_of_assignments(strata) == 6 * 10 * 2 * 2
    assert number_of_assignments(strata, lot="free") == 2**12
    assert codes_of(["z", "a", "z"]).tolist() == [0, 1, 0]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_every_draw_has_the_sizes(strata: list[str], seed: int) -> None:
    drawn = draw_assignments(strata, 20, np.random.default_rng(seed))
    codes, sizes = codes_of(strata), treated_sizes(strata)
    for stratum in range(codes.max() + 1):
        inside = drawn[:, codes == stratum].sum(axis=1)
        alone = (codes == stratum).sum() == 1
        assert ((inside <= 1) if alone else (inside == sizes[stratum])).all()


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=7), st.booleans())
def test_all_assignments_are_listed_once(strata: list[str], free: bool) -> None:
    lot = "free" if free else "complete"
    listed, whole = reference_assignments(strata, 20_000, np.random.default_rng(1), lot=lot)
    assert whole
    assert len({row.tobytes() for row in listed}) == len(listed)
    assert len(listed) == number_of_assignments(strata, lot=lot)
    drawn = {
        row.tobytes() for row in draw_assignments(strata, 50, np.random.default_rng(2), 0.5, lot)
    }
    assert drawn <= {row.tobytes() for row in listed}


def test_every_assignment_is_as_likely() -> None:
    drawn = draw_assignments(["a"] * 4, 6_000, np.random.default_rng(3))
    seen = Counter(row.tobytes() for row in drawn)
    assert len(seen) == 6
    # Six cells of 1,000 expected: chi-square with 5 degrees of freedom below its 99.9th percentile.
    assert sum((n - 1_000) ** 2 / 1_000 for n in seen.values()) < 20.5


def test_too_many_are_drawn_instead() -> None:
    drawn, whole = reference_assignments(["a"] * 40, 99, np.random.default_rng(4))
    assert not whole
    assert drawn.shape == (99, 40)
    # Free lots that do not fall by halves are not as likely each, so they are never listed.
    assert not reference_assignments(["a"] * 3, 99, np.random.default_rng(4), 0.3, "free")[1]
    assert math.comb(40, 20) == number_of_assignments(["a"] * 40)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_of_all_or_nothing_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        draw_assignments(["a", "b"], 1, np.random.default_rng(1), share)
