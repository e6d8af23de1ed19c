"""How does each channel stand on each indicator, beside its peers?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import stats

from howfar.errors import StudyError
from howfar.schema.comparable import ROLES, Alike, captured_alike
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, registry
from howfar.schema.results import groups
from howfar.stats.intervals import MIN_USABLE
from howfar.study.comparison import Indicator

MEDIAN = "median of compared channels"
_UNIT = f"times the {MEDIAN}"

_TALK = tuple(
    Indicator(measure="talk_to_views", category=f"residual: comments on {base}")
    for base in ("views", "reactions")
)
DEFAULT = (
    Indicator(measure="publishing_volume"),
    # Of reactions: the share of posts would say once more what the volume says.
    Indicator(measure="share_of_voice", category="reactions"),
    Indicator(measure="attention_inequality", category="reactions"),
    *(
        Indicator(measure="engagement", category=metric, params={"quantile": 0.5})
        for metric in ("reactions", "comments", "shares")
    ),
    *_TALK,
)
"""Indicators of the profile where the study names none: activity, outputs, out-takes."""


def _label(indicator: Indicator) -> str:
    if indicator.category is None:
        return indicator.measure
    return f"{indicator.measure}: {indicator.category}"


def _posts() -> list[dict[str, Any]]:
    """Three channels that publish 24, 48 and 84 posts in twelve weeks of 2024."""
    rows = []
    for week in range(12):
        amounts = (1 + week % 3, 2 * (1 + week // 2 % 3), 4 * (1 + week // 3 % 3))
        for channel, amount in zip("abc", amounts, strict=True):
            day = 19_723 + 7 * week
            row: dict[str, Any] = {
                "channel": channel,
                "platform": "x",
                "author": channel,
                "role": "peer",
            }
            row |= {"capture": "complete", "day": day, "week": 2817 + week}
            row |= {"created_s": day * 86_400, "observed_at": "2024-06-01T00:00:00Z"}
            rows += [row] * amount
    return rows


DECLARATION = Declaration(
    id="profile",
    number="37",
    title="Profile of communication performance",
    asks="How does each channel stand on each indicator, beside its peers?",
    level="output",
    formula="x / exp((quantile(log(all), 0.5) - quantile(-log(all), 0.5)) / 2)",
    parts={
        "x": "the channel's figure on one indicator",
        "all": "the figures of all compared channels, the channel's own among them",
    },
    unit=_UNIT,
    source="OECD/JRC Handbook on Constructing Composite Indicators 2008 (doi "
    "10.1787/9789264043466-en): distance to a reference; the reference is the median",
    uncertainty="week blocks, the same draws for the channel and its peers",
    needs=("peers",),
    min_posts=1,
    rules="Indicators where the study names none: "
    + "; ".join(_label(one) for one in DEFAULT)
    + ". Of engagement the median. Of the last two that for which the study has no figure is left "
    "out where it has the other. Each row has the level of its indicator's measure. The "
    "interval is exp(log ratio +- w * sd of the log ratio's replicates), w the half width of the "
    "indicator's own interval in standard deviations of its replicates (log scale; the channel's "
    "or the median of all compared channels', whichever is more, and at least Student's t on "
    "weeks - 1 degrees of freedom times sqrt(weeks / (weeks - 1))).",
    beware="Says how far a channel is from the others, not whether that is good. One indicator a "
    "row: no sum and no rank. Shares and Gini coefficients, too, are shown as ratios, so that all "
    "indicators have one scale; a ratio of shares near 1 has little room above. None of "
    "the indicators of this list is an outcome.",
    example=Example(
        rows={"observed": _posts()},
        where={"channel": "a", "category": "publishing_volume"},
        value=0.5,
        interval=(0.368056286307442, 0.6792439344214104),
        parts={"x": 24 / 84, "all": [24 / 84, 48 / 84, 84 / 84]},
        window=("2024-01-01", "2024-03-25"),
    ),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Each compared channel's figure on each indicator as a ratio to the channels' median.

    Takes the measured results of the run by ``Sampling.given`` (measure id -> results). Within a
    platform only, among channels that were captured alike.

    Raises StudyError for an indicator whose measure does not exist.
    """

    indicators: Sequence[Indicator] = DEFAULT
    declaration: Declaration = DECLARATION

    def reduce(self, tables: Tables) -> ibis.Table:
        """The compared channels of each platform and how their posts were captured."""
        posts = tables.observed
        compared = posts.filter(posts.channel.notnull() & posts.role.isin(ROLES))
        return compared.select("platform", "channel", "capture").distinct()

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """One row a channel and indicator; a row without channel where an indicator is barred."""
        known = registry()
        for indicator in self.indicators:
            if indicator.measure not in known:
                raise StudyError(
                    f"the profile names no measure: {indicator.measure!r}",
                    where="study.toml, [[profile]]",
                    expected="one of " + ", ".join(known),
                )
            label = {
                "category": _label(indicator),
                "params": _params(indicator) or None,
                "level": known[indicator.measure].declaration.level,
            }
            if not known[indicator.measure].declaration.peer_comparable:
                reason = "normalised by the channel's own past: says nothing beside other channels"
                yield Result(not_measured(_UNIT, reason), label)
                continue
            found = _figures(indicator, sampling.given.get(indicator.measure, ()))
            if not found:
                if self._other_base(indicator, sampling):
                    continue
                reason = _why_absent(sampling.given.get(indicator.measure, ()))
                yield Result(not_measured(_UNIT, reason), label)
                continue
            for dims, group in groups(rows, ["platform"]):
                alike = captured_alike(group["channel"], group["capture"])
                here = {c: r for (c, p), r in found.items() if p == dims["platform"]}
                names = sorted(set(group["channel"]))
                yield from _platform(names, here, alike, label | dims, sampling)

    def _other_base(self, indicator: Indicator, sampling: Sampling) -> bool:
        """Whether a default indicator is absent only because talk is set against another count."""
        if self.indicators is not DEFAULT or indicator not in _TALK:
            return False
        talk = sampling.given.get(indicator.measure, ())
        return any(_figures(other, talk) for other in _TALK)


