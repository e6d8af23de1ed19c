"""Truths that are counted in the very world that a study saw: of posts, gaps and youth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import DAY
from howfar.simulate.posts import ORIGINAL, SHARE
from howfar.validate.reference import Reference
from howfar.validate.studies import Study

Row = Mapping[str, Any]
Mask = npt.NDArray[np.bool_]

_TELL_WITHHELD: Final = ("x", "youtube")
"""Platforms whose exports of channels' posts tell where a post is not shown."""


def counted(row: Row, world: Reference, study: Study) -> float | None:
    """The truth of a counted figure; null for figures of a process and where nothing is stated."""
    made = {"coverage": _coverage, "young_posts": _young, "availability": _availability}
    function = made.get(row["measure"])
    return None if function is None else function(row, world, study)


def _series(row: Row, world: Reference) -> Mask | None:
    """Posts (N,) of the row's channel."""
    names = [c.channel for c in world.society.channels]
    if row.get("channel") not in names:
        return None
    chosen: Mask = world.pool["account"] == names.index(row["channel"])
    return chosen


def _young(row: Row, world: Reference, study: Study) -> float | None:
    own = _series(row, world)
    if own is None:
        return None
    pool = world.pool
    own = own & (pool["relation"] != SHARE)
    if row["platform"] == "telegram":
        own &= pool["likes"] > 0  # its exports tell no figure that is zero
    return float(pool["young"][own].mean()) if own.any() else None


def _availability(row: Row, world: Reference, study: Study) -> float | None:
    own = _series(row, world)
    if own is None or row["category"] != "withheld" or row["platform"] not in _TELL_WITHHELD:
        return None
    if row.get("country") or row.get("period_start"):
        return None
    return float((world.pool["withheld"][own] >= 0).mean())


def _coverage(row: Row, world: Reference, study: Study) -> float | None:
    category, pool = row["category"], world.pool
    if row.get("params") is None:
        totals = {
            "distinct posts": len(pool),
            "duplicate rows": 0,
            "outside window": 0,
            "rejected": study.rejects_planted,
        }
        return float(totals[category]) if category in totals else None
    start = row.get("period_start")
    if start is None or category not in ("posts by day", "expected by day"):
        return None
    if category == "posts by day":
        chosen = _series(row, world)
    else:
        chosen = _source(str(row["params"]).removeprefix("source="), world)
    return None if chosen is None else float((chosen & (_days(pool) == _day(start))).sum())


def _source(name: str, world: Reference) -> Mask | None:
    """Posts (N,) of a source of the study: a platform's; on Facebook pages apart from others."""
    platform = name.partition("-")[0]
    if platform not in PLATFORMS:
        return None
    pool = world.pool
    here: Mask = pool["platform"] == PLATFORMS.index(platform)
    page = (pool["account"] < len(world.society.channels)) & (pool["relation"] == ORIGINAL)
    if platform == "facebook":
        here &= page if name == "facebook" else ~page
    return here


def _days(pool: Any) -> npt.NDArray[np.int64]:
    days: npt.NDArray[np.int64] = pool["created"] // DAY
    return days


def _day(start: dt.datetime) -> int:
    return int(start.timestamp()) // 86_400
