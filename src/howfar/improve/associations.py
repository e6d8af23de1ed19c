"""Which properties of posts go with engagement, within channels and weeks?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.errors import StudyError
from howfar.improve.association import AS_IT_IS, RATIO, Association, Associations
from howfar.improve.association_checks import Moves, checks_of, moves_of
from howfar.improve.association_design import MIN_POSTS, Asked, columns_of
from howfar.improve.control import of_post
from howfar.improve.evidence import Check
from howfar.improve.post_table import PostTable
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.cluster_robust import ClusterRobust, cluster_robust
from howfar.stats.count_regression import CountFit, Family, Levels, count_regression

Time = Literal["week", "channel-week", "none"]
Cluster = Literal["channel", "channel-week", "week"]

MIN_CHANNELS = 6
"""From so many channels on errors are taken to go together within channels, else in their weeks."""

MIN_DEGREES = 2.0
"""With fewer degrees of freedom one or two clusters make the figure: it has no interval."""

_FAR = 12.0


@dataclass(frozen=True, slots=True)
class AssociationChoices:
    """How associations are looked for.

    properties: those of the declared family, all that posts have where null. family: variance of
    counts. levels: of channels, fixed (only what varies within channels counts) or random.
    time: levels of weeks, common to all channels or of each channel, or none. cluster: within what
    errors go together; null: channels where there are six, else their weeks. fdr: rate of false
    discoveries over the family.
    """

    properties: tuple[str, ...] | None = None
    family: Family = "negative_binomial"
    levels: Levels = "fixed"
    time: Time = "week"
    cluster: Cluster | None = None
    fdr: float = 0.05
    confidence: float = 0.95
    min_posts: int = MIN_POSTS


def associations(
    posts: PostTable, choices: AssociationChoices | None = None, **changed: Any
) -> Associations:
    """The associations of properties of posts with their counts.

    log E(count) = level of the channel + level of the week + sum b_k x_k, negative binomial or
    quasi-Poisson (stats/count_regression.py); exp(b_k) is how many times as many reactions posts of
    a level have as posts of the reference that are alike in channel, week and all else that is
    known. Variances by cluster with CR2 and Satterthwaite's degrees of freedom
    (stats/cluster_robust.py). The difference a post is m (1 - 1 / ratio), m the mean of the level's
    posts (of "twice as much" m (ratio - 1) over all posts), with m held still. The family is every
    comparison of the declared properties; p values are adjusted by Benjamini and Hochberg.

    choices: see there; ``changed`` replaces single ones. Missing properties are held still by a
    column of their own. Not measured, with the reason: what does not vary within channels, what
    other properties hold, levels with few posts or without any count, figures of one or two
    clusters.

    It is grade C at most: what goes together within channels may have a common reason. A check that
    does not hold (improve/association_checks.py) makes it grade D.

    Raises StudyError for properties that the posts do not have and for too few posts.

    Source: Correia, Guimaraes & Zylkin 2020 (doi 10.1177/1536867X20909691); Pustejovsky & Tipton
    2018 (doi 10.1080/07350015.2016.1247004); Benjamini & Hochberg 1995
    (doi 10.1111/j.2517-6161.1995.tb02031.x).
    """
    made = replace(choices or AssociationChoices(), **changed)
    channel, weeks = _codes(posts.channel.astype(str)), _codes(posts.week)
    channel_week = _codes(channel * (int(weeks.max(initial=0)) + 1) + weeks)
    n_channels = int(channel.max(initial=-1)) + 1
    kind: Cluster = made.cluster or ("channel" if n_channels >= MIN_CHANNELS else "channel-week")
    clusters = {"channel": channel, "channel-week": channel_week, "week": weeks}[kind]
    if len(posts.counts) < 2 * made.min_posts or int(clusters.max(initial=0)) < 1:
        raise StudyError(
            f"{len(posts.counts)} posts of {n_channels} channels are too few for associations",
            "associations",
            f"at least {2 * made.min_posts} posts in two {kind}s",
        )
    groups = channel_week if made.time == "channel-week" else channel
    stays, absent = _with_counts(posts, weeks, made)
    part = _kept(posts, stays)
    if not part.counts.any():
        raise StudyError(f"no post drew any {posts.outcome}", "associations")
    codes = (_codes(groups[stays]), _codes(clusters[stays]))
    columns = columns_of(part, made.properties, codes[1], kind, made.time == "week", made.min_posts)
    absent = (*absent, *columns.absent)
    design = np.column_stack([columns.beside, *(one.values for one in columns.asked)])
    fit = count_regression(part.counts, design, codes[0], family=made.family, levels=made.levels)
    robust = cluster_robust(fit.x, fit.residuals, codes[1])
    beside: Family = "poisson" if made.family == "negative_binomial" else "negative_binomial"
    other = count_regression(part.counts, design, codes[0], family=beside, levels=made.levels)
    twin = cluster_robust(other.x, other.residuals, codes[1])
    moves = moves_of(fit, robust, other, twin)
    told = _Told(part, made, kind, n_channels, fit, robust, moves, columns.beside.shape[1])
    items = told.adjusted([told.item(k, one) for k, one in enumerate(columns.asked)])
    tested = sum(one.p is not None for one in items)
    method = (
        f"{'negative binomial' if made.family == 'negative_binomial' else 'quasi-Poisson'}, "
        f"{made.levels} levels of {n_channels} channels"
        + {"week": " and levels of weeks", "channel-week": "' weeks", "none": ""}[made.time]
        + f"; CR2 by {kind} ({robust.n_clusters} clusters)"
    )
    return Associations(
        posts.outcome,
        tuple(items),
        tested,
        made.fdr,
        tuple(absent),
        len(part.counts),
        n_channels,
        method,
        dict(posts.left_out),
        {"dispersion": fit.dispersion, "scale": fit.scale, "spread of channels": fit.spread,
         "converged": fit.converged, "posts that tell nothing": int((~stays).sum())},
        asdict(made) | {"cluster": kind},
        ("what goes together within channels may have a common reason: nobody changed anything",),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Told:
    """A fit with its variances, from which every comparison is told."""

    posts: PostTable
    made: AssociationChoices
    kind: Cluster
    n_channels: int
    fit: CountFit
    robust: ClusterRobust
    moves: Moves
    beside: int

    def item(self, k: int, asked: Asked) -> Association:
        """One comparison before the adjustment for the others."""
        at = self.beside + k
        why = self._why_not(at)
        if why is not None:
            nothing = not_measured(RATIO, why)
            return self._association(asked, nothing, not_measured(self._unit, why), None, ())
        place = int(self.fit.used[:at].sum())
        b, half = float(self.fit.coefficients[at]), float(self._half[place])
        method = f"CR2 by {self.kind}, {self.robust.degrees[place]:.1f} degrees of freedom"
        ratio = self._estimate(math.exp(b), math.exp(b - half), math.exp(b + half), RATIO, method)
        p = float(self.robust.p_values(self._used)[place])
        mean = float(self.fit.expected[asked.here].mean())
        ends = [_a_post(mean, x, asked) for x in (b, b - half, b + half)]
        held = f"{method}; the posts' mean held still"
        difference = self._estimate(ends[0], ends[1], ends[2], self._unit, held)
        checks = checks_of(self.moves, place, b, half, float(self.robust.degrees[place]), self.kind)
        return self._association(asked, ratio, difference, p, checks)

    def adjusted(self, items: Sequence[Association]) -> list[Association]:
        """The comparisons with p values adjusted over all that were tested."""
        tested = [n for n, one in enumerate(items) if one.p is not None]
        if not tested:
            return list(items)
        raw = np.array([items[n].p for n in tested], dtype=np.float64)
        done = dict(zip(tested, stats.false_discovery_control(raw, method="bh"), strict=True))
        return [
            replace(one, p_adjusted=float(done[n]), found=bool(done[n] <= self.made.fdr))
            if n in done
            else one
            for n, one in enumerate(items)
        ]

    @property
    def _unit(self) -> str:
        return f"{self.posts.outcome} a post"

    @property
    def _used(self) -> FloatArray:
        return self.fit.coefficients[self.fit.used]

    @property
    def _half(self) -> FloatArray:
        return self.robust.half_width(self.made.confidence)

    def _why_not(self, at: int) -> str | None:
        if not self.fit.converged:
            return "the fit did not settle"
        if not self.fit.used[at]:
            return "other properties, channels or weeks hold all of it"
        place = int(self.fit.used[:at].sum())
        if abs(self.fit.coefficients[at]) > _FAR or not np.isfinite(self._half[place]):
            return "the counts do not tell it"
        if self.robust.degrees[place] < MIN_DEGREES:
            return f"one or two {self.kind}s make the figure"
        return None

    def _estimate(self, value: float, low: float, high: float, unit: str, how: str) -> Estimate:
        return Estimate(
            value, min(low, high), max(low, high), "confidence", self.made.confidence,
            len(self.posts.counts), None, self.n_channels, unit, how, "measured",
        )  # fmt: skip

    def _association(
        self,
        asked: Asked,
        ratio: Estimate,
        difference: Estimate,
        p: float | None,
        checks: tuple[Check, ...],
    ) -> Association:
        return Association(
            asked.name, asked.level, asked.reference, self.posts.outcome, ratio, difference, p,
            None, False, asked.n_posts, asked.n_reference, of_post(asked.name), checks,
        )  # fmt: skip


def _a_post(mean: float, log_ratio: float, asked: Asked) -> float:
    """What the ratio is a post: of the level's posts, or of all posts where it is twice as much."""
    if asked.reference == AS_IT_IS:
        return mean * math.expm1(log_ratio)
    return -mean * math.expm1(-log_ratio)


