"""Is attention led by a few runaway posts: how heavy is its tail?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from scipy import stats

from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import block_result, groups
from howfar.schema.settled import values_by_week, young_note
from howfar.stats.blocks import FloatArray, block_sums, weighted_totals
from howfar.stats.heavy_tails import (
    MIN_VALUES,
    Comparison,
    HeavyTail,
    fit_heavy_tail,
    goodness_of_fit,
)
from howfar.stats.intervals import wilson

_METRICS = ("reactions", "views")
"""Fitting costs half a second a channel: these two stand for attention."""
_FIT_REPLICATES = 49
_SAME_LIKELIHOOD = 0.05
"""Log-likelihoods closer than this differ by a factor of at most 1.05 over all posts together."""
_UNDECIDED = 0.1
"""Clauset et al. take a likelihood ratio with a larger p as no evidence for either law."""
_EXAMPLE_TAIL = tuple(int(10 * (60 / (60 - k)) ** (1 / 1.5)) for k in range(60))


@measure(
    Declaration(
        id="attention_tail",
        number="8",
        title="Tail of attention",
        asks="Is attention led by a few runaway posts: how heavy is its tail?",
        level="output",
        formula="1 + n / sum(log(x / (xmin - 0.5)))",
        parts={
            "x": "counts of at least xmin",
            "n": "number of such posts",
            "xmin": "start of the tail, where the fitted law lies nearest to the data",
        },
        unit="exponent of a power law, above 1",
        source="Clauset, Shalizi & Newman 2009 (doi 10.1137/070710111)",
        uncertainty="week blocks at the xmin found; Wilson for fit p; normal for the ratio",
        needs=("registry", "counts.reactions|counts.views"),
        min_posts=MIN_VALUES,
        rules=(
            "xmin is searched as the reference library does by default (powerlaw 2.0, after "
            "Clauset et al.): every distinct count but the two largest is a candidate; those with "
            "an exponent outside (1, 3] are passed over; the Kolmogorov-Smirnov distance between "
            "the counts and the law fitted to them is taken at the observed values only; the "
            "candidate with the least distance is xmin. The exponent is the approximation above, "
            "as that library has it for counts. 'fit p' rests on "
            f"{_FIT_REPLICATES} samples of the fitted law: it moves in steps of "
            f"{1 / (_FIT_REPLICATES + 1):g}, and its own interval (Wilson, of the samples' share) "
            "says how far chance in the samples could have moved it: look at it before the .1. "
            "'vs lognormal' is not measured where the two laws cannot be told apart. The power law "
            "is the limit of lognormals whose spread grows without end, so the best lognormal is "
            "never truly worse: a ratio above 0 with p above "
            f"{_UNDECIDED:g}, or one between -{_SAME_LIKELIHOOD:g} and {_SAME_LIKELIHOOD:g}, says "
            "that the search for the lognormal ran off towards that limit."
        ),
        beware=(
            "An exponent describes a tail only where 'fit p' is not below .1 and the likelihood "
            "ratio does not favour the lognormal (below 0 with a small p). Below 2 means have no "
            "limit, below 3 variances. The interval holds xmin fixed, and the tests take posts as "
            "independent: bursts make their p too small. Zeros, reposts and posts younger than "
            "two days at observation are left out."
        ),
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original"}
                    | {"week": 2817 + k % 3, "reactions": x}
                    for k, x in enumerate(_EXAMPLE_TAIL)
                ]
            },
            where={"channel": "a", "category": "reactions"},
            value=2.5225520672941077,
            interval=(2.239708116042603, 2.80650450236236),
            parts={"x": _EXAMPLE_TAIL, "n": len(_EXAMPLE_TAIL), "xmin": 10},
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class AttentionTail:
    """Exponent of the tail of reactions (and views), how well it fits, and against a lognormal."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """How many posts of a channel, in each week, have each value."""
        return values_by_week(tables.observed, _METRICS)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Fit once on all posts; the exponent's interval by week blocks at the xmin found."""
        for dims, group in groups(rows, ["channel", "platform", "category"]):
            old = ~group["young"].astype(bool)
            repeats = group["posts"][old].astype(np.int64)
            values = np.repeat(group["value"][old].astype(np.float64), repeats)
            index = np.repeat(sampling.draw.index(group["week"][old]), repeats)
            fit = fit_heavy_tail(values)
            if fit is None:
                seen = int((values > 0).sum())
                reason = f"{seen} posts with a count above 0; at least {MIN_VALUES} that differ"
                reason += " are needed"
                yield Result(not_measured(self.declaration.unit, reason), dims)
                continue
            note = young_note(~old, group["posts"])
            tail = values >= fit.xmin
            logs = np.log(values[tail] / (fit.xmin - 0.5))
            blocks = sampling.draw.n_blocks
            number = block_sums(np.ones(logs.size), index[tail], blocks)
            total = block_sums(logs, index[tail], blocks)
            yield block_result(
                self.declaration,
                sampling,
                {**dims, "params": f"xmin={fit.xmin};tail={fit.n_tail}"},
                partial(_exponent, number, total),
                n_posts=fit.n,
                note=note,
            )
            yield from _tests(fit, values, dims, sampling, note)


