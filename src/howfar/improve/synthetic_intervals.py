"""Which interval a synthetic control gets, of the average and of each period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.improve.synthetic_case import Case
from howfar.improve.synthetic_inference import (
    Band,
    Conformal,
    attainable,
    placebo_band,
    placebo_order,
    rank_p,
    root_mean_square,
)

Floats = npt.NDArray[np.float64]
Asked = Literal["auto", "conformal", "placebo"]
FEW_DONORS: Final = 9
"""Below this many, ranks among donors cannot tell one in ten."""
FEW_PERIODS: Final = 20
"""Below this many periods, moving blocks cannot tell one in twenty."""
_TINY: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals of one kind for one case."""

    case: Case
    kind: Literal["conformal", "placebo"]
    confidence: float
    conformal: Conformal

    def average(self) -> Band:
        """Of the mean effect a period."""
        case = self.case
        if self.kind == "conformal":
            return self.conformal.average(case.average, self._spread(), self.confidence)
        scale, scales = _scales(case)
        others = case.placebos[:, case.counted].mean(axis=1)
        return placebo_band(case.average, others, scale, scales, self.confidence)

    def at(self, period: int) -> Band:
        """Of the effect in one period; before the change, of the gap."""
        case = self.case
        gap = float(case.gaps[period])
        if self.kind == "placebo":
            scale, scales = _scales(case)
            return placebo_band(gap, case.placebos[:, period], scale, scales, self.confidence)
        if period < case.start:
            others = np.abs(np.delete(case.gaps[: case.start], period))
            half, level = placebo_order(others, self.confidence)
            return Band(gap - half, gap + half, level, "spread of the other gaps before")
        return self.conformal.at(period, gap, self._spread(), self.confidence)

    def _spread(self) -> float:
        size = float(np.abs(self.case.observed).mean()) or 1.0
        return max(self.case.rmspe, size * 1e-6)


def intervals_of(
    case: Case,
    asked: Asked,
    confidence: float,
    draws: int = 0,
    rng: np.random.Generator | None = None,
) -> Intervals:
    """The kind asked for; auto: the one that can reach the level on these data.

    Conformal where outcomes decide the weights and there are periods enough before, at least as
    many as since; placebo where there are donors enough; else whichever reaches the higher level.
    """
    kind: Literal["conformal", "placebo"]
    if asked != "auto":
        kind = asked
    else:
        before, after = int(case.fit.sum()), int(case.counted.sum())
        by_outcomes = not len(case.units[0].x1)
        if by_outcomes and before >= max(FEW_PERIODS, after):
            kind = "conformal"
        elif len(case.donors) >= FEW_DONORS or not by_outcomes:
            kind = "placebo"
        else:
            reach = attainable(1.0, before + after - 1) if before >= after else 0.0
            kind = "conformal" if reach >= attainable(1.0, len(case.donors)) else "placebo"
    return Intervals(case, kind, confidence, case.conformal(draws, rng))


def _scales(case: Case) -> tuple[float, Floats]:
    """How well treated and placebos were met before, none better than half of all of them.

    The floor keeps a donor that was met too well by chance from deciding the interval; it is the
    same for all, so that ranks stay exact.
    """
    scales = np.array([root_mean_square(path[case.fit]) for path in case.placebos])
    size = float(np.abs(case.observed).mean()) or 1.0
    floor = max(float(np.median(np.append(scales, case.rmspe))), _TINY * size)
    return max(case.rmspe, floor), np.maximum(scales, floor)


def ratio_p(case: Case) -> tuple[float, float, Floats]:
    """P by the ratio of root mean square gaps after and before; the ratio; those of the donors.

    Abadie, Diamond & Hainmueller (2015, doi 10.1111/ajps.12116).
    """
    size = float(np.abs(case.observed).mean()) or 1.0

    def ratio(path: Floats) -> float:
        return root_mean_square(path[case.counted]) / max(
            root_mean_square(path[case.fit]), _TINY * size
        )

    others = np.array([ratio(path) for path in case.placebos])
    treated = ratio(case.gaps)
    return rank_p(treated, others), treated, others