def _with_counts(
    posts: PostTable, weeks: IntArray, made: AssociationChoices
) -> tuple[npt.NDArray[np.bool_], tuple[tuple[str, str, str], ...]]:
    """Posts that can be explained: none of a week or level in which no post drew anything.

    Of such a level the ratio is 0 and has no interval, and its posts tell of nothing else.
    """
    stays = np.ones(len(posts.counts), dtype=bool)
    if made.time == "week":
        stays &= np.bincount(weeks, weights=posts.counts)[weeks] > 0
    absent: list[tuple[str, str, str]] = []
    for name in posts.properties if made.properties is None else made.properties:
        column = posts.properties.get(name)
        if column is None or column.dtype.kind == "f":
            continue
        words = np.array(["" if v is None else f"={v}" for v in column], dtype=object).astype(str)
        levels, at = np.unique(words, return_inverse=True)
        sums = np.bincount(at, weights=posts.counts)
        silent = sums[at] == 0
        sizes = np.bincount(at)
        absent += [
            (name, str(level)[1:], f"none of its {size} posts drew any {posts.outcome}")
            for level, size, total in zip(levels, sizes, sums, strict=True)
            if total == 0 and size >= made.min_posts
        ]
        stays &= ~silent
    return stays, tuple(absent)


def _kept(posts: PostTable, stays: npt.NDArray[np.bool_]) -> PostTable:
    return replace(
        posts,
        counts=posts.counts[stays],
        channel=posts.channel[stays],
        week=posts.week[stays],
        properties={name: column[stays] for name, column in posts.properties.items()},
    )


def _codes(values: npt.NDArray[Any]) -> IntArray:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
