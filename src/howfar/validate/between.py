"""Truths of figures that set channels against each other: talk, mixes of reactions, the profile."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from howfar.validate import functionals as of
from howfar.validate.reference import Pool
from howfar.validate.truths import Function, Row, Truth, Truths, compared

_KINDS: Final = ("like", "love", "haha", "wow", "sad", "angry")
_MEDIAN: Final = "median of compared channels"


def _logs(pool: Pool, base: str) -> tuple[Any, Any]:
    """Logarithms of the base and of comments where both are above zero."""
    x, y = pool[base].astype(np.float64), pool["comments"].astype(np.float64)
    both = (x > 0) & (y > 0)
    return np.log(x[both]), np.log(y[both])


def _base(category: str) -> str:
    return "views" if category.endswith("views") else "likes"


def _measured(study: tuple[Row, ...], row: Row) -> list[str]:
    """Channels that have the row's figure in this study, on its platform."""
    return sorted(
        {
            other["channel"]
            for other in study
            if other["status"] == "measured"
            and other["channel"] is not None
            and all(other.get(k) == row.get(k) for k in ("platform", "category", "params"))
        }
    )


def _joint(truths: Truths, names: list[str]) -> Pool | None:
    """Settled posts with comments of several channels."""
    key = "joint", tuple(names)
    if key not in truths.pools:
        found = [truths.settled(name, "comments") for name in names]
        pools = [one[0] for one in found if one is not None]
        if len(pools) < len(names) or not pools:
            return None
        columns = pools[0].columns
        truths.pools[key] = Pool(
            pools[0].worlds, {n: np.concatenate([p[n] for p in pools]) for n in columns}
        )
    return truths.pools[key]


def talk(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """Elasticity of a channel, of all compared ones together, or a channel's residual."""
    category = str(row["category"] or "")
    base, channel = _base(category), row.get("channel")
    if category.startswith("elasticity") and channel is not None:
        found = truths.settled(channel, "comments")
        if found is None:
            return None
        return truths.known(
            ("talk", channel, category), found[0], lambda p: of.slope(*_logs(p, base))
        )
    residual = category.replace("elasticity", "residual")
    usable = _measured(study, {**row, "category": residual})
    pool = _joint(truths, usable) if len(usable) > 1 else None
    if pool is None:
        return None
    names = [c.channel for c in truths.channels.society.channels]
    places = [names.index(name) for name in usable]
    key = "talk", channel, category, tuple(usable)
    if channel is None:
        return truths.known(key, pool, lambda p: _common(p, base, places))
    if channel not in usable:
        return None
    own = names.index(channel)
    peers = [place for place in places if place != own]
    return truths.known(key, pool, lambda p: _residual(p, base, own, peers))


def _common(pool: Pool, base: str, places: list[int]) -> float:
    """The slope that channels share, each with a level of its own."""
    top = bottom = 0.0
    for place in places:
        x, y = _logs(pool.where(pool["account"] == place), base)
        top, bottom = top + of.co_moment(x, y), bottom + of.co_moment(x, x)
    return top / bottom if bottom else math.nan


def _residual(pool: Pool, base: str, own: int, peers: list[int]) -> float:
    slope = _common(pool, base, peers)

    def level(place: int) -> float:
        x, y = _logs(pool.where(pool["account"] == place), base)
        return float((y - slope * x).mean()) if x.size else math.nan

    return math.exp(level(own) - float(np.mean([level(place) for place in peers])))


def distance(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """Aitchison distance of a channel's mix from that of the other compared ones together."""
    channel, platform = row.get("channel"), row["platform"]
    others = [c.channel for c in compared(truths, platform) if c.channel != channel]
    names = [c.channel for c in truths.channels.society.channels]
    if channel is None or truths.settled(channel, "reactions") is None:
        return None
    everyone = truths.channels.pool
    own, peers = names.index(channel), [names.index(other) for other in others]
    chosen = np.isin(everyone["account"], [own, *peers]) & ~everyone["young"]
    kinds = (f"reaction_{kind}" for kind in _KINDS)
    pool = everyone.only(("account", *kinds)).where(chosen)

    def apart(p: Pool) -> float:
        mine = np.array([p[f"reaction_{k}"][p["account"] == own].sum() for k in _KINDS])
        theirs = np.array([p[f"reaction_{k}"][p["account"] != own].sum() for k in _KINDS])
        given = (mine > 0) & (theirs > 0)
        if given.sum() < 2:
            return math.nan
        a, b = np.log(mine[given]), np.log(theirs[given])
        return float(np.linalg.norm((a - a.mean()) - (b - b.mean())))

    return truths.known(("distance", channel), pool, apart)


def profile(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """The figure of the channel over the median of those channels that have it."""
    measure, _, category = str(row["category"]).partition(": ")
    peers = _measured(study, row)
    if row["channel"] not in peers or len(peers) < 2:
        return None
    if row["versus"] != _MEDIAN:
        peers = [name for name in peers if name != row["channel"]]
    indicator = {
        "measure": measure,
        "platform": row["platform"],
        "category": category or None,
        "params": row.get("params"),
        "status": "measured",
    }
    rows = [{**indicator, "channel": name} for name in {row["channel"], *peers}]
    found = {one["channel"]: truths.of(one, rows) for one in rows}
    values = {name: one.value for name, one in found.items() if one is not None}
    if len(values) < len(found) or min(values.values()) <= 0:
        return None
    own = found[row["channel"]]
    assert own is not None
    centre = math.exp(float(np.median([math.log(values[name]) for name in peers])))
    return Truth(own.value / centre, own.error / centre)


FUNCTIONS: Final[dict[str, Function]] = {
    "profile": profile,
    "reaction_distance": distance,
    "talk_to_views": talk,
}
