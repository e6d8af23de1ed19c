"""Who was changed when, who is compared, over which periods: a panel made into a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.synthetic_case import Case, Combine
from howfar.improve.synthetic_inference import mean_over
from howfar.improve.synthetic_panel import Predictor, SynthPanel, Time, predictor_matrix
from howfar.improve.synthetic_weights import Fitting, UnitData

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_WHERE = "synthetic control"


def build_case(
    panel: SynthPanel,
    treated: Sequence[str],
    start: Time | Mapping[str, Time],
    donors: Sequence[str] | None,
    predictors: Sequence[Predictor],
    fit_over: Sequence[Time] | None,
    average_over: Sequence[Time] | None,
    combine: Combine,
    outcome: str,
    how: Fitting,
) -> Case:
    """Put a panel and a question together; StudyError lists what does not fit."""
    treated = tuple(dict.fromkeys(treated))
    if not treated:
        raise StudyError("no unit is named as the one that was changed", _WHERE)
    rows = [panel.unit(name) for name in treated]
    starts = [panel.time(start[name] if isinstance(start, Mapping) else start) for name in treated]
    if len(set(starts)) > 1:
        combine = "separate"
        if fit_over is not None or average_over is not None:
            raise StudyError(
                "periods of the fit and of the average cannot be named where units began apart",
                _WHERE,
                next="leave both out, or ask for one unit at a time",
            )
    given = donors if donors is not None else [u for u in panel.units if u not in treated]
    both = [name for name in given if name in treated]
    if both:
        raise StudyError(f"{', '.join(both)}: changed and compared with at once", _WHERE)
    before, since = min(starts), min(len(panel.times) - s for s in starts)
    windows = [np.arange(s - before, s + since) for s in starts]
    fit = np.arange(before + since) < before
    if fit_over is not None:
        chosen = {panel.time(label) for label in fit_over}
        late = [str(panel.times[place]) for place in sorted(chosen) if place >= starts[0]]
        if late:
            raise StudyError(f"fit over {', '.join(late)}, which is not before the change", _WHERE)
        fit &= np.isin(windows[0], list(chosen))
    counted = np.arange(before + since) >= before
    if average_over is not None:
        chosen = {panel.time(label) for label in average_over}
        counted &= np.isin(windows[0], list(chosen))
    notes: list[str] = []
    outcomes = [panel.outcomes[row, window] for row, window in zip(rows, windows, strict=True)]
    seen = ~np.isnan(np.stack(outcomes)).any(axis=0)
    if not seen.all():
        notes.append(f"{int((~seen).sum())} periods without an outcome of the treated left out")
    names, dropped, matrix, labels, kept = _donors(
        panel, given, rows, windows, seen, predictors, outcome
    )
    if dropped:
        notes.append("donors left out, as figures are missing: " + ", ".join(dropped))
    _enough(fit & seen, counted & seen, names)
    places = [panel.unit(name) for name in names]
    pairs = zip(rows, windows, strict=True)
    y = [(panel.outcomes[row, w][seen], panel.outcomes[places][:, w[seen]].T) for row, w in pairs]
    xs = [matrix[:, row] for row in rows]
    if combine == "average":
        y, xs = [(mean_over([y1 for y1, _ in y]), y[0][1])], [mean_over(xs)]
    units = tuple(
        UnitData(y1, y0, fit[seen], x1, matrix[:, places])
        for (y1, y0), x1 in zip(y, xs, strict=True)
    )
    apart = len(set(starts)) > 1
    shown = [
        str(n - before) if apart else str(panel.times[windows[0][n]]) for n in range(seen.size)
    ]
    return Case(
        panel,
        outcome,
        treated,
        names,
        kept,
        labels,
        combine,
        units,
        tuple(label for label, ok in zip(shown, seen, strict=True) if ok),
        int(seen[:before].sum()),
        counted[seen],
        how,
        tuple(notes),
    )


def _donors(
    panel: SynthPanel,
    given: Sequence[str],
    rows: Sequence[int],
    windows: Sequence[npt.NDArray[np.int64]],
    seen: Mask,
    predictors: Sequence[Predictor],
    outcome: str,
) -> tuple[tuple[str, ...], list[str], Floats, tuple[str, ...], tuple[Predictor, ...]]:
    """Donors with all figures, those without, and the predictors' figures of all units."""
    matrix, labels = predictor_matrix(panel, predictors, outcome)
    lost = [label for n, label in enumerate(labels) if np.isnan(matrix[n, rows]).any()]
    if lost:
        raise StudyError(
            f"predictors without a figure of the treated: {'; '.join(lost)}",
            _WHERE,
            next="take them over other periods, or leave them out",
        )
    names: list[str] = []
    dropped: list[str] = []
    for name in dict.fromkeys(given):
        row = panel.unit(name)
        whole = all(np.isfinite(panel.outcomes[row, w][seen]).all() for w in windows)
        (names if whole and np.isfinite(matrix[:, row]).all() else dropped).append(name)
    return tuple(names), dropped, matrix, labels, tuple(predictors)


def _enough(fit: Mask, counted: Mask, donors: Sequence[str]) -> None:
    problems = []
    if fit.sum() < 2:
        problems.append(f"{int(fit.sum())} periods to fit over, at least 2 are needed")
    if not counted.any():
        problems.append("no period with the change to look at")
    if len(donors) < 2:
        problems.append(f"{len(donors)} donors with all figures, at least 2 are needed")
    if problems:
        raise StudyError("; ".join(problems), _WHERE, next="see which periods and units are named")
