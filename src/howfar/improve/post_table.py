"""Posts of channels with what is known of each: what associations within channels are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import StudyError
from howfar.schema.measure import Tables
from howfar.schema.settled import own_counts
from howfar.schema.tables import COUNTS
from howfar.stats.blocks import FloatArray, IntArray

ENGAGEMENT = "engagement"
_SUMMED = ("reactions", "comments", "shares")
OUTCOMES = (ENGAGEMENT, *COUNTS)
"""What posts can be compared by: a count of the platform, or reactions, comments and shares."""

_QUARTERS = ("00-06 h", "06-12 h", "12-18 h", "18-24 h")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COLUMNS = ("channel", "platform", "post_id", "week", "created_s", "kind", "language", "relation",
            "exposure", "paths", "link", "young")  # fmt: skip

Property = npt.NDArray[np.object_] | FloatArray
"""A property (n,): words (null where it is not known) or figures (NaN where it is not known)."""


@dataclass(frozen=True, slots=True, eq=False)
class PostTable:
    """Posts, one a row.

    counts: (n,) whole numbers from 0 on. channel: (n,) ids. week: (n,) numbers of weeks.
    properties: name -> (n,) words or figures. outcome: what is counted, in words. left_out: why
    posts are not here -> how many.
    """

    counts: FloatArray
    channel: npt.NDArray[np.object_]
    week: IntArray
    properties: Mapping[str, Property]
    outcome: str
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.counts)
        for name, column in (("channel", self.channel), ("week", self.week),
                             *self.properties.items()):  # fmt: skip
            if len(column) != n:
                raise ValueError(f"{name} has {len(column)} rows, counts {n}")
        if not np.isfinite(self.counts).all() or (self.counts < 0).any():
            raise ValueError("counts must be from 0 on and finite: leave out what is missing")


def post_rows(tables: Tables) -> ibis.Table:
    """Channels' own posts (no reposts, whose counts are the original's) with what is known of them.

    Columns: those of the observed posts that properties are made of, ``young`` (younger than two
    days when observed), ``characters`` (of the text; null without one) and every count.
    """
    own = own_counts(tables.observed)
    return own.mutate(characters=own.text.length()).select(*_COLUMNS, "characters", *COUNTS)


def post_table(
    rows: pa.Table,
    outcome: str = ENGAGEMENT,
    *,
    platform: str | None = None,
    labels: Mapping[str, Mapping[tuple[str, str], str]] | None = None,
    counts: Mapping[tuple[str, str], float] | None = None,
    zone: dt.tzinfo = dt.UTC,
) -> PostTable:
    """The posts of ``post_rows`` with their properties.

    Properties: kind, language, reply (reply or broadcast), source_given (with an outside link or
    without), hour (quarters of the day in ``zone``), weekday, length (characters), path (those that
    the channel serves), and each of ``labels`` (name -> (platform, post id) -> label; topic and
    whatever a study has).

    outcome: one of ``OUTCOMES``; engagement is reactions, comments and shares, of posts that have
    all three. counts: (platform, post id) -> the count in place of the platform's, net of
    synchronised amplification; posts without one are left out. Left out too, and counted: posts
    younger than two days (their counts still grow), paid posts (never pooled with others), posts
    without the count.

    Raises StudyError for an outcome or platform that is not there.
    """
    if outcome not in OUTCOMES:
        raise StudyError(f"no outcome {outcome!r}", "associations", "one of " + ", ".join(OUTCOMES))
    if platform is not None:
        rows = rows.filter(pc.equal(rows["platform"], platform))
        if not len(rows):
            raise StudyError(f"no posts of channels on {platform!r}", "associations")
    keys = list(zip(rows["platform"].to_pylist(), rows["post_id"].to_pylist(), strict=True))
    if counts is None:
        summed = _SUMMED if outcome == ENGAGEMENT else (outcome,)
        value = sum(_real(rows[name]) for name in summed)
        value = np.asarray(value, dtype=np.float64)
    else:
        value = np.array([counts.get(key, np.nan) for key in keys], dtype=np.float64)
    left_out: dict[str, int] = {}
    stays = np.ones(len(rows), dtype=bool)
    for why, away in (
        ("younger than two days when observed", rows["young"].to_numpy(zero_copy_only=False)),
        ("paid", _words(rows["exposure"]) == "paid"),
        (f"without {outcome}", np.isnan(value)),
    ):
        gone = stays & np.asarray(away, dtype=bool)
        if gone.any():
            left_out[why] = int(gone.sum())
        stays &= ~gone
    columns = _properties(rows, zone)
    for name, known in (labels or {}).items():
        columns[name] = _objects([known.get(key) for key in keys])
    return PostTable(
        value[stays],
        _words(rows["channel"])[stays],
        rows["week"].to_numpy().astype(np.int64)[stays],
        {name: column[stays] for name, column in columns.items()},
        outcome if counts is None else f"{outcome} net of synchronised",
        left_out,
    )


def _properties(rows: pa.Table, zone: dt.tzinfo) -> dict[str, Property]:
    moments = [dt.datetime.fromtimestamp(s, zone) for s in rows["created_s"].to_pylist()]
    paths = rows["paths"].to_pylist()
    return {
        "kind": _words(rows["kind"]),
        "language": _objects(
            [None if one == "und" else one for one in rows["language"].to_pylist()]
        ),
        "reply": _objects([_reply(one) for one in rows["relation"].to_pylist()]),
        "source_given": _objects(
            ["without a link" if one is None else "with a link" for one in rows["link"].to_pylist()]
        ),
        "hour": _objects([_QUARTERS[moment.hour // 6] for moment in moments]),
        "weekday": _objects([_DAYS[moment.weekday()] for moment in moments]),
        "length": _real(rows["characters"]),
        "path": _objects([" and ".join(sorted(one)) if one else None for one in paths]),
    }


def _known(language: str | None) -> str | None:
    return None if language == "und" else language


def _reply(relation: str | None) -> str | None:
    if relation is None or relation == "unknown":
        return None
    return "reply" if relation == "reply" else "broadcast"


def _objects(values: list[Any]) -> npt.NDArray[np.object_]:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _words(column: Any) -> npt.NDArray[np.object_]:
    return _objects(column.to_pylist())


def _real(column: Any) -> FloatArray:
    values = [np.nan if value is None else float(value) for value in column.to_pylist()]
    return np.array(values, dtype=np.float64)