def _platform(
    names: Sequence[str],
    found: Mapping[str, Result],
    alike: Alike,
    label: Mapping[str, Any],
    sampling: Sampling,
) -> Iterator[Result]:
    """One indicator on one platform."""
    if not any(name in found for name in names):
        return
    usable = [c for c in alike.channels if c in found and found[c].replicates is not None]
    versus = MEDIAN
    for name in names:
        dims = {"channel": name, **label, "versus": versus}
        result = found.get(name)
        others = [c for c in usable if c != name]
        if result is None:
            yield Result(not_measured(_UNIT, "the indicator is not there for this channel"), dims)
        elif name in alike.why_not:
            yield Result(not_measured(_UNIT, alike.why_not[name]), dims)
        elif result.estimate.status != "measured":
            reason = f"the indicator is not measured: {result.estimate.reason}"
            yield Result(not_measured(_UNIT, reason), dims)
        elif name not in usable:
            reason = "the indicator has no replicates, so its distance from others has no interval"
            yield Result(not_measured(_UNIT, reason), dims)
        elif not others:
            yield Result(not_measured(_UNIT, "no other channel has this indicator"), dims)
        elif len(others) == 1:
            # A median of two is half the channel itself: say plainly whom it is compared with.
            other = others[0]
            unit, note = f"times {other}", "only two channels to compare: no median"
            found_one = _against(name, others, found, sampling, unit, note)
            yield Result(found_one.estimate, dims | {"versus": other}, found_one.replicates)
        else:
            done = _against(name, usable, found, sampling, _UNIT, None)
            yield Result(done.estimate, dims, done.replicates)


