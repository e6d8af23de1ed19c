"""The search for the importance of predictors, by the library pysyncon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.stats.simplex import simplex_least_squares
from howfar.stats.simplex_quadratic import simplex_quadratic

Floats = npt.NDArray[np.float64]


def _exactly(V_mat: Floats, X0: Floats, X1: Floats, **_: object) -> tuple[Floats, float]:
    """The inner problem of pysyncon's classes, solved exactly."""
    root = np.sqrt(np.diag(V_mat))
    weights = simplex_least_squares(root[:, None] * X0, root * X1)
    rest = root * (X1 - X0 @ weights)
    return weights, float(rest @ rest)


def search_importance(
    x1: Floats,
    x0: Floats,
    z1: Floats,
    z0: Floats,
    given: Floats | None,
    optimisers: Sequence[str],
    starts: Sequence[str],
    iterations: int,
    solver: str,
) -> tuple[Floats, Floats, dict[str, Any]]:
    """Weights of donors, importance of predictors, and which search found them.

    The importance is that by which outcomes before are met best; each optimiser is started from
    each start and the best is kept (as the R package Synth does). x1 (predictors,), x0 (predictors,
    donors), z1 (periods,), z0 (periods, donors). StudyError where no search ends.
    """
    # The library brings pandas and matplotlib along: only where predictors are searched.
    import pandas as pd
    from pysyncon import Synth

    # Searches end at absolute tolerances: the outcome is put into units of its own spread.
    size = float(np.column_stack([z0, z1]).std()) or 1.0
    spread = np.column_stack([x0, x1]).std(axis=1)
    keep = spread > 0
    if not keep.any():
        raise StudyError("every predictor is the same for all units", "synthetic control")
    frame0, series1 = pd.DataFrame(x0[keep]), pd.Series(x1[keep], name="treated")
    later0, later1 = pd.DataFrame(z0 / size), pd.Series(z1 / size, name="treated")
    best: Any = None
    found: dict[str, Any] = {}
    for optimiser in optimisers:
        for start in starts:
            one = Synth()
            if solver == "exact":
                one.w_optimize = _exactly
            try:
                with np.errstate(all="ignore"):
                    one.fit(
                        X0=frame0,
                        X1=series1,
                        Z0=later0,
                        Z1=later1,
                        custom_V=None if given is None else given[keep],
                        optim_method=optimiser,
                        optim_initial=start,
                        optim_options={"maxiter": iterations},
                    )
            except (ValueError, np.linalg.LinAlgError):
                # Collinear predictors have no start by regression; the other start is tried.
                continue
            if math.isfinite(one.loss_V) and (best is None or one.loss_V < best.loss_V):
                best, found = one, {"optimiser": optimiser, "start": start}
    if best is None:
        raise StudyError(
            "no search for the importance of predictors came to an end",
            "synthetic control",
            next="start from equal importance, or leave out predictors that others make up",
        )
    importance = np.zeros(len(x1))
    importance[keep] = np.asarray(best.V, dtype=np.float64)
    weights = np.clip(np.asarray(best.W, dtype=np.float64), 0.0, None)
    return weights / weights.sum(), importance / importance.sum(), found


def penalised_weights(x1: Floats, x0: Floats, importance: Floats, penalty: float) -> Floats:
    """Weights that minimise |x1 - x0 w|^2 + penalty sum_j w_j |x1 - x0_j|^2, each by importance.

    The objective of Abadie & L'Hour (2021, doi 10.1080/01621459.2021.1971535), as in pysyncon's
    PenalizedSynth, solved exactly. x1 (rows,), x0 (rows, donors), scaled.
    """
    root = np.sqrt(importance)
    a, b = root[:, None] * x0, root * x1
    far = ((a - b[:, None]) ** 2).sum(axis=0)
    if penalty == 0:
        return simplex_least_squares(a, b)
    return simplex_quadratic(a.T @ a, -b @ a + penalty / 2 * far)
