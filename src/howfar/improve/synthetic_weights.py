"""Weights of donors that make a synthetic unit: classic, augmented, penalised, robust.

The search for the importance of predictors is that of the library pysyncon (Synth), as are the
objective of the penalised method and the scaling of covariates. Its inner quadratic programme ends
at an absolute tolerance, so that its solution depends on the units of the outcome; ours is exact
(stats/simplex.py), and the library's own stays at hand by ``solver="slsqp"``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.synthetic_ridge import choose_ridge, ridge_weights
from howfar.improve.synthetic_search import penalised_weights, search_importance
from howfar.stats.simplex import simplex_least_squares

Floats = npt.NDArray[np.float64]
Method = Literal["classic", "augmented", "ridge", "penalised", "robust"]
METHODS: Final[tuple[Method, ...]] = ("classic", "augmented", "ridge", "penalised", "robust")
Solver = Literal["exact", "slsqp"]
_RIDGE_OF_ROBUST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Fitting:
    """How weights are found.

    method: ``classic`` weights that are not negative and sum to one, on the outcomes of all
    periods before or, where predictors are given, on these (Abadie & Gardeazabal 2003,
    doi 10.1257/000282803321455188; Abadie, Diamond & Hainmueller 2010,
    doi 10.1198/jasa.2009.ap08746). ``augmented``: these, then corrected by a ridge regression for
    what they leave over (Ben-Michael, Feller & Rothstein 2021, doi 10.1080/01621459.2021.1929245);
    ``ridge``: the same correction from equal weights. ``penalised``: near donors are preferred to
    far ones (Abadie & L'Hour 2021, doi 10.1080/01621459.2021.1971535). ``robust``: regression on
    donors' outcomes whose small singular values were removed (Amjad, Shah & Shen 2018, JMLR 19).

    demean: outcomes less each unit's mean before (Doudchenko & Imbens 2016; Ferman & Pinto 2021,
    doi 10.3982/QE1596), for units of different sizes. importance: of predictors, "fit" by how well
    outcomes before are met, "equal", or given, one each. optimisers, starts: tried in turn, the
    best fit is kept, as in the R package Synth ("equal", "ols"). iterations: of each search.
    ridge: of the augmented method (null: leave-one-period-out, the largest within one standard
    error of the best where one_se) or of the robust one (null: 0.1). residualise: covariates are
    taken out of outcomes first and met exactly afterwards. penalty: of the penalised method; null:
    the one by which donors predict one another best. singular_values or threshold: what the robust
    method keeps; null: above the optimal hard threshold (Gavish & Donoho 2014,
    doi 10.1109/TIT.2014.2323359).
    """

    method: Method = "classic"
    demean: bool = False
    importance: str | tuple[float, ...] = "fit"
    optimisers: tuple[str, ...] = ("Nelder-Mead", "BFGS")
    starts: tuple[str, ...] = ("equal", "ols")
    iterations: int = 1000
    solver: Solver = "exact"
    ridge: float | None = None
    one_se: bool = True
    holdout: int = 1
    residualise: bool = False
    penalty: float | None = None
    singular_values: int | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        wrong = None
        if self.method not in METHODS:
            wrong = f"there is no method {self.method!r}: " + ", ".join(METHODS)
        elif isinstance(self.importance, str) and self.importance not in ("fit", "equal"):
            wrong = f"importance {self.importance!r} is none of fit, equal or figures"
        elif not self.optimisers or not set(self.starts) <= {"equal", "ols"} or not self.starts:
            wrong = "at least one optimiser, and starts of equal and ols"
        elif any(x is not None and x < 0 for x in (self.ridge, self.penalty, self.threshold)):
            wrong = "ridge, penalty and threshold are not below 0"
        elif self.singular_values is not None and self.singular_values < 1:
            wrong = "at least one singular value is kept"
        if wrong:
            raise StudyError(wrong, "synthetic control")


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """weights: of donors. importance: of predictors, or null. chosen: what was chosen on the way
    (a ridge, a penalty, singular values kept), to be used again by placebos.
    """

    weights: Floats
    importance: Floats | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class UnitData:
    """One treated unit and its donors.

    y1 (times,), y0 (times, donors): outcomes. fit: which periods the fit is over. x1 (predictors,),
    x0 (predictors, donors): predictors, none with zero rows.
    """

    y1: Floats
    y0: Floats
    fit: npt.NDArray[np.bool_]
    x1: Floats
    x0: Floats

    def without(self, donor: int) -> UnitData:
        """The same without a donor."""
        return UnitData(
            self.y1, np.delete(self.y0, donor, 1), self.fit, self.x1, np.delete(self.x0, donor, 1)
        )

    def as_if(self, donor: int) -> UnitData:
        """A donor in the treated unit's place, among the other donors."""
        rest = self.without(donor)
        return UnitData(self.y0[:, donor], rest.y0, self.fit, self.x0[:, donor], rest.x0)


def expected_path(data: UnitData, fitted: Fitted, how: Fitting) -> Floats:
    """What the synthetic unit shows in every period, shape (times,)."""
    if not how.demean:
        return np.asarray(data.y0 @ fitted.weights, dtype=np.float64)
    level, levels = data.y1[data.fit].mean(), data.y0[data.fit].mean(axis=0)
    return np.asarray(level + (data.y0 - levels) @ fitted.weights, dtype=np.float64)


def fit_weights(data: UnitData, how: Fitting) -> Fitted:
    """The weights of donors.

    Units: outcomes in any one unit; predictors are scaled by their spread over units. Missing:
    none may be. Errors: StudyError where figures of importance do not match the predictors.
    """
    z1, z0 = data.y1[data.fit], data.y0[data.fit]
    if how.demean:
        z1, z0 = z1 - z1.mean(), z0 - z0.mean(axis=0)
    if how.method == "classic":
        return _classic(z1, z0, data, how)
    if how.method in ("augmented", "ridge"):
        return _augmented(z1, z0, data, how)
    if how.method == "penalised":
        return _penalised(z1, z0, data, how)
    return _robust(z1, z0, data, how)


