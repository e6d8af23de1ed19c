"""What has to hold for an association to be believed: no post, no channel, no model makes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from howfar.improve.evidence import Check
from howfar.stats.blocks import FloatArray
from howfar.stats.cluster_robust import ClusterRobust
from howfar.stats.count_regression import CountFit

FEW_DEGREES = 4.0
"""Below so many degrees of freedom p values of CR2 are not to be relied on."""


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """How far each coefficient (p,) of those used moves on the log scale.

    post: at most, when one post is left out; toward: at most towards no difference. cluster: at
    most, when one cluster is; NaN where the others do not tell it. model: with the other family of
    counts, as a part of the wider one of the two halves of intervals; NaN where it has none.
    """

    post: FloatArray
    toward: FloatArray
    cluster: FloatArray
    model: FloatArray


def moves_of(fit: CountFit, robust: ClusterRobust, other: CountFit, beside: ClusterRobust) -> Moves:
    """The moves of all coefficients, those of posts and clusters by one step of least squares.

    other, beside: the other family of counts with its variances; both fits have the same columns.
    Leaving out post i moves b by M x_i e_i / (1 - h_i), h_i its leverage.
    """
    bread = np.linalg.inv(fit.x.T @ fit.x)
    side = fit.x @ bread
    leverage = np.clip((side * fit.x).sum(axis=1), 0.0, 1 - 1e-9)
    pull = fit.residuals / (1 - leverage)
    taken = side * pull[:, None]
    post = np.abs(taken).max(axis=0)
    toward = (taken * np.sign(fit.coefficients[fit.used])).max(axis=0, initial=0.0)
    cluster = np.abs(robust.without).max(axis=0)
    apart = np.abs(other.coefficients[fit.used] - fit.coefficients[fit.used])
    wider = np.maximum(robust.half_width(), beside.half_width())
    return Moves(post, toward, cluster, np.asarray(apart / wider, dtype=np.float64))


def checks_of(
    moves: Moves, place: int, b: float, half: float, degrees: float, cluster: str
) -> tuple[Check, ...]:
    """The checks of one coefficient b. half: half its interval on the log scale.

    What is clear of 0 has to stay so without any one post: a hit is not a habit.
    """
    post, one, model = (float(x[place]) for x in (moves.post, moves.cluster, moves.model))
    clear, left = abs(b) > half, abs(b) - float(moves.toward[place]) > half
    return (
        Check(
            "one-post",
            "Does one post make the figure?",
            post <= half / 2 and (left or not clear),
            f"leaving out any one post moves it by up to {post / half:.0%} of half its interval"
            + ("" if left or not clear else ", and without one of them it is not clear of 0"),
            figures={"move": post, "half": half},
        ),
        Check(
            "leave-one-out",
            f"Does one {cluster} make the figure?",
            None if np.isnan(one) else one <= half,
            f"one {cluster} alone tells of something in it"
            if np.isnan(one)
            else f"leaving out any one {cluster} moves it by up to {one / half:.0%} of half its "
            "interval",
            figures={} if np.isnan(one) else {"move": one, "half": half},
        ),
        Check(
            "other-model",
            "Does another model of the same counts say the same?",
            None if np.isnan(model) else model <= 1,
            "the other model does not give it"
            if np.isnan(model)
            else f"it differs by {model:.0%} of half the wider one of both intervals",
            figures={} if np.isnan(model) else {"move": model},
        ),
        Check(
            "clusters",
            f"Are there enough {cluster}s that tell of it?",
            degrees >= FEW_DEGREES,
            f"{degrees:.1f} degrees of freedom; {FEW_DEGREES:g} are needed",
            figures={"degrees": degrees},
        ),
    )
