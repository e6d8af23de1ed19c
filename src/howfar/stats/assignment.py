"""Assignments by lot: complete within strata, one of a pair, or free.

An assignment is a row of 0 (as before) and 1 (with the change), one column a unit.
"""

from __future__ import annotations

import math
from itertools import chain, combinations
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Assignments = npt.NDArray[np.int8]
Lot = Literal["complete", "free"]

_LISTED: Final = 20_000
"""Up to so many possible assignments a test goes through all of them instead of drawing."""


def codes_of(strata: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Numbers 0.. of the strata in the order in which they first appear, shape (n,)."""
    names = np.asarray(strata)
    _, first, back = np.unique(names, return_index=True, return_inverse=True)
    order = np.empty(first.size, dtype=np.int64)
    order[np.argsort(first, kind="stable")] = np.arange(first.size)
    return order[back.reshape(-1)]


def treated_sizes(strata: npt.ArrayLike, share: float = 0.5) -> npt.NDArray[np.int64]:
    """How many units of each stratum get the change: round(share n), at least 1, at most n - 1.

    A stratum of one unit gives 0 or 1 by lot; it tells nothing of the effect and should be avoided.
    """
    sizes = np.bincount(codes_of(strata))
    wanted = np.floor(share * sizes + 0.5).astype(np.int64)
    return np.where(sizes > 1, np.clip(wanted, 1, np.maximum(sizes - 1, 1)), 0)


def draw_assignments(
    strata: npt.ArrayLike,
    count: int,
    rng: np.random.Generator,
    share: float = 0.5,
    lot: Lot = "complete",
) -> Assignments:
    """Assignments drawn as an experiment would draw them.

    Parameters
    ----------
    strata : (n,) any labels; within each the lot is drawn by itself. Pairs are strata of two.
    count : how many assignments.
    share : part that gets the change, between 0 and 1.
    lot : complete: in every stratum as many as ``treated_sizes`` says. free: each unit by itself.

    Returns
    -------
    (count, n) zeros and ones.

    Source: Imbens & Rubin 2015, chapter 4 (doi 10.1017/CBO9781139025751).
    """
    if not 0 < share < 1:
        raise ValueError(f"the part that gets the change lies between 0 and 1, not {share}")
    codes = codes_of(strata)
    ties = rng.random((count, codes.size))
    if lot == "free":
        return (ties < share).astype(np.int8)
    drawn = np.zeros((count, codes.size), dtype=np.int8)
    for stratum, size in enumerate(treated_sizes(strata, share)):
        members = np.flatnonzero(codes == stratum)
        if members.size == 1:
            drawn[:, members[0]] = ties[:, members[0]] < share
            continue
        ranks = ties[:, members].argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        drawn[:, members] = ranks < size
    return drawn


def number_of_assignments(strata: npt.ArrayLike, share: float = 0.5, lot: Lot = "complete") -> int:
    """How many assignments the lot could have given."""
    codes = codes_of(strata)
    if lot == "free":
        return int(2**codes.size)
    sizes = np.bincount(codes)
    return math.prod(
        math.comb(int(n), int(k)) if n > 1 else 2
        for n, k in zip(sizes, treated_sizes(strata, share), strict=True)
    )


def reference_assignments(
    strata: npt.ArrayLike,
    draws: int,
    rng: np.random.Generator,
    share: float = 0.5,
    lot: Lot = "complete",
) -> tuple[Assignments, bool]:
    """Assignments to test against, and whether they are all that there are.

    All of them where there are no more than 20,000 and no more than ``draws``; else ``draws`` by
    lot (to which a test adds the one that happened: its p is never 0).
    """
    codes = codes_of(strata)
    # Single units and free lots fall by ``share``: only at a half are all patterns as likely.
    alone = lot == "free" or bool((np.bincount(codes) == 1).any())
    number = number_of_assignments(strata, share, lot)
    if number > min(draws, _LISTED) or (alone and share != 0.5):
        return draw_assignments(strata, draws, rng, share, lot), False
    sizes = treated_sizes(strata, share)
    rows = [np.zeros(codes.size, dtype=np.int8)]
    for stratum, size in enumerate(sizes):
        members = np.flatnonzero(codes == stratum)
        every = range(members.size + 1) if lot == "free" or members.size == 1 else (size,)
        grown = []
        for row in rows:
            for chosen in chain.from_iterable(combinations(members, int(k)) for k in every):
                new = row.copy()
                new[list(chosen)] = 1
                grown.append(new)
        rows = grown
    return np.array(rows, dtype=np.int8), True
