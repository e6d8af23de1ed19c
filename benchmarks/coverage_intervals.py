"""How often do the intervals of howfar.stats hold the truth? Simulated worlds with known truth.

    python benchmarks/coverage_intervals.py --seed 1 --trials 2000

writes benchmarks/results/coverage_intervals.json: coverage, share of misses below and above, and
the hash of the stats sources that it speaks of. The tests run the same worlds with fewer trials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.block_estimate import block_estimate
from howfar.stats.blocks import block_sums, draw_blocks, mean_replicates, ratio_replicates
from howfar.stats.composition import clr, clr_replicates, distance_interval
from howfar.stats.elasticity import log_log, pooled_slope, slope_replicates
from howfar.stats.gini import block_gini
from howfar.stats.intervals import Interval, Transform, bootstrap_interval, wilson, wilson_effective
from howfar.stats.maturation import maturation_curve
from howfar.stats.negative_binomial import rate, shrink_rates
from howfar.stats.quantiles import block_quantiles
from howfar.stats.trimmed import bootstrap_trimmed_mean, trimmed_mean

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_intervals.json"
MODULES = (
    "block_estimate",
    "blocks",
    "composition",
    "elasticity",
    "gini",
    "intervals",
    "maturation",
    "negative_binomial",
    "quantiles",
    "trimmed",
)
CONFIDENCE = 0.95
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Trial = Callable[[np.random.Generator], list[tuple[float, Interval | None]]]
"""One world: truths, each with the interval that was given for it."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts in weeks: lognormal figures with a week effect, uneven weeks.

    sigma: spread of log figures within a week; tau: of week effects; per_week: mean posts a week,
    negative binomial with shape 3, at least 1.
    """

    weeks: int
    sigma: float = 1.2
    tau: float = 0.3
    per_week: float = 30.0

    def index(self, rng: np.random.Generator) -> IntArray:
        n = 1 + rng.negative_binomial(3, 3 / (3 + self.per_week), size=self.weeks)
        return np.repeat(np.arange(self.weeks), n)

    def figures(self, index: IntArray, rng: np.random.Generator) -> FloatArray:
        effect = self.tau * rng.standard_normal(self.weeks)
        return np.exp(effect[index] + self.sigma * rng.standard_normal(index.size))

    @property
    def spread(self) -> float:
        return math.hypot(self.sigma, self.tau)


def _quantile(x: FloatArray, index: IntArray, p: float, weights: FloatArray) -> FloatArray:
    return block_quantiles(x, index, weights, [p])[:, 0]


def block_trial(
    figure: str, posts: Posts, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Mean, ratio, quantiles or Gini of posts in weeks, by the rule that measures follow."""
    index = posts.index(rng)
    x, s, k = posts.figures(index, rng), posts.spread, posts.weeks
    transform: Transform = "logit" if figure == "gini" else "log"
    statistic: Callable[[FloatArray], FloatArray]
    if figure == "mean":
        truth, statistic = math.exp(s * s / 2), partial(mean_replicates, x, index)
    elif figure == "ratio":
        y = posts.figures(index, rng)
        sums = block_sums(x, index, k), block_sums(y, index, k)
        truth, statistic = 1.0, partial(ratio_replicates, *sums)
    elif figure == "gini":
        truth = 2 * float(stats.norm.cdf(s / math.sqrt(2))) - 1
        statistic = partial(block_gini, x, index)
    else:
        p = float(figure)
        truth = math.exp(s * float(stats.norm.ppf(p)))
        statistic = partial(_quantile, x, index, p)

    draw = draw_blocks(np.arange(k), replicates, rng)
    return [(truth, block_estimate(statistic, draw, CONFIDENCE, transform).interval)]


