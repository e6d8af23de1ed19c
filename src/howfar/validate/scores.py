"""Scores of figures against truth: bias, RMSE, coverage, power, false alarms."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

FORMAT = "howfar-scores/1"
"""Of the stored scores; docs/validation.md names the fields, Score says what they are."""

TOLERANCE = 3.29
"""Monte Carlo errors that a coverage may lie below its level: 99.9 %, since rows are many."""
MOST_ERROR = 0.03
"""Greatest Monte Carlo error of a coverage that is called held."""
ROUNDING = 1e-9
"""Relative difference up to which a counted figure equals the count."""
SCOPE_FIGURES: Final = 10
"""Intervals of one scope from which its own coverage is told: of one alone it is 0 or 1."""

Kind = Literal["process", "realised"]
Verdict = Literal["holds", "cautious", "fails", "exact", "wrong", "too few", "no interval"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure of one study beside its truth.

    figure: which figure of the measure, the same in all studies. scope: of which channel, path,
    week. study: what is independent of other outcomes (the seed). kind: whether the truth is of the
    process that made the posts, or counted in this very world. null: the value that says "no
    effect", where there is one. error: standard error of the truth itself. low and high are absent
    where there is no interval, value where the figure was not measured. bound: the interval is no
    confidence or posterior interval, but what the value cannot leave.
    """

    measure: str
    figure: str
    scope: str
    study: str
    kind: Kind
    truth: float
    error: float = 0.0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    bound: bool = False
    null: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How one figure of a measure did in one scenario, over channels and studies.

    studies: simulated studies. measured, not_measured: figures with and without value. intervals:
    measured figures that have one. bias, rmse: in the figure's unit; relative_*: of (value - truth)
    / |truth|, over truths that are not 0. coverage: share of intervals that hold the truth;
    *_error: Monte Carlo standard errors, studies being the independent units. below, above: share
    of truths below and above the interval. worst: the least coverage of a single scope,
    worst_scope, of those with SCOPE_FIGURES intervals at least; null where none has. power: share
    of intervals that exclude "no effect" where there is one; false_alarms: where there is none.
    """

    measure: str
    figure: str
    scenario: str
    kind: Kind
    studies: int
    measured: int
    not_measured: int
    intervals: int
    bias: float | None
    bias_error: float | None
    relative_bias: float | None
    rmse: float | None
    relative_rmse: float | None
    level: float | None
    coverage: float | None
    coverage_error: float | None
    below: float | None
    above: float | None
    worst: float | None
    worst_scope: str | None
    power: float | None
    false_alarms: float | None
    verdict: Verdict


def score(outcomes: Iterable[Outcome], scenario: str) -> list[Score]:
    """Scores by measure, figure and kind of truth, in their order.

    Intervals with a level and bounds are scored apart, even of one figure: many that hold at their
    level would hide a few that are wrong.
    """

    def key(one: Outcome) -> tuple[str, str, str]:
        return one.measure, one.figure, one.kind

    ordered = sorted(outcomes, key=key)
    return [
        _score(part, scenario)
        for _, group in groupby(ordered, key)
        for part in _by_interval(list(group))
    ]


def _by_interval(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Outcomes of one figure with a level, and those with bounds.

    What has no interval belongs to either; it stands with a level where the figure ever has one.
    """
    found = {
        bound: [o for o in outcomes if o.low is not None and o.bound is bound]
        for bound in (False, True)
    }
    parts = [part for part in found.values() if part] or [[]]
    parts[0] += [o for o in outcomes if o.low is None]
    return parts