def _exponent(number: FloatArray, total: FloatArray, weights: FloatArray) -> FloatArray:
    """1 + n / sum of logs under each row of weights; NaN without a tail."""
    n, logs = weighted_totals(number, weights), weighted_totals(total, weights)
    inverse: FloatArray = np.divide(n, logs, out=np.full(n.shape, np.nan), where=logs > 0)
    return 1.0 + inverse


def _tests(
    fit: HeavyTail, values: FloatArray, dims: dict[str, Any], sampling: Sampling, note: str | None
) -> Iterator[Result]:
    """Whether the power law fits, and whether a lognormal fits better."""
    p = goodness_of_fit(values, fit, _FIT_REPLICATES, sampling.rng)
    drawn = _FIT_REPLICATES + 1
    known = wilson(round(p * drawn), drawn, sampling.confidence)
    assert known is not None
    method = f"bootstrap of the fitted law ({_FIT_REPLICATES} samples), interval: its own chance"
    where = {**dims, "category": f"{dims['category']}: fit p"}
    yield _measured(p, known.low, known.high, "p, 0 to 1", method, fit, where, sampling, note)
    ratio, p = fit.lognormal.ratio, fit.lognormal.p
    where = {**dims, "category": f"{dims['category']}: vs lognormal"}
    unit = "log-likelihood ratio, above 0 speaks for the power law"
    if not told_apart(fit.lognormal):
        reason = "the two laws cannot be told apart: the best lognormal is as good as the power law"
        yield Result(not_measured(unit, reason), where)
        return
    # Vuong's p is that of ratio / spread under a normal law, so the spread follows from it.
    spread = abs(ratio) / float(stats.norm.isf(p / 2))
    half = float(stats.norm.ppf(0.5 + sampling.confidence / 2)) * spread
    method = f"normal approximation; p = {p:.3g} (Vuong)"
    yield _measured(ratio, ratio - half, ratio + half, unit, method, fit, where, sampling, note)


def told_apart(lognormal: Comparison) -> bool:
    """Whether the ratio of power law to lognormal says anything.

    Lognormals whose spread grows without end have the power law as their limit. So the best of
    them is never truly worse, and a ratio near 0, or above 0 without being so beyond chance, only
    shows where the search for the optimum stopped on its way to that limit.
    """
    ratio, p = lognormal.ratio, lognormal.p
    if not 0 < p < 1 or abs(ratio) < _SAME_LIKELIHOOD:
        return False
    return ratio < 0 or p <= _UNDECIDED


def _measured(
    value: float,
    low: float,
    high: float,
    unit: str,
    method: str,
    fit: HeavyTail,
    where: dict[str, Any],
    sampling: Sampling,
    note: str | None,
) -> Result:
    estimate = Estimate(
        value,
        low,
        high,
        "confidence",
        sampling.confidence,
        fit.n,
        None,
        1,
        unit,
        method,
        "measured",
        note,
    )
    return Result(estimate, where)
