"""Tests in few places: the changed ones against a mixture of all that stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.experiments.design import Frame
from howfar.improve.experiments.outcomes import Panel, capped
from howfar.improve.experiments.plan import Plan
from howfar.improve.synthetic_build import build_case
from howfar.improve.synthetic_control import synthetic_control
from howfar.improve.synthetic_panel import SynthPanel
from howfar.improve.synthetic_weights import Fitting
from howfar.stats.blocks import FloatArray

_LEAST_BEFORE = 10


def fitting_of(plan: Plan) -> Fitting:
    """How places are compared, by the plan: augmented by ridge or not, net of own means or not."""
    return Fitting(
        method="augmented" if plan.test.ridge else "classic", demean=plan.test.fixed_effects
    )


def geo_lift(
    plan: Plan,
    panel: Panel,
    treated: tuple[str, ...],
    start: int,
    rng: np.random.Generator,
    labels: tuple[str, ...] | None = None,
) -> Effect:
    """What was different where it was changed, against a synthetic place of the others.

    The changed places' mean is compared with a weighted mean of the others that was alike before;
    with ``ridge`` what is left over before is corrected for. The interval holds all effects that
    exchanging periods does not reject; cumulative sums over changed places and periods.

    Parameters
    ----------
    panel : of the plan's units over all periods. treated : places with the change. start : step of
        the first period with it. labels : of the steps, for the figures by period.

    Periods in which any place has no figure are left out. Raises StudyError where fewer than two
    places stay as they are or fewer than 10 periods come before.

    Source: Ben-Michael, Feller & Rothstein 2021 (doi 10.1080/01621459.2021.1929245); Chernozhukov,
    Wuethrich & Zhu 2021 (doi 10.1080/01621459.2021.1920957) for the interval.
    """
    lot = plan.lot
    end = start + (lot.length or 1)
    first = 0 if lot.before is None else max(0, start - lot.before)
    names = labels or tuple(str(step) for step in range(panel.length))
    values = capped(panel.values, plan.outcome.cap)
    whole = np.flatnonzero(np.isfinite(values).all(axis=0))
    steps = [int(step) for step in whole if first <= step < end]
    since = [step for step in steps if step >= start + lot.washout]
    before = sum(step < start for step in steps)
    if before < _LEAST_BEFORE or not since:
        raise StudyError(
            f"{before} periods before the start and {len(since)} since have figures of all places",
            plan.id,
            f"at least {_LEAST_BEFORE} before and 1 since",
        )
    data = SynthPanel(panel.units, tuple(names[step] for step in steps), values[:, steps])
    iid = plan.test.permutations == "iid"
    effect = synthetic_control(
        data,
        treated,
        names[next(step for step in steps if step >= start)],
        average_over=[names[step] for step in since],
        how=fitting_of(plan),
        interval="conformal",
        confidence=plan.test.confidence,
        permutations=plan.test.draws if iid else 0,
        rng=rng if iid else None,
        outcome=plan.outcome.label,
        unit=plan.outcome.unit,
    )
    return replace(effect, design="experiment")


@dataclass(slots=True, eq=False)
class GeoPlacebos:
    """Geo tests on stretches of the past in which nothing was changed.

    windows: starts of the tests. lots: which places had been changed, one a window. ridge: of the
    augmented method, chosen once on the whole past.
    """

    plan: Plan
    panel: Panel
    windows: tuple[int, ...]
    lots: tuple[tuple[str, ...], ...]
    how: Fitting
    apart: float
    failed: int = 0
    notes: tuple[str, ...] = ()
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    _known: dict[float, FloatArray] = field(default_factory=dict)

    @property
    def effective(self) -> float:
        """Only stretches that do not overlap: neighbouring dates see the same days."""
        return max(1.0, min(self.apart, float(len(self.windows))))

    def p_at(self, effect: float) -> FloatArray:
        """P of each test, had the change had this relative effect."""
        if effect not in self._known:
            pairs = zip(self.windows, self.lots, strict=True)
            p = [self._p(effect, start, lot) for start, lot in pairs]
            self._known[effect] = np.array(p, dtype=np.float64)
        return self._known[effect]

    def _p(self, effect: float, start: int, lot: tuple[str, ...]) -> float:
        length = self.plan.lot.length or 1
        first = 0 if self.plan.lot.before is None else max(0, start - self.plan.lot.before)
        values = self.panel.values[:, first : start + length].copy()
        rows = [self.panel.units.index(name) for name in lot]
        at = start - first
        values[rows, at:] *= 1.0 + effect
        times = tuple(range(values.shape[1]))
        counted = [t for t in times if t >= at + self.plan.lot.washout]
        data = SynthPanel(self.panel.units, times, values)
        case = build_case(
            data, lot, at, None, (), None, counted, "average", self.plan.outcome.label, self.how
        )
        iid = self.plan.test.permutations == "iid"
        draws = min(self.plan.test.draws, 499) if iid else 0
        return case.conformal(draws, self.rng if iid else None).p_none()


def geo_placebos(
    plan: Plan,
    past: Panel,
    frame: Frame,
    simulations: int,
    rng: np.random.Generator,
) -> GeoPlacebos:
    """Tests at all dates of the past that leave periods enough before, the latest first.

    Places by choice are the same in each; places by lot are drawn anew. Where there are more dates
    than simulations, the latest are taken.

    Raises StudyError where the past is too short or has gaps in all periods.
    """
    whole = np.isfinite(past.values).all(axis=0)
    clean = Panel(past.units, capped(past.values[:, whole], plan.outcome.cap))
    length = plan.lot.length or 1
    least = max(_LEAST_BEFORE, plan.lot.before or 2 * length)
    dates = list(range(clean.length - length, least - 1, -1))
    if not dates:
        raise StudyError(
            f"the past has {clean.length} periods with figures of all places, and a test of "
            f"{length} takes {least + length}",
            "the past",
            f"at least {least + length} periods",
            "give a longer past, or plan a shorter test",
        )
    if plan.lot.treated:
        windows = tuple(dates[:simulations])
        lots = (tuple(plan.lot.treated),) * len(windows)
    else:
        windows = tuple(dates[n % len(dates)] for n in range(min(simulations, 3 * len(dates))))
        drawn = frame.draw(len(windows), rng)
        lots = tuple(_names(frame.units, row) for row in drawn)
    how = fitting_of(plan)
    if plan.test.ridge:
        data = SynthPanel(clean.units, tuple(range(clean.length)), clean.values)
        case = build_case(
            data, lots[0], windows[0], None, (), None, None, "average", "outcome", how
        )
        how = case.again[0]
    notes = (f"{len(windows)} tests on the past, whose dates overlap",)
    return GeoPlacebos(
        plan, clean, windows, lots, how, (clean.length - least) / length, notes=notes, rng=rng
    )


def _names(units: tuple[str, ...], row: npt.NDArray[np.int8]) -> tuple[str, ...]:
    return tuple(unit for unit, changed in zip(units, row, strict=True) if changed)