def _score(outcomes: Sequence[Outcome], scenario: str) -> Score:
    one = outcomes[0]
    measured = [o for o in outcomes if o.value is not None]
    difference = np.array([_value(o) - o.truth for o in measured])
    truth = np.array([o.truth for o in measured])
    study = np.array([o.study for o in measured])
    relative = difference[truth != 0] / np.abs(truth[truth != 0])
    given = [o for o in measured if o.low is not None]
    held = _held(given)
    power, alarms = _alarms(measured)
    return Score(
        measure=one.measure,
        figure=one.figure,
        scenario=scenario,
        kind=one.kind,
        studies=len({o.study for o in outcomes}),
        measured=len(measured),
        not_measured=len(outcomes) - len(measured),
        intervals=len(given),
        bias=_mean(difference),
        bias_error=clustered_error(difference, study) if len(measured) else None,
        relative_bias=_mean(relative),
        rmse=_root(difference),
        relative_rmse=_root(relative),
        level=held.level,
        coverage=held.share,
        coverage_error=held.error,
        below=held.below,
        above=held.above,
        worst=held.worst,
        worst_scope=held.worst_scope,
        power=power,
        false_alarms=alarms,
        verdict=_verdict(given, held),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """Of intervals: share that holds the truth, and how far chance in the studies moves it."""

    level: float | None = None
    share: float | None = None
    error: float | None = None
    below: float | None = None
    above: float | None = None
    worst: float | None = None
    worst_scope: str | None = None


def _held(outcomes: Sequence[Outcome]) -> _Held:
    if not outcomes:
        return _Held()
    ends = np.array([(o.low, o.high) for o in outcomes], dtype=np.float64)
    truth = np.array([o.truth for o in outcomes])
    slack = np.array([ROUNDING * abs(o.truth) if o.bound else 0.0 for o in outcomes])
    below, above = truth < ends[:, 0] - slack, truth > ends[:, 1] + slack
    inside = ~(below | above)
    levels = {o.level for o in outcomes if not o.bound}
    level = max((x for x in levels if x is not None), default=None)
    study = np.array([o.study for o in outcomes])
    least, where = _worst(inside, [o.scope for o in outcomes])
    return _Held(
        level,
        float(inside.mean()),
        coverage_error(inside, study, level),
        float(below.mean()),
        float(above.mean()),
        least,
        where,
    )


def _worst(
    inside: npt.NDArray[np.bool_], scopes: Sequence[str]
) -> tuple[float, str] | tuple[None, None]:
    names, place = np.unique(np.array(scopes), return_inverse=True)
    number = np.bincount(place)
    shares = np.where(number >= SCOPE_FIGURES, np.bincount(place, inside) / number, np.inf)
    least = int(shares.argmin())
    if math.isinf(shares[least]):
        return None, None
    return float(shares[least]), str(names[least])


def clustered_error(values: npt.NDArray[np.float64], study: npt.NDArray[np.str_]) -> float:
    """Standard error of a mean of values (N,) whose studies (N,) are independent, not the values.

    sqrt(S / (S - 1) sum over studies of (sum of (value - mean))^2) / N; infinite for one study.
    Source: Liang & Zeger 1986 (10.1093/biomet/73.1.13).
    """
    names, place = np.unique(study, return_inverse=True)
    if len(names) < 2:
        return math.inf
    sums = np.bincount(place, values - values.mean())
    return math.sqrt(len(names) / (len(names) - 1) * float((sums**2).sum())) / len(values)


def coverage_error(
    inside: npt.NDArray[np.bool_], study: npt.NDArray[np.str_], level: float | None
) -> float:
    """Standard error of a coverage, at least that of as many independent intervals at the level.

    Without the floor a coverage of 1 would have an error of 0.
    """
    found = clustered_error(inside.astype(np.float64), study)
    if level is None:
        return found
    return max(found, math.sqrt(level * (1.0 - level) / len(inside)))


def _alarms(outcomes: Sequence[Outcome]) -> tuple[float | None, float | None]:
    """Shares of intervals that exclude no effect: where there is one, and where there is none."""
    tested = [o for o in outcomes if o.null is not None and o.low is not None and not o.bound]
    real: list[bool] = []
    none: list[bool] = []
    for one in tested:
        assert one.null is not None
        assert one.low is not None
        assert one.high is not None
        excluded = not one.low <= one.null <= one.high
        # A truth from large worlds is known up to its own error only.
        same = abs(one.truth - one.null) <= max(4.0 * one.error, ROUNDING)
        (none if same else real).append(excluded)
    return _share(real), _share(none)


def _verdict(given: Sequence[Outcome], held: _Held) -> Verdict:
    if held.share is None or held.error is None:
        return "no interval"
    if given[0].bound:
        return "exact" if held.share == 1.0 else "wrong"
    if held.level is None or not math.isfinite(held.error):
        return "too few"
    if held.share < held.level - TOLERANCE * held.error:
        return "fails"
    if held.error > MOST_ERROR:
        return "too few"
    return "cautious" if held.share > held.level + TOLERANCE * held.error else "holds"


def _value(outcome: Outcome) -> float:
    assert outcome.value is not None
    return outcome.value


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    return float(values.mean()) if values.size else None


def _root(values: npt.NDArray[np.float64]) -> float | None:
    return float(np.sqrt((values**2).mean())) if values.size else None


def _share(found: Sequence[bool]) -> float | None:
    return float(np.mean(found)) if found else None