def _against(
    name: str,
    peers: Sequence[str],
    found: Mapping[str, Result],
    sampling: Sampling,
    unit: str,
    note: str | None,
) -> Result:
    """The ratio of a channel's figure to the median of some channels'.

    On the log scale: log x - median(log all), replicate by replicate, so that what moves a channel
    and its peers in the same weeks cancels out. The interval is as many standard deviations of
    those differences wide as the indicator's own interval is of its own replicates (the channel's,
    or the peers' median if that is more): corrections that the indicator's interval has for few or
    uneven weeks carry over.
    """
    own, n = found[name], len({name, *peers})
    values = np.array([_value(found[c]) for c in peers])
    if (values < 0).any() or _value(own) < 0:
        return Result(not_measured(unit, "a figure that may lie below 0 has no ratio"))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(_value(own)) - _median(np.log(values)[:, None])[0]
        mine = np.log(_drawn(own))
        theirs = _median(np.log(np.stack([_drawn(found[c]) for c in peers])))
    if not np.isfinite(centre):
        reason = f"the figure or the {MEDIAN} is 0, and a ratio is not defined"
        return Result(not_measured(unit, reason))
    moved = np.where(np.isfinite(mine) & np.isfinite(theirs), mine, np.nan) - np.where(
        np.isfinite(theirs), theirs, 0.0
    )
    usable = moved[np.isfinite(moved)]
    if usable.size < max(2, MIN_USABLE * moved.size):
        return Result(not_measured(unit, "the ratio is not defined in too many draws"))
    widths = [w for w in (_width(found[c], sampling) for c in peers) if w is not None]
    width = max([w for w in (_width(own, sampling),) if w is not None] + [_middle(widths)])
    half = width * float(usable.std(ddof=1))
    return Result(
        Estimate(
            float(np.exp(centre)),
            float(np.exp(centre - half)),
            float(np.exp(centre + half)),
            "confidence",
            sampling.confidence,
            own.estimate.n_posts,
            None,
            n,
            unit,
            f"log ratio over {moved.size} shared block draws, {width:.3g} standard deviations",
            "measured",
            "; ".join(part for part in (note, own.estimate.reason) if part) or None,
        ),
        replicates=np.exp(moved),
    )


def _value(result: Result) -> float:
    return float(result.estimate.value) if result.estimate.value is not None else float("nan")


def _drawn(result: Result) -> npt.NDArray[np.float64]:
    if result.replicates is None:
        raise ValueError("a result without replicates cannot be compared")
    return np.maximum(result.replicates, 0.0)


def _median(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Median over channels (rows); of an even number the mean of the two in the middle."""
    ordered = np.sort(logs, axis=0)
    n = len(ordered)
    middle: npt.NDArray[np.float64] = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return middle


def _middle(widths: Sequence[float]) -> float:
    return float(np.median(widths)) if widths else 0.0


def _width(result: Result, sampling: Sampling) -> float | None:
    """Half the indicator's own interval in standard deviations of its replicates, log scale.

    At least the t quantile of the run's weeks; null where the interval or replicates have no log.
    """
    low, high = result.estimate.low, result.estimate.high
    weeks = max(sampling.draw.n_blocks, 2)
    least = float(stats.t.ppf(0.5 + sampling.confidence / 2, weeks - 1))
    least *= float(np.sqrt(weeks / (weeks - 1)))
    with np.errstate(divide="ignore"):
        logs = np.log(_drawn(result))
    spread = float(logs[np.isfinite(logs)].std(ddof=1)) if np.isfinite(logs).sum() > 1 else 0.0
    if not low or high is None or low <= 0 or spread <= 0:
        return least
    return max(least, float(np.log(high / low)) / 2 / spread)


def _figures(
    indicator: Indicator, results: Sequence[Result]
) -> dict[tuple[str, str | None], Result]:
    """The indicator's figure of each (channel, platform), without periods and other splits."""
    fixed = {"category": indicator.category, "params": _params(indicator)}
    free = {"channel", "platform", "versus", *fixed}
    found = {}
    for result in results:
        dims = {k: v for k, v in result.dims.items() if v is not None}
        if dims.get("channel") is None or set(dims) - free:
            continue
        same = dims.get("category") == fixed["category"]
        if same and _settings(dims.get("params")) == _settings(fixed["params"]):
            found[dims["channel"], dims.get("platform")] = result
    return found


def _params(indicator: Indicator) -> str:
    return ";".join(
        f"{k}={v:g}" if isinstance(v, float) else f"{k}={v}" for k, v in indicator.params.items()
    )


def _settings(params: str | None) -> frozenset[str]:
    return frozenset((params or "").split(";")) - {""}


def _why_absent(results: Sequence[Result]) -> str:
    """Why an indicator has no figure: the measure's own reason if it could not be taken at all."""
    measured = any(r.estimate.status == "measured" for r in results)
    reasons = [] if measured else [r.estimate.reason for r in results if r.estimate.reason]
    return reasons[0] if reasons else "the measure gives no such figure in this study"
