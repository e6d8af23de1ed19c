"""What has to hold for a staggered comparison to be believed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import stats

from howfar.improve import few_units
from howfar.improve.aggregate_att import Aggregated
from howfar.improve.att_gt import GroupTime
from howfar.improve.evidence import Check
from howfar.improve.staggered_before import (
    FAILS,
    LEAST,
    Case,
    again,
    before_change,
    earlier_dates,
    tested,
)
from howfar.improve.staggered_errors import Intervals
from howfar.improve.wording import figure
from howfar.schema.estimate import Estimate


def checks_of(
    found: GroupTime,
    how: Intervals,
    one: Aggregated,
    average: Estimate,
    rng: np.random.Generator,
) -> tuple[Check, ...]:
    """All checks of one comparison, for the average that was asked for.

    Each test fails one sound comparison in twenty by chance, so that about one in seven is graded
    lower than it deserves (benchmarks/coverage_staggered.py). The other way round, a test that
    passes with few units has not seen much.
    """
    case = Case(found, how, one, average, rng)
    return (
        before_change(case),
        earlier_dates(case),
        _cells(case),
        _units(case),
        _others(case),
        *_coming(case),
        *_scatter(case),
        _places(case),
        _leave_out(case),
    )


def _cells(case: Case) -> Check:
    asks = "Could every cohort be compared in every period since its change?"
    after = case.found.event >= 0
    lost = [why for why, past in zip(case.found.why, after, strict=True) if past and why]
    said = f"{int(after.sum())} comparisons, all made"
    if lost:
        said = f"{len(lost)} of {int(after.sum())} could not be made: {lost[0]}"
    figures = {"made": float(after.sum() - len(lost)), "asked": float(after.sum())}
    return Check("overlap", asks, not lost, said, figures=figures)


def _units(case: Case) -> Check:
    asks = "Are there units enough for the intervals to hold?"
    data, how = case.found.data, case.how
    own = np.isin(data.first, case.found.group[case.found.known])
    changed = len(np.unique(data.cluster[own]))
    compared = min(how.compared, len(np.unique(data.cluster[~own])) or how.compared)
    figures = {"changed": float(changed), "compared": float(compared)}
    said = f"{changed} changed, {compared} compared with"
    if how.errors == "pooled":
        free = data.n - len(np.unique(data.first))
        figures["df"] = float(free)
        said += f"; scatter of all together, {free} degrees of freedom"
        return Check("units", asks, free >= LEAST and compared >= 2, said, figures=figures)
    return Check("units", asks, min(changed, compared) >= LEAST, said, figures=figures)


def _others(case: Case) -> Check:
    asks = "Is the effect the same if compared with the other possible group?"
    found = case.found
    name = "other-controls"
    if not np.isinf(found.data.first).any() or len(found.data.cohorts) < 2:
        return Check(name, asks, None, "there is one group to compare with only", needed=False)
    other = again(found, control="never" if found.control == "not-yet" else "not-yet")
    used = (case.one.cells != 0) & np.isfinite(other.att)
    weights = np.where(used, case.one.cells, 0.0)
    moved = (other.influence - found.influence)[:, used] @ weights[used]
    value = float(weights[used] @ (other.att - found.att)[used])
    if case.how.errors == "pooled":
        ours = few_units.linear(found, weights[None, :])
        theirs = few_units.linear(other, weights[None, :])
        root, df = few_units.pooled(few_units.difference(theirs, ours))
        error, free = math.sqrt(float((root**2).sum())), float(df)
    else:
        error, free = float(found.error(moved)), math.inf
    if not error > case.how.nil:
        return Check(name, asks, None, "both groups are the same units", needed=False)
    p = float(2 * stats.t.sf(abs(value) / error, free))
    said = f"{figure(value, signed=True)} with the other group"
    return tested(name, asks, said, {"difference": value, "p": p})


def _coming(case: Case) -> tuple[Check, ...]:
    """Of a panel with holes taken as rows drawn anew: the same by units there in both periods."""
    found, name = case.found, "composition"
    if found.data.layout != "unbalanced":
        return ()
    asks = "Is it the same for units that are there in both periods of each comparison?"
    other = again(replace(found, data=replace(found.data, layout="pairs")))
    used = (case.one.cells != 0) & np.isfinite(other.att)
    weights = np.where(used, case.one.cells, 0.0)
    moved = (other.influence - found.influence)[:, used] @ weights[used]
    value, error = float(weights[used] @ (other.att - found.att)[used]), float(found.error(moved))
    p = float(2 * stats.norm.sf(abs(value) / error)) if error > case.how.nil else 1.0
    said = f"{figure(value, signed=True)} by those units"
    return (tested(name, asks, said, {"difference": value, "p": p}),)


def _scatter(case: Case) -> tuple[Check, ...]:
    """Of pooled errors: whether the changed scatter as the others do, which these rest on."""
    if case.how.errors != "pooled":
        return ()
    found, data = case.found, case.found.data
    asks = "Did those that changed scatter before it no more than the others?"
    name = "scatter"
    own = np.isin(data.first, found.group[found.known])
    before = data.times < data.first[own].min() - found.anticipation
    y = data.wide(data.outcome)[:, before]
    there = np.isfinite(y)
    if before.sum() < LEAST or (~own).sum() < 2 or not there.sum(axis=1).min() > 2:
        said = f"{int(before.sum())} periods before the first change"
        return (Check(name, asks, None, f"{said}: too few to tell", needed=False),)
    y = y - np.nanmean(y[~own], axis=0)
    size = np.log(np.maximum(np.nanvar(y, axis=1, ddof=1), np.finfo(np.float64).tiny))
    if np.ptp(size[~own]) < 1e-6:
        # Two others lie equally far from the mean of the two, whatever they do.
        said = f"{int((~own).sum())} others that scatter exactly alike: too few to tell"
        return (Check(name, asks, None, said, needed=False),)
    test = stats.ttest_ind(size[own], size[~own], alternative="greater")
    ratio = float(np.exp((size[own].mean() - size[~own].mean()) / 2))
    p = float(test.pvalue)
    figures = {"ratio": ratio, "p": p}
    said = f"{figure(ratio)} times as much: p = {p:.3f}"
    return (Check(name, asks, p >= FAILS / 2, said, figures=figures),)


def _places(case: Case) -> Check:
    asks = "Had others been the changed ones, would it have come out as large?"
    found, name = case.found, "placebo-space"
    if not few_units.suited(found) or case.average.value is None:
        said = "only of panels without covariates, clusters and unequal weights"
        return Check(name, asks, None, said, needed=False)
    what = few_units.linear(found, case.one.cells[None, :])
    drawn = few_units.reassigned(what, case.how.replicates, case.rng)[:, 0]
    p = few_units.share_as_large(drawn, case.one.overall)
    ways = few_units.assignments(what)
    figures = {"p": p, "assignments": ways}
    said = f"as large in {100 * p:.1f} % of {len(drawn)} reassignments by lot"
    if not case.clear:
        return Check(name, asks, None, f"{said}; no clear effect to test", False, figures)
    if ways < 1 / FAILS:
        said += f"; of only {ways:.0f} possible ones"
        return Check(name, asks, p <= 1.5 / ways, said, figures=figures)
    return Check(name, asks, p <= FAILS, said, figures=figures)


def _leave_out(case: Case) -> Check:
    asks = "Does it hang on a single unit or on those that began at one time?"
    found, name = case.found, "leave-one-out"
    low, high, value = case.average.low, case.average.high, case.one.overall
    if low is None or high is None:
        return Check(name, asks, None, "no interval to compare with")
    size = np.bincount(found.data.cluster) if found.data.clusters < found.data.n else None
    if size is None:
        _, cohort = np.unique(found.data.first, return_inverse=True)
        size = np.bincount(cohort)[cohort]
        factor = size / np.maximum(size - 1, 1)
    else:
        factor = np.full(found.data.clusters, found.data.clusters / (found.data.clusters - 1))
    without = value - found.summed(case.one.influence) / found.data.n * factor
    rest = [without]
    for g in np.unique(found.group):
        kept = np.where(found.group == g, 0.0, case.one.cells)
        if kept.any() and (kept != case.one.cells).any():
            used = kept != 0
            rest.append(np.array([kept[used] @ found.att[used] / kept.sum()]))
    every = np.concatenate(rest)
    least, most = float(every.min()), float(every.max())
    passed = bool(low <= without.min() and without.max() <= high)
    if case.clear:
        passed = passed and bool((np.sign(every) == np.sign(value)).all())
    said = f"{figure(least)} to {figure(most)} without any one"
    return Check(name, asks, passed, said, figures={"low": least, "high": most})


def undone_by(found: GroupTime, average: Estimate) -> float | None:
    """How much unlike before both sides would have to move to undo a clear effect.

    The end of the interval nearer 0, in multiples of the largest difference before the change; a
    difference of so much in every period since would leave nothing clear (the idea of Rambachan &
    Roth 2023, doi 10.1093/restud/rdad018, in its plainest form). Null without a clear effect or
    without anything before it.
    """
    before = found.known & (found.time < found.group - found.anticipation)
    low, high = average.low, average.high
    if not before.any() or low is None or high is None or low <= 0 <= high:
        return None
    largest = float(np.abs(found.att[before]).max())
    return min(abs(low), abs(high)) / largest if largest > 0 else None