def percentile_trial(
    posts: Posts, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """What is not used and why: the plain percentile interval of a mean."""
    index = posts.index(rng)
    x = posts.figures(index, rng)
    draw = draw_blocks(np.arange(posts.weeks), replicates, rng)
    low, high = np.quantile(mean_replicates(x, index, draw.weights), [0.025, 0.975])
    truth = math.exp(posts.spread**2 / 2)
    return [(truth, Interval(float(low), float(high), "percentile"))]


def count_trial(
    weeks: int, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Median of whole-numbered counts with zeros and ties; truth by the same inverse CDF."""
    posts = Posts(weeks, sigma=1.0)
    index = posts.index(rng)
    x = np.floor(3.5 * posts.figures(index, rng))
    median = partial(_quantile, x, index, 0.5)
    draw = draw_blocks(np.arange(weeks), replicates, rng)
    return [(3.0, block_estimate(median, draw, CONFIDENCE, "log").interval)]


def wilson_trial(n: int, p: float, rng: np.random.Generator) -> list[tuple[float, Interval | None]]:
    return [(p, wilson(int(rng.binomial(n, p)), n, CONFIDENCE))]


def clustered_share_trial(
    clusters: int, p: float, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """A share over threads that lean one way together (beta-binomial, intraclass .1)."""
    size = 1 + rng.poisson(9, clusters)
    lean = rng.beta(9 * p, 9 * (1 - p), clusters)
    hits = rng.binomial(size, lean).astype(np.float64)
    share = float(hits.sum() / size.sum())
    resid = hits - share * size
    variance = clusters / (clusters - 1) * float((resid**2).sum()) / float(size.sum()) ** 2
    found = wilson_effective(share, variance, float(size.sum()), CONFIDENCE, clusters)
    return [(p, found)]


def trimmed_trial(
    n: int, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Trimmed mean of the n posts before; truth: the mean between the quartiles of a lognormal."""
    sigma = 1.2
    x = np.exp(sigma * rng.standard_normal(n + 1))
    drawn = bootstrap_trimmed_mean(x, [n], replicates, rng, window=n)[0]
    q = float(stats.norm.ppf(0.75))
    inside = float(stats.norm.cdf(q - sigma) - stats.norm.cdf(-q - sigma))
    truth = math.exp(sigma**2 / 2) * inside / 0.5
    value = trimmed_mean(x[:n])
    return [(truth, bootstrap_interval(value, drawn, n, CONFIDENCE, "log"))]


def distance_trial(
    weeks: int, apart: float, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Aitchison distance of two reaction mixes whose weeks vary; apart 0 is no difference."""
    base = np.log(np.array([0.6, 0.2, 0.1, 0.06, 0.04]))
    shift = apart * np.array([1.0, -1.0, 0.0, 0.0, 0.0]) / math.sqrt(2)
    ones, difference, drawn = np.ones((1, weeks)), np.zeros(5), np.zeros((replicates, 5))
    draw = draw_blocks(np.arange(weeks), replicates, rng)
    for sign, centre in ((1.0, base + shift), (-1.0, base)):
        # Dirichlet noise keeps the expected share of each week, so the truth is exact.
        share = np.exp(centre) / np.exp(centre).sum()
        mix = rng.dirichlet(40 * share, weeks)
        size = rng.negative_binomial(3, 3 / (3 + 2_000), size=weeks)
        counts = rng.poisson(size[:, None] * mix)
        difference += sign * clr_replicates(counts, ones)[0]
        drawn += sign * clr_replicates(counts, draw.weights)
    p, q = np.exp(base + shift), np.exp(base)
    truth = float(np.linalg.norm(clr(p / p.sum()) - clr(q / q.sum())))
    return [(truth, distance_interval(difference, drawn, weeks, CONFIDENCE))]


def slope_trial(
    weeks: int, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Log-log slope .8 with heavy noise and week effects on both."""
    posts = Posts(weeks)
    index = posts.index(rng)
    x = posts.figures(index, rng)
    y = x**0.8 * posts.figures(index, rng)
    model = log_log(x, y, index, weeks)
    draw = draw_blocks(np.arange(weeks), replicates, rng)
    found = block_estimate(partial(slope_replicates, model), draw, CONFIDENCE)
    return [(0.8, found.interval)]


def pooled_slope_trial(
    channels: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Common slope over channels of uneven size, whose own slopes vary by .1 about .8."""
    models = []
    for _ in range(channels):
        n = 60 + int(rng.integers(0, 240))
        x = np.exp(1.2 * rng.standard_normal(n))
        slope = 0.8 + 0.1 * rng.standard_normal()
        y = np.exp(rng.standard_normal()) * x**slope * np.exp(rng.standard_normal(n))
        models.append(log_log(x, y, np.zeros(n, dtype=np.int64), 1))
    return [(0.8, pooled_slope(models, CONFIDENCE).interval)]


def rate_trial(weeks: int, rng: np.random.Generator) -> list[tuple[float, Interval | None]]:
    """Reactions per view, overdispersed, with week effects of mean 1."""
    posts = Posts(weeks, per_week=20)
    index = posts.index(rng)
    views = np.floor(np.exp(8 + rng.standard_normal(index.size)))
    effect = np.exp(0.2 * rng.standard_normal(weeks) - 0.02)
    mean = 0.01 * views * effect[index] * rng.gamma(1 / 0.8, 0.8, index.size)
    return [(0.01, rate(rng.poisson(mean), views, index, CONFIDENCE).interval)]


def shrink_trial(k: int, rng: np.random.Generator) -> list[tuple[float, Interval | None]]:
    """Many groups with known errors: coverage is on average over the groups."""
    truth = 0.02 * np.exp(0.4 * rng.standard_normal(k))
    variance = rng.uniform(0.01, 0.3, k)
    found = shrink_rates(truth * np.exp(np.sqrt(variance) * rng.standard_normal(k)), variance)
    assert found is not None
    ends = zip(truth.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
    return [(t, Interval(low, high, "posterior")) for t, low, high in ends]


def maturation_trial(
    days: int, replicates: int, rng: np.random.Generator
) -> list[tuple[float, Interval | None]]:
    """Posts grow by 1.5 on average, each and each day by its own factor."""
    day = np.repeat(np.arange(days), 1 + rng.poisson(12, days))
    early = np.floor(np.exp(5 + rng.standard_normal(day.size)))
    on_day = np.exp(0.1 * rng.standard_normal(days) - 0.005)[day]
    late = early * (1 + 0.5 * on_day * rng.gamma(2, 0.5, day.size))
    age = np.full(day.size, 12.0)
    curve = maturation_curve(early, late, age, day, [0, 24], replicates, rng, CONFIDENCE)
    return [(1.5, curve[0].interval)]


def worlds(replicates: int) -> dict[str, Trial]:
    """Every world by name; those that start with 'hard' or 'unused' may fall short."""
    found: dict[str, Trial] = {}
    for figure in ("mean", "ratio", "0.5", "0.9", "gini"):
        for weeks in (3, 6, 9, 12, 19, 40):
            name = f"{figure}, {weeks} weeks"
            found[name] = partial(block_trial, figure, Posts(weeks), replicates)
        for weeks in (12, 19, 40):
            posts = Posts(weeks, sigma=1.5, tau=0.5, per_week=15)
            found[f"hard: {figure}, {weeks} weeks"] = partial(
                block_trial, figure, posts, replicates
            )
    for weeks in (12, 19, 40):
        unused = partial(percentile_trial, Posts(weeks), replicates)
        found[f"unused: percentile, mean, {weeks} weeks"] = unused
        found[f"median of small counts, {weeks} weeks"] = partial(count_trial, weeks, replicates)
        found[f"slope, {weeks} weeks"] = partial(slope_trial, weeks, replicates)
        found[f"rate, {weeks} weeks"] = partial(rate_trial, weeks)
        found[f"growth, {weeks} days"] = partial(maturation_trial, weeks, replicates)
        for apart in (0.0, 0.7):
            found[f"distance {apart}, {weeks} weeks"] = partial(
                distance_trial, weeks, apart, replicates
            )
    for n, p in ((30, 0.1), (200, 0.5), (200, 0.02)):
        found[f"Wilson, {p} of {n}"] = partial(wilson_trial, n, p)
    for clusters, p in ((12, 0.3), (40, 0.1), (40, 0.5)):
        found[f"Wilson on effective n, {p}, {clusters} clusters"] = partial(
            clustered_share_trial, clusters, p
        )
    for n in (30, 100):
        found[f"trimmed mean of {n}"] = partial(trimmed_trial, n, replicates)
    for channels in (5, 14):
        found[f"pooled slope, {channels} channels"] = partial(pooled_slope_trial, channels)
    for groups in (6, 20):
        found[f"shrunk rates, {groups} groups"] = partial(shrink_trial, groups)
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the intervals: how many, part that holds the truth, parts that lie above or below it."""

    intervals: int
    missing: int
    coverage: float
    truth_below: float
    truth_above: float


def coverage(name: str, trials: int, seed: int, replicates: int = 1_000) -> Coverage:
    """Run one world; its random numbers hang on the seed and its own name only."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    rng = np.random.default_rng([seed, key])
    trial = worlds(replicates)[name]
    pairs = [pair for _ in range(trials) for pair in trial(rng)]
    given = [(truth, i) for truth, i in pairs if i is not None]
    below = sum(truth < i.low for truth, i in given)
    above = sum(truth > i.high for truth, i in given)
    n = max(len(given), 1)
    held = (len(given) - below - above) / n
    return Coverage(len(given), len(pairs) - len(given), held, below / n, above / n)


def code_of(path: Path) -> str:
    """The code of a file without comments, docstrings and layout: prose makes no table stale."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    out, fresh = [], True
    with path.open("rb") as handle:
        for token in tokenize.tokenize(handle.readline):
            if token.type in skipped or (fresh and token.type == tokenize.STRING):
                continue
            fresh = token.type in (tokenize.NEWLINE, tokenize.ENCODING)
            out.append(token.string)
    return "".join(out)


def sources_hash() -> str:
    """SHA-256 over the code of the modules that the worlds try, and of this file."""
    files = [ROOT / "src" / "howfar" / "stats" / f"{name}.py" for name in MODULES]
    digest = hashlib.sha256()
    for path in [*files, Path(__file__)]:
        digest.update(path.name.encode() + b"\0" + code_of(path).encode() + b"\0")
    return digest.hexdigest()


def main() -> None:
    """Run every world and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=2_000)
    parser.add_argument("--only", default="", help="part of the names of the worlds to run")
    options = parser.parse_args()
    table = {}
    for name in worlds(2):
        if options.only not in name:
            continue
        row = coverage(name, options.trials, options.seed)
        table[name] = {field: round(getattr(row, field), 4) for field in Coverage.__slots__}
        print(f"{row.coverage:7.3f} {row.truth_below:7.3f} {row.truth_above:7.3f}  {name}")
    if options.only:
        return
    RESULT.parent.mkdir(exist_ok=True)
    head = {"sources": sources_hash(), "seed": options.seed, "trials": options.trials}
    body = json.dumps({**head, "nominal": CONFIDENCE, "worlds": table}, indent=1)
    RESULT.write_text(body + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
