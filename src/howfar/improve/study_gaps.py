"""The gaps of a study: each of our units, for each audience, to peers, to the best, to targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from howfar.assess.build import build
from howfar.assess.declared import recipe_of, tree_of
from howfar.assess.feed import Fed, from_results, from_table
from howfar.assess.net import net_of
from howfar.assess.profile import DEFAULT
from howfar.assess.propagate import propagate
from howfar.errors import StudyError
from howfar.improve.audience_figures import audiences, figures_for, leaf_of, listed, of_audience
from howfar.improve.compared_units import Compared, compared_units
from howfar.improve.control import advised, of_figure, of_indicators
from howfar.improve.figure_gaps import NO_INDEX, figure_gaps
from howfar.improve.gap import Audience, Gap
from howfar.improve.gaps import gaps
from howfar.schema.comparable import Ground
from howfar.schema.measure import Sampling
from howfar.study.file import Study
from howfar.study.index_part import IndexPart
from howfar.study.objectives import Objective
from howfar.study.registry import Registry
from howfar.study.taxonomy import Property
from howfar.study.units_table import UnitsTable

_DRAWS = 500
_WHERE = "study.toml, [index]"


@dataclass(frozen=True, slots=True)
class StudyGaps:
    """All gaps of our units, audience by audience, and why there are none of others."""

    gaps: tuple[Gap, ...]
    absent: Mapping[Audience, str]


def study_gaps(
    study: Study,
    channels: Registry,
    held: Ground,
    sampling: Sampling,
    table: UnitsTable | None = None,
    *,
    peer: str | None = None,
    decided: Mapping[str, str] | None = None,
) -> StudyGaps:
    """The gaps of every unit of ours from the run's results (``Sampling.given``).

    Audiences: all that the index puts together; each platform; each platform and language, and each
    platform and country, for which measures give figures of channels. The index is taken apart for
    the first two. For languages and countries, whose figures no index holds, and where the study
    declares no index (then those of the profile), figures stand beside the median of the peers'.

    peer: the unit that ours are to be set against; where null, the next above it. decided:
    indicator -> property of the fixed list, beside what indicators of the index declare
    (``within_control``). Targets: of the index's
    indicators, and of objectives for the first indicator that they name; an objective for other
    languages or countries than the audience's does not count there. Which side of a target is the
    worse one is said by the index's indicator, and without an index by the objective.

    Raises StudyError for a channel of ours without a declared owner, a property that is not within
    control, and a tree or recipe that cannot be.
    """
    advised(channels)
    asked = study.index or listed(study.profile or DEFAULT)
    named = {i.id: i.within_control for i in asked.indicators if i.within_control}
    checked = of_indicators(named | dict(decided or {}), _WHERE)
    made = _StudyGaps(study, channels, held, sampling, table, peer, checked)
    found: list[Gap] = []
    absent: dict[Audience, str] = {}
    wanted = {one for o in study.objectives for one in (*o.languages, *o.countries)}
    for audience in audiences(asked, held, sampling.given, wanted):
        try:
            found += made.of(asked, audience)
        except StudyError as error:
            absent[audience] = error.what
    return StudyGaps(tuple(found), absent)


@dataclass(frozen=True, eq=False)
class _StudyGaps:
    study: Study
    channels: Registry
    held: Ground
    sampling: Sampling
    table: UnitsTable | None
    peer: str | None
    decided: Mapping[str, Property]

    def of(self, asked: IndexPart, audience: Audience) -> list[Gap]:
        """The gaps of our units for one audience; StudyError where there is nothing to compare."""
        split = bool(audience.language or audience.country)
        with_index = self.study.index is not None and not split
        if split:
            asked = listed(figures_for(self.sampling.given, audience))
        part = asked.model_copy(update={"platform": audience.platform})
        units = compared_units(part.units, audience.platform, self.held, self.channels)
        ours = [unit for unit in units.members if units.roles[unit] == "ours"]
        if not ours:
            raise StudyError(f"none of our channels is compared for {audience.said}", "the gaps")
        if len(units.members) < 2:
            raise StudyError(f"nobody to compare with for {audience.said}", "the gaps")
        fed = self._fed(part, audience, units)
        if with_index:
            return self._index_gaps(part, audience, fed, ours)
        leaves = [
            leaf_of(one)
            for one in part.indicators
            if not bool(np.isnan(fed.matrix.column(one.id)).all())
        ]
        if not leaves:
            raise StudyError(f"no figure is measured for {audience.said}", "the gaps")
        peers = [unit for unit in units.members if units.roles[unit] != "ours"]
        aims = self._aims(part, audience)
        return [
            gap
            for unit in ours
            for gap in figure_gaps(
                fed.matrix,
                leaves,
                unit,
                peers if self.peer is None or self.peer not in units.members else [self.peer],
                targets={id: target for id, (target, _) in aims.items()},
                better={id: direction for id, (_, direction) in aims.items()},
                within=self._within(part, audience),
                audience=audience,
                degrees=self._degrees,
                confidence=self.sampling.confidence,
                why="an index of all audiences says nothing of one" if split else NO_INDEX,
            )
        ]

    @property
    def _degrees(self) -> float:
        return float(max(self.sampling.draw.n_blocks - 1, 1))

    def _fed(self, part: IndexPart, audience: Audience, units: Compared) -> Fed:
        sampling = self.sampling
        given = {m: of_audience(results, audience) for m, results in sampling.given.items()}
        own = None
        if part.own_columns:
            if self.table is None or (audience.platform not in (None, part.platform)):
                raise StudyError("columns of a table are not told apart by platform", "the gaps")
            columns = tuple(one for one in part.indicators if one.measure is None)
            own = from_table(part.model_copy(update={"indicators": columns}), self.table)
        return from_results(
            part,
            given,
            units.members,
            units.labels,
            sampling.confidence,
            sampling.draw.n_blocks,
            len(sampling.draw.weights),
            sampling.rng,
            own,
        )

    def _index_gaps(
        self, part: IndexPart, audience: Audience, fed: Fed, ours: Sequence[str]
    ) -> list[Gap]:
        tree, recipe, matrix = tree_of(part, _WHERE), recipe_of(part), fed.matrix
        if part.amplification == "net":
            matrix = net_of(matrix, tree)
        if matrix.draws is None:
            index, sampled = build(matrix, tree, recipe), None
        else:
            sampled = propagate(
                matrix, tree, recipe, self.sampling.rng, draws=_DRAWS, degrees=self._degrees
            )
            index = sampled.index
        scored = {
            unit: float(score)
            for unit, score in zip(index.units, index.index, strict=True)
            if not np.isnan(score)
        }
        aims = {i.id: i.target for i in tree.indicators if i.target is not None}
        aims |= {id: target for id, (target, _) in self._aims(part, audience).items()}
        found: list[Gap] = []
        for unit in ours:
            if unit not in scored:
                continue
            found += gaps(
                index,
                matrix,
                unit,
                peer=self._set_against(unit, scored),
                targets=aims,
                within=self._within(part, audience),
                audience=audience,
                sampled=sampled,
                confidence=self.sampling.confidence,
            )
        return found

    def _set_against(self, unit: str, scored: Mapping[str, float]) -> str | None:
        """The peer that was chosen, else the next above; null where that is the best."""
        if self.peer in scored and self.peer != unit:
            return self.peer
        above = sorted((score, name) for name, score in scored.items() if score > scored[unit])
        return above[0][1] if len(above) > 1 else None

    def _aims(self, part: IndexPart, audience: Audience) -> dict[str, tuple[float, int]]:
        """Targets of objectives and their directions, by the plain figure of their measure."""
        found: dict[str, tuple[float, int]] = {}
        for objective in self.study.objectives:
            if (
                objective.target is None
                or not objective.indicators
                or self._elsewhere(objective, audience)
            ):
                continue
            named = [i.id for i in part.indicators if i.measure == objective.indicators[0]]
            if len(named) == 1:
                found.setdefault(named[0], (objective.target, objective.direction))
        return found

    def _elsewhere(self, objective: Objective, audience: Audience) -> bool:
        """Whether an objective is for other languages or countries than the audience's.

        One for some languages is not for all of them together, if the figure is told by language.
        """
        told = self.sampling.given.get(objective.indicators[0], ())
        for key, asked in (("language", objective.languages), ("country", objective.countries)):
            here = getattr(audience, key)
            if here is not None and here not in asked:
                return True
            if here is None and any(one.dims.get(key) in asked for one in told):
                return True
        return False

    def _within(self, part: IndexPart, audience: Audience) -> dict[str, Property]:
        own = {
            id: name for id, name in self.decided.items() if id in {i.id for i in part.indicators}
        }
        found = of_indicators(own, _WHERE)
        for one in part.indicators:
            what = of_figure(one.measure, one.category)
            if what == "frequency" and audience.language:
                what = "language"
            if what is not None:
                found.setdefault(one.id, what)
        return found
