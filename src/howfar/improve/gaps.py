"""How far is a unit from a peer, from the best and from its own target, and what makes it so?

A gap is a difference and nothing more (grade D): that a peer has more of something says nothing of
what having more of it would bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import Sampled
from howfar.errors import StudyError
from howfar.improve.elasticities import elasticities
from howfar.improve.gap import POINTS, TARGET, Audience, Gap, GapPart, Kind
from howfar.improve.gap_parts import Figures, Rows, drawn_parts, figure_part, parts_of
from howfar.improve.held_scale import HeldScale, held_scale
from howfar.improve.sampled_estimate import sampled_estimate
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray
from howfar.study.problems import suggest
from howfar.study.taxonomy import Property

_CHANCE = (
    "the best was found in the same figures, where chance helped it: on average the distance is "
    "a little too large"
)


def gaps(
    index: Index,
    matrix: Matrix,
    unit: str,
    *,
    peer: str | None = None,
    targets: Mapping[str, float] | None = None,
    within: Mapping[str, Property] | None = None,
    audience: Audience | None = None,
    sampled: Sampled | None = None,
    time: str | None = None,
    confidence: float = 0.95,
) -> tuple[Gap, ...]:
    """The distance of a unit to a chosen peer, to the best other unit and to its own target.

    matrix: the table of the index, with its draws if there are any. targets: the figure to be
    reached by indicator (in the unit in which indicators are compared, after denominators); those
    of the tree where null. The target is the unit itself with these figures in place of its own, so
    that only indicators with a target make the distance. within: indicators that the institution
    decides. sampled: the index under sampling error (assess/propagate.py), for the intervals.

    Unit: points of the index. The distance to the best is there only where the unit is not the best
    itself; that to a target only where some indicator has one. Parts are exact for means
    (assess/decompose.py); where an aggregation has none, each part says so. Intervals come from the
    draws: those of a target hold the others and the scale still.

    Raises StudyError for a unit, peer or indicator that is not there, or has no score.
    """
    if sampled is not None and sampled.index.units != index.units:
        raise ValueError("the draws are of another index")
    row = index.row(unit, time)
    if np.isnan(index.index[row]):
        raise StudyError(f"{unit!r} has no score", "the gaps", "a unit with a score")
    held = held_scale(index, matrix, unit, time)
    made = _Gaps(
        index,
        matrix,
        held,
        time,
        dict(within or {}),
        audience or Audience(),
        sampled,
        None if sampled is None else sampled.degrees,
        confidence,
    )
    found = [made.to_unit("peer", peer)] if peer is not None else []
    best = _best(index, row)
    if best is not None:
        found.append(made.to_unit("best", best))
    aims = {i.id: i.target for i in index.tree.indicators if i.target is not None}
    if chosen := dict(targets) if targets is not None else aims:
        found.append(made.to_target(chosen))
    return tuple(found)


def _best(index: Index, row: int) -> str | None:
    """The unit with the highest score of the period, if it is higher than that of ``row``."""
    times = index.times or (None,) * len(index.units)
    others = {
        name: float(score)
        for name, score, time in zip(index.units, index.index, times, strict=True)
        if time == times[row] and score > index.index[row]
    }
    return min(others, key=lambda name: (-others[name], name)) if others else None


@dataclass(frozen=True, eq=False)
class _Gaps:
    """What all gaps of one unit share."""

    index: Index
    matrix: Matrix
    held: HeldScale
    time: str | None
    within: Mapping[str, Property]
    audience: Audience
    sampled: Sampled | None
    degrees: float | None
    confidence: float

    def to_unit(self, kind: Kind, other: str) -> Gap:
        """The distance to another unit, by the draws of the whole index."""
        row = self.index.row(other, self.time)
        if np.isnan(self.index.index[row]):
            raise StudyError(f"{other!r} has no score", "the gaps", "a peer with a score")
        theirs = held_scale(self.index, self.matrix, other, self.time)
        pair = None
        if self.sampled is not None:
            pair = self.sampled.draws[:, self.held.row], self.sampled.draws[:, row]
        notes = (_CHANCE,) if kind == "best" else ()
        return self._gap(kind, self.index, other, pair, theirs, notes)

    def to_target(self, targets: Mapping[str, float]) -> Gap:
        """The distance to the unit itself with the figures that it aims at."""
        index, ids = self.index, self.index.tree.ids
        for id in targets:
            if id not in ids:
                raise StudyError(
                    f"no indicator {id!r}", "the targets", ", ".join(ids), suggest(id, ids)
                )
        at = [ids.index(id) for id in targets]
        aim, aims, pair = self.held.figures.copy(), None, None
        aim[at] = list(targets.values())
        if self.held.draws is not None:
            aims = self.held.draws.copy()
            aims[:, at] = aim[at]
        theirs = replace(self.held, figures=aim, draws=aims)
        if self.held.told is not None:
            return self._only_figures(theirs, self.held.told)
        scores = self.held.scores(aim[None])
        if np.isnan(scores[0, -1]):
            return self._only_figures(theirs, "the target has no score on the scale of the index")
        if aims is not None and self.held.draws is not None:
            pair = self.held.scores(self.held.draws), self.held.scores(aims)
        beside = replace(
            index,
            units=(*index.units, TARGET),
            times=None if index.times is None else (*index.times, str(self.time)),
            scores=np.concatenate([index.scores, scores]),
        )
        return self._gap("target", beside, TARGET, pair, theirs, ())

    def _only_figures(self, theirs: HeldScale, why: str) -> Gap:
        """A target that has no score: figures beside figures, without points."""
        own = float(self.index.index[self.held.row])
        parts = tuple(self._part(k, why, None, 0.0, theirs) for k in range(len(self._ids)))
        whole = not_measured(POINTS, why)
        return Gap("target", self.audience, self.held.unit, TARGET, (own, None), whole, parts)

    def _gap(
        self,
        kind: Kind,
        index: Index,
        versus: str,
        pair: Rows | None,
        theirs: HeldScale,
        notes: tuple[str, ...],
    ) -> Gap:
        unit, time = self.held.unit, self.time
        own, other = (float(index.index[index.row(name, time)]) for name in (unit, versus))
        drawn = None if pair is None else pair[0][:, -1] - pair[1][:, -1]
        parts = parts_of(index, unit, versus, time)
        sampled = self.sampled if index is self.index else None
        moved = drawn_parts(index, unit, versus, time, pair, sampled)
        return Gap(
            kind,
            self.audience,
            unit,
            versus,
            (own, other),
            self._sampled(own - other, drawn, POINTS, "difference of two scores"),
            tuple(self._part(k, parts, moved, own - other, theirs) for k in range(len(self._ids))),
            notes,
        )

    @property
    def _ids(self) -> tuple[str, ...]:
        return self.index.tree.ids

    def _part(
        self,
        place: int,
        parts: list[float] | str,
        moved: FloatArray | None,
        difference: float,
        theirs: HeldScale,
    ) -> GapPart:
        leaf, share = self.index.tree.indicators[place], None
        if isinstance(parts, str):
            contribution = not_measured(POINTS, parts)
        else:
            drawn = None if moved is None else moved[:, place]
            contribution = self._sampled(parts[place], drawn, POINTS, "exact part of a difference")
            share = parts[place] / difference if difference != 0 else None
        return figure_part(
            leaf,
            place,
            Figures(self.held.figures, theirs.figures, self.held.draws, theirs.draws),
            contribution,
            share,
            self._elastic[leaf.id],
            self.within.get(leaf.id),
            self.degrees,
            self.confidence,
        )

    @cached_property
    def _elastic(self) -> Mapping[str, Estimate]:
        return elasticities(self.held, degrees=self.degrees, confidence=self.confidence)

    def _sampled(self, value: float, drawn: FloatArray | None, unit: str, how: str) -> Estimate:
        return sampled_estimate(
            value, drawn, unit, how, degrees=self.degrees, confidence=self.confidence
        )


__all__ = ["POINTS", "TARGET", "Audience", "Gap", "GapPart", "gaps"]
