"""Average costs of a study's own channels, by what was paid for, broadcast and passed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.improve.average_cost import average_cost
from howfar.improve.cost_figure import NAMES, NO_OWN_SPEND, CostPerEffect, unit_of
from howfar.schema.estimate import Result, exact, not_measured
from howfar.schema.measure import Sampling, Tables
from howfar.schema.settled import own_counts
from howfar.schema.tables import COUNTS
from howfar.study.costs_table import CostsTable, Way

Floats = npt.NDArray[np.float64]
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PASSED_ON: Final = "shares"
"""What stands for word of mouth: how often others passed a post on."""
_SEEN: Final = (
    "counts are those of posts of the window, as they stood when they were observed; posts that "
    "were younger than two days are left out"
)


def way_rows(tables: Tables, channels: Collection[str]) -> ibis.Table:
    """Weekly totals of these channels' own settled posts, paid and other posts apart.

    Columns: channel, week, paid (whether money carried the posts), posts, and the sum of each of
    COUNTS; null where no post has that figure. Posts whose exposure is unknown are not paid.
    """
    posts = own_counts(tables.observed)
    chosen = posts.filter(posts.channel.isin(sorted(channels)) & ~posts.young)
    marked = chosen.mutate(paid=chosen.exposure.fill_null("unknown") == "paid")
    return marked.group_by(["channel", "week", "paid"]).aggregate(
        posts=lambda t: t.count(), **{name: marked[name].sum() for name in COUNTS}
    )


def way_costs(
    rows: pa.Table, costs: CostsTable, sampling: Sampling
) -> Iterator[tuple[str, CostPerEffect]]:
    """Channel and average cost of each figure, by way and currency, clustered by week.

    Paid: spend of the way paid by the counts of posts that money carried. Broadcast: all other
    spend by the counts of all other posts; neither, where there was advertising and no post is
    marked. Word of mouth: its own spend, where there is any, by shares. The ways are never pooled,
    currencies are never added up, and what all channels share is never divided among them. None of
    these is incremental.

    rows: ``way_rows``, reduced. Weeks of the window without posts count with their spend.
    """
    data = {name: rows[name].to_pylist() for name in rows.column_names}
    names = np.array(data["channel"], dtype=object)
    paid = np.array(data["paid"], dtype=bool)
    for channel in costs.channels:
        of = names == channel
        if not of.any():
            continue
        kept: dict[Way, npt.NDArray[np.bool_]] = {
            "paid": of & paid, "broadcast": of & ~paid, "word of mouth": of
        }  # fmt: skip
        spends = {way: _weekly(costs, channel, way, sampling) for way in kept}
        for way, here in kept.items():
            why = _why_not(way, spends, bool((of & paid).any()), bool(here.any()))
            for counted in (_PASSED_ON,) if way == "word of mouth" else COUNTS:
                values = np.array([np.nan if x is None else float(x) for x in data[counted]])
                if not np.isfinite(values[of]).any() or not (spends[way] or why):
                    continue
                own = rows.filter(here)
                count = _by_week(values[here], own["week"], sampling)
                for currency, spent in (spends[way] or {"": np.zeros(count.size)}).items():
                    cost = average_cost(
                        spent, count, currency=currency, counted=counted, part=way,
                        clusters=sampling.draw.blocks, confidence=sampling.confidence,
                    )  # fmt: skip
                    yield channel, _with(cost, why, sum(own["posts"].to_pylist()))


def _why_not(way: Way, spends: Mapping[Way, Mapping[str, Floats]], marked: bool, any_: bool) -> str:
    """Why a way has no average cost; empty where it has one, or where there is nothing to say."""
    if way == "word of mouth":
        return "" if spends[way] else NO_OWN_SPEND
    if spends["paid"] and not marked:
        return (
            "there was advertising, but no post is marked as paid: what was bought cannot be told "
            "from what was broadcast"
        )
    if spends[way] and not any_:
        return "all posts are marked as paid"
    if any_ and not spends[way]:
        return f"costs.csv has no {way} costs of this channel"
    return ""


def _with(cost: CostPerEffect, why: str, posts: int) -> CostPerEffect:
    """An average of so many posts of one channel, or none for a reason."""
    told = cost.estimate
    if why:
        unit = unit_of(cost.spend.currency or "currency", cost.counted)
        told = not_measured(unit, why, NAMES["average"])
    elif told.status == "measured":
        told = replace(told, n_posts=posts, n_channels=1)
    return replace(cost, estimate=told, checks=() if why else cost.checks,
                   notes=(*cost.notes, _SEEN))  # fmt: skip


def _by_week(values: Floats, week: pa.ChunkedArray, sampling: Sampling) -> Floats:
    """Totals by week of the window; a week without posts counts as nothing."""
    return sampling.draw.sums(np.nan_to_num(values), sampling.draw.index(week.to_numpy()))


def _weekly(costs: CostsTable, channel: str, way: Way, sampling: Sampling) -> dict[str, Floats]:
    """Currency -> spend of a channel on a way in each week of the window, by its days."""
    own = replace(
        costs, lines=tuple(x for x in costs.lines if x.channel == channel and x.way == way)
    )
    first, after = _date(sampling.window_start), _date(sampling.window_end - 1) + dt.timedelta(1)
    found: dict[str, Floats] = {}
    for n, week in enumerate(sampling.draw.blocks):
        monday = _EPOCH.date() + dt.timedelta(7 * int(week) + 4)
        spent = own.spent(max(monday, first), min(monday + dt.timedelta(7), after))
        for currency, one in spent.items():
            found.setdefault(currency, np.zeros(sampling.draw.n_blocks))[n] = one.amount
    return found


def _date(microseconds: int) -> dt.date:
    return (_EPOCH + dt.timedelta(microseconds=microseconds)).date()


def way_results(rows: pa.Table, costs: CostsTable, sampling: Sampling) -> Iterator[Result]:
    """The costs of ``way_costs`` as rows of the results, and once what was spent on each way."""
    told = set()
    for channel, cost in way_costs(rows, costs, sampling):
        once = channel, cost.part, cost.spend.currency
        if cost.spend.currency and once not in told:
            told.add(once)
            spent = exact(cost.spend.amount, cost.spend.currency, "what the books say")
            where = {"channel": channel, "category": f"spend: {cost.part}"}
            yield Result(spent, where)
        params = f"way={cost.part};counted={cost.counted}"
        yield Result(cost.estimate, {"channel": channel, "category": cost.kind, "params": params})
