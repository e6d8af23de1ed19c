"""Figures of the path as rows of the results, each with its grade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from howfar.improve.association import Association
from howfar.improve.conversion_chain import Chain
from howfar.improve.cost_figure import CostPerEffect
from howfar.improve.effect import Effect
from howfar.improve.gap import POINTS, Audience, Gap
from howfar.improve.path import Settling
from howfar.schema.estimate import Estimate, Result, exact, not_measured


def effect_results(
    effect: Effect,
    change: str,
    *,
    level: str,
    channel: str | None = None,
    platform: str | None = None,
    periods: Mapping[str, tuple[dt.datetime, dt.datetime]] | None = None,
    weekly: Mapping[str, Estimate] | None = None,
) -> Iterator[Result]:
    """Rows of one effect: relative, average, cumulative, what the design adds, and by week.

    change: id of the change, in the column ``event``. level: that of the outcome. channel,
    platform: where the change was of one. periods: start and end of each period; weekly: relative
    effect by period, which goes with it. Params name design and outcome.
    """
    base: dict[str, Any] = {
        "event": change,
        "channel": channel,
        "platform": platform,
        "level": level,
        "grade": effect.grade,
        "params": f"design={effect.design};outcome={effect.outcome}",
    }
    for category, one in (
        ("relative", effect.relative),
        ("average", effect.average),
        ("cumulative", effect.cumulative),
    ):
        yield Result(one, base | {"category": category})
    for name, one in effect.more.items():
        yield Result(one, base | {"category": f"more: {name}"})
    for period, one in (weekly or {}).items():
        start, end = (periods or {}).get(period, (None, None))
        yield Result(one, base | {"category": "week", "period_start": start, "period_end": end})


def gap_results(gap: Gap) -> Iterator[Result]:
    """The gap and each of its parts: as a part of the other figure, in points, in its own unit.

    Params: which gap it is (kind), what the indicator is of the fixed list (within), which of the
    figures the row holds (of).
    """
    base: dict[str, Any] = {
        "organisation": gap.unit,
        "versus": gap.versus,
        "platform": gap.audience.platform,
        "language": gap.audience.language,
        "country": gap.audience.country,
        "grade": gap.grade,
    }
    params = f"kind={gap.kind}"
    yield Result(gap.difference, base | {"category": "gap", "params": params})
    for part in gap.parts:
        told = params + (f";within={part.within}" if part.within else "")
        where = base | {"category": f"part: {part.indicator}"}
        yield Result(part.relative, where | {"params": f"{told};of=relative"})
        yield Result(part.contribution, where | {"params": f"{told};of=points"})
        yield Result(part.distance, where | {"params": f"{told};of=figure"})
        yield Result(part.elasticity, where | {"params": f"{told};of=elasticity"})


def absent_results(absent: Mapping[Audience, str]) -> Iterator[Result]:
    """Audiences for which there is no gap, each with its reason."""
    for audience, why in absent.items():
        where = {
            "platform": audience.platform,
            "language": audience.language,
            "country": audience.country,
        }
        yield Result(not_measured(POINTS, why), where | {"category": "gap"})


def association_results(one: Association) -> Iterator[Result]:
    """One comparison of posts: as a part of the reference, and what that is a post."""
    base: dict[str, Any] = {
        "category": f"{one.name}: {one.level}",
        "versus": one.reference,
        "grade": one.grade,
    }
    told = f"outcome={one.outcome}" + (f";within={one.within}" if one.within else "")
    yield Result(one.relative, base | {"params": f"{told};of=relative"})
    yield Result(one.difference, base | {"params": f"{told};of=figure"})


def cost_results(costs: Sequence[CostPerEffect], change: str, why: str = "") -> Iterator[Result]:
    """What was spent on a change by each way, and what one more cost (or cost on average).

    An average rests on no effect: it has no grade. why: the reason where no spend is known.
    """
    if not costs:
        yield Result(not_measured("currency", why), {"event": change, "category": "spend"})
    spent: dict[str, CostPerEffect] = {}
    for one in costs:
        base = {"event": change, "params": f"way={one.part};counted={one.counted}"}
        if one.part not in spent:
            spent[one.part] = one
            amount = exact(one.spend.amount, one.spend.currency, "what the books say")
            yield Result(amount, base | {"category": "spend"})
        yield Result(one.estimate, base | {"category": one.kind, "grade": one.grade})


def chain_results(chain: Chain, **where: Any) -> Iterator[Result]:
    """Every step of a chain as a rate of the one before, and the last of the first."""
    links = chain.links if len(chain.steps) == 2 else (*chain.links, chain.overall)
    for n, link in enumerate(links):
        params = "overall" if n == len(chain.links) else None
        yield Result(link.rate, where | {"category": f"{link.step} of {link.of}", "params": params})


def settling_results(settling: Settling, change: str, powers: Mapping[float, Estimate],
                  **where: Any) -> Iterator[Result]:  # fmt: skip
    """The smallest change that a test would find, and its power at each size tried."""
    base = where | {"event": change}
    design = f"design={settling.design}"
    length = f";weeks={settling.weeks}" if settling.weeks else ""
    length += f";outcome={settling.outcome}" if settling.outcome else ""
    yield Result(settling.detectable, base | {"category": "detectable", "params": design + length})
    for size, power in powers.items():
        yield Result(
            power, base | {"category": "power", "params": f"{design}{length};effect={size:g}"}
        )
