"""Whether it was by lot who got what: what grade A rests on."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.improve.evidence import Check
from howfar.improve.experiments.design import Schedule
from howfar.improve.experiments.done import UNKNOWN, Deviation
from howfar.improve.experiments.judge import Judged
from howfar.improve.experiments.outcomes import Outcomes
from howfar.improve.experiments.plan import Plan
from howfar.stats.assignment import Assignments
from howfar.stats.blocks import FloatArray
from howfar.stats.randomised import lot_test

_LEVEL = 0.01
"""p below which a check fails: sound experiments fail one of a hundred."""


def followed(schedule: Schedule, done: npt.NDArray[np.int8] | None) -> Check:
    """Did each unit get the arm that the lot gave it?"""
    id_, asks = "lot-followed", "Did each unit get the arm that the lot gave it?"
    if done is None or (done == UNKNOWN).all():
        said = "the data have no column that says what was done, so this is not shown"
        return Check(id_, asks, None, said, needed=False)
    known = done != UNKNOWN
    same = int((done[known] == schedule.arms[known]).sum())
    figures = {"followed": float(same), "known": float(known.sum()), "units": float(done.size)}
    said = f"{same} of {int(known.sum())} units whose arm is known"
    return Check(id_, asks, same == int(known.sum()), said, figures=figures)


def returned(schedule: Schedule, missing: npt.NDArray[np.bool_]) -> Check:
    """Do both arms lack outcomes equally often? Fisher's exact test."""
    asks = "Do both arms lack outcomes equally often?"
    lost = [int(missing[schedule.arms == arm].sum()) for arm in (0, 1)]
    all_ = [int((schedule.arms == arm).sum()) for arm in (0, 1)]
    table = np.array([[lost[0], all_[0] - lost[0]], [lost[1], all_[1] - lost[1]]])
    p = float(stats.fisher_exact(table).pvalue)
    said = f"missing: {lost[0]} of {all_[0]} without the change, {lost[1]} of {all_[1]} with it"
    figures = {"p": p, "missing_control": float(lost[0]), "missing_change": float(lost[1])}
    return Check("all-returned", asks, p > _LEVEL, said, figures=figures)


def balanced(found: Outcomes, schedule: Schedule, reference: Assignments, listed: bool) -> Check:
    """Were both arms alike in what was known before? The smallest p times the number of tests."""
    asks = "Were both arms alike in what was known before the lot?"
    known = [*found.x.T, *(() if found.past is None else (found.past,))]
    columns = [x for x in known if np.isfinite(x).all() and np.ptp(x) > 0]
    if not columns:
        return Check("balance", asks, None, "nothing was known before", needed=False)
    tests = [
        lot_test(x, schedule.arms, schedule.arms, schedule.frame.strata, reference, listed=listed)
        for x in columns
    ]
    p = min(1.0, min(test.p() for test in tests) * len(tests))
    said = f"{len(tests)} figures known before; smallest p, times their number, {p:.2g}"
    return Check("balance", asks, p > _LEVEL, said, figures={"p": p, "tests": float(len(tests))})


def carried_over(plan: Plan, judged: Judged, schedule: Schedule, reference: Assignments) -> Check:
    """Does the arm of the block before still show? The effect itself is taken out first.

    The block before is compared within channels; the first block of each has none.
    """
    asks = "Does the block before still show?"
    blocks = plan.lot.blocks or 1
    whole = judged.used.size == schedule.arms.size
    if not whole or blocks < 8:
        said = "blocks are missing" if not whole else f"{blocks} blocks a channel are too few"
        return Check("carry-over", asks, None, said, needed=False)
    shape = (len(plan.lot.units), blocks)
    y = np.log(judged.y) if plan.scale == "log" else judged.y
    moved = judged.z * (judged.y if plan.scale == "ratio" else 1.0)
    rest = (y - judged.main.value * moved).reshape(shape)[:, 1:].reshape(-1)
    if not np.isfinite(rest).all():
        # An arm in which nothing was counted at all.
        said = "the effect is no finite figure, and cannot be taken out"
        return Check("carry-over", asks, None, said, needed=False)
    before = schedule.arms.reshape(shape)[:, :-1].reshape(-1)
    lots = reference.reshape(len(reference), *shape)[:, :, :-1].reshape(len(reference), -1)
    channel = np.repeat(np.arange(shape[0]), blocks - 1)
    p = lot_test(rest, before, before, channel, lots, listed=False).p()
    said = f"p of no trace of the block before: {p:.2g}"
    return Check("carry-over", asks, p > _LEVEL, said, figures={"p": p})


def delivered(
    plan: Plan,
    schedule: Schedule,
    audience: FloatArray | None,
    reference: Assignments,
) -> Check:
    """Did both arms reach the same kinds of people?

    A platform's split test chooses for each arm whom it shows it to, so the lot over posts is no
    lot over people. audience: persons reached (n, groups) by unit. Passes where the interval of the
    difference of each group's share lies within the tolerance: alike is shown, not assumed.

    Source: Braun & Schwartz 2025 (doi 10.1177/00222429241275886) on divergent delivery.
    """
    id_, asks = "delivery", "Did both arms reach the same kinds of people?"
    if plan.delivery.by == "lot":
        said = "all who follow could see both arms; the lot decides when or where, not who"
        return Check(id_, asks, True, said)
    if audience is None:
        said = "a platform chose who saw what, and the data have no audience by group"
        return Check(id_, asks, None, said, needed=False)
    total = audience.sum(axis=1)
    use = np.isfinite(total) & (total > 0)
    if use.sum() < 4 or np.unique(schedule.arms[use]).size < 2:
        return Check(id_, asks, None, "too few units have an audience by group", needed=False)
    shares = audience[use] / total[use, None]
    far = 0.0
    strata, arms = np.asarray(schedule.frame.strata)[use], schedule.arms[use]
    for share in shares.T:
        if np.ptp(share) == 0:
            continue
        test = lot_test(share, arms, arms, strata, reference[:, use], listed=False)
        ends = test.interval(0.95)
        far = max(far, math.inf if ends is None else max(abs(ends[0]), abs(ends[1])))
    tolerance = plan.delivery.tolerance
    said = f"shares of {shares.shape[1]} groups differ by at most {100 * far:.2g} points"
    said += f", {'within' if far <= tolerance else 'beyond'} the tolerance of {100 * tolerance:g}"
    return Check(id_, asks, far <= tolerance, said, figures={"largest_difference": min(far, 1.0)})


def as_registered(
    matches: bool | None, late: bool | None, found: list[Deviation]
) -> tuple[Check, Check]:
    """Is the registration the one that was deposited before the start, and was it kept to?

    matches: null where there is no hash to compare with. late: null where days cannot be compared.
    """
    asks = "Is this the registration that was deposited before the start?"
    said = {True: "its hash is the deposited one", False: "its hash is not the deposited one",
            None: "there is no deposited hash to compare with"}[matches]  # fmt: skip
    if late:
        said += "; it was registered after the first outcomes"
    passed = None if matches is None and not late else bool(matches) and not late
    serious = [one.said for one in found if one.serious]
    kept = Check(
        "as-registered",
        "Was it done and analysed as registered?",
        not serious,
        "; ".join(serious) if serious else f"{len(found)} small deviations" if found else "yes",
        figures={"deviations": float(len(found)), "serious": float(len(serious))},
    )
    return Check("registered", asks, passed, said), kept