def _classic(z1: Floats, z0: Floats, data: UnitData, how: Fitting) -> Fitted:
    rows = len(data.x1) or len(z1)
    given = None if isinstance(how.importance, str) else np.array(how.importance, dtype=np.float64)
    if given is not None and (given.shape != (rows,) or (given < 0).any() or not given.any()):
        kind = "predictors" if len(data.x1) else "periods"
        raise StudyError(
            f"importance has {given.size} figures for {rows} {kind}",
            expected="one figure each, not below 0, not all 0",
        )
    if not len(data.x1):
        root = np.ones(rows) if given is None else np.sqrt(given / given.sum())
        return Fitted(simplex_least_squares(root[:, None] * z0, root * z1))
    x1, x0 = scaled(data.x1, data.x0)
    if how.importance == "equal":
        given = np.ones(rows)
    if given is not None and how.solver == "exact":
        root = np.sqrt(given / given.sum())
        weights = simplex_least_squares(root[:, None] * x0, root * x1)
        return Fitted(weights, given / given.sum())
    weights, importance, chosen = search_importance(
        data.x1, data.x0, z1, z0, given, how.optimisers, how.starts, how.iterations, how.solver
    )
    return Fitted(weights, importance, chosen)


def _augmented(z1: Floats, z0: Floats, data: UnitData, how: Fitting) -> Fitted:
    mean = z0.mean(axis=1)
    z1, z0 = z1 - mean, z0 - mean[:, None]
    x_mean = data.x0.mean(axis=1)
    x1, x0 = data.x1 - x_mean, data.x0 - x_mean[:, None]
    b1, b0 = z1, z0
    gram = None
    if len(x1) and how.residualise:
        gram = np.linalg.pinv(x0 @ x0.T)
        slopes = gram @ x0 @ z0.T
        b1, b0 = z1 - slopes.T @ x1, z0 - slopes.T @ x0
    elif len(x1):
        # Covariates count as much as one period does: scaled to the spread of all outcomes.
        spread = x0.std(axis=1, ddof=1)
        factor = z0.std(ddof=1) / np.where(spread > 0, spread, np.inf)
        b1, b0 = np.append(z1, x1 * factor), np.vstack([z0, x0 * factor[:, None]])
    simplex = how.method == "augmented"
    ridge = how.ridge
    if ridge is None:
        ridge = choose_ridge(b1, b0, len(z1), how.holdout, how.one_se, simplex)
    donors = b0.shape[1]
    first = simplex_least_squares(b0, b1) if simplex else np.full(donors, 1 / donors)
    weights = first + ridge_weights(b1, b0, first, ridge)
    if gram is not None:
        weights = weights + (x1 - x0 @ weights) @ gram @ x0
    return Fitted(weights, None, {"ridge": ridge, "before_ridge": first})


def _penalised(z1: Floats, z0: Floats, data: UnitData, how: Fitting) -> Fitted:
    x1, x0 = scaled(data.x1, data.x0) if len(data.x1) else scaled(z1, z0)
    importance = np.ones(len(x1)) if isinstance(how.importance, str) else np.array(how.importance)
    penalty = how.penalty
    if penalty is None:
        penalty = _choose_penalty(x0, data, importance)
    weights = penalised_weights(x1, x0, importance, penalty)
    return Fitted(weights, None, {"penalty": penalty})


def _choose_penalty(x0: Floats, data: UnitData, importance: Floats) -> float:
    """The penalty by which each donor is best predicted by the others after the change.

    No donor was changed, so that their later periods may be used (Abadie & L'Hour 2021, section 5).
    """
    later = data.y0[~data.fit] if (~data.fit).any() else data.y0[data.fit]
    tried: Sequence[float] = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0)
    errors = []
    for penalty in tried:
        total = 0.0
        for donor in range(x0.shape[1]):
            rest = np.delete(np.arange(x0.shape[1]), donor)
            w = penalised_weights(x0[:, donor], x0[:, rest], importance, penalty)
            total += float(((later[:, donor] - later[:, rest] @ w) ** 2).sum())
        errors.append(total)
    return tried[int(np.argmin(errors))]


def _robust(z1: Floats, z0: Floats, data: UnitData, how: Fitting) -> Fitted:
    donors = data.y0 - (data.y0[data.fit].mean(axis=0) if how.demean else 0.0)
    u, s, v = np.linalg.svd(donors, full_matrices=False)
    if how.singular_values is not None:
        kept = min(how.singular_values, s.size)
    else:
        cut = how.threshold
        if cut is None:
            beta = min(donors.shape) / max(donors.shape)
            cut = (0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43) * float(np.median(s))
        kept = max(1, int((s > cut).sum()))
    low = (u[:, :kept] * s[:kept]) @ v[:kept]
    before = low[data.fit]
    ridge = _RIDGE_OF_ROBUST if how.ridge is None else how.ridge
    left = before.T @ before + ridge * np.eye(before.shape[1])
    weights = np.linalg.lstsq(left, before.T @ z1, rcond=None)[0]
    return Fitted(weights, None, {"ridge": ridge, "singular_values": kept})


def scaled(x1: Floats, x0: Floats) -> tuple[Floats, Floats]:
    """Predictors divided by their spread over all units; those without spread are left out."""
    spread = np.column_stack([x0, x1]).std(axis=1, ddof=1)
    factor = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1.0), 0.0)
    return x1 * factor, x0 * factor[:, None]
