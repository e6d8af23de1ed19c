"""The enhancement path of a study: from its weekly figures, changes, gaps and costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.errors import StudyError
from howfar.improve.association import Associations
from howfar.improve.change_costs import ChangeCosts, change_costs, monday, weeks_of
from howfar.improve.change_effects import (
    Cast,
    cast_of,
    change_effect,
    weekly_relative,
)
from howfar.improve.control import advised
from howfar.improve.conversion_chain import conversion_chain
from howfar.improve.effect import Effect
from howfar.improve.gap import Audience, Gap, GapPart
from howfar.improve.path import Settling, Step, assured, lay_path
from howfar.improve.path_document import path_document
from howfar.improve.path_labels import replace_id, told_apart
from howfar.improve.path_measures import (
    ASSOCIATION,
    CHAIN,
    COST,
    EFFECT,
    EXPERIMENT,
    GAP,
    PATH_DECLARATIONS,
)
from howfar.improve.path_posts import post_associations, settled_in_order
from howfar.improve.path_rows import (
    absent_results,
    association_results,
    chain_results,
    cost_results,
    effect_results,
    gap_results,
    settling_results,
)
from howfar.improve.path_steps import (
    association_step,
    effect_step,
    experiment_step,
    gap_id,
    gap_step,
    part_source,
)
from howfar.improve.planned_tests import Planner, first_changes
from howfar.improve.practice_effects import as_one, practice_effect, practices
from howfar.improve.returned_experiments import Done
from howfar.improve.study_gaps import StudyGaps, study_gaps
from howfar.improve.way_costs import way_results
from howfar.improve.weekly_panel import WeeklyPanel, weekly_panel
from howfar.schema.comparable import Ground
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Sampling
from howfar.study.changes import VOLUME, Change
from howfar.study.costs_table import CostsTable
from howfar.study.file import Study
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable

MOST_GAPS: Final = 8
"""Gaps that become steps, the largest first, where they are clear; the results hold all."""
_LEVELS: Final[Mapping[str, str]] = {VOLUME: "activity", "views": "output"}
"""Level of the outcomes that are no out-take."""


@dataclass(frozen=True)
class Given:
    """What a path is made of, beside the study and its channels.

    panel_rows: weekly_panel.panel_rows, reduced. posts: post_table.post_rows of our channels,
    reduced. costs: of costs.csv, table: of the index, where there is one. held: what figures rest
    on. ways: way_costs.way_rows of our channels, reduced. experiments: that are over.
    ``Sampling.given``: the run's results.
    """

    panel_rows: pa.Table
    posts: pa.Table
    costs: CostsTable | None
    table: UnitsTable | None
    held: Ground
    sampling: Sampling
    ways: pa.Table
    experiments: tuple[Done, ...] = ()


@dataclass
class Laid:
    """Rows of the results by measure, and the path as a document; null where none is laid."""

    rows: dict[str, list[Result]] = field(default_factory=dict)
    document: dict[str, Any] | None = None

    def add(self, measure: str, rows: Iterable[Result]) -> None:
        """Put rows under a measure."""
        self.rows.setdefault(measure, []).extend(rows)


def wanted(study: Study, channels: Registry) -> bool:
    """Whether a study has a path: channels of its own, and changes, an index or targets."""
    aims = any(objective.target is not None for objective in study.objectives)
    made = study.changes or study.experiments
    return bool(channels.ours) and bool(made or study.index or aims)


def study_path(study: Study, channels: Registry, given: Given) -> Laid:
    """Lay the path: effects of the study's changes, gaps of its index, tests, costs, and the order.

    Advice is given only for channels of ours that declare their owner: where one does not, no path
    is laid and every figure says why. Deterministic under the generator of ``sampling``.
    """
    laid = Laid()
    try:
        ours = {row.channel for row in advised(channels)}
    except StudyError as error:
        return _refused(error)
    panel = weekly_panel(given.panel_rows, given.sampling)
    posts = settled_in_order(given.posts)
    begun = ((_day(c.bounds(study.zone)[0]), c.channels) for c in study.changes)
    changed = first_changes(panel, begun)
    planner = Planner(panel, posts, given.sampling.confidence, given.sampling.rng, changed)
    taken = {change.id for change in study.changes}
    taken |= set(practices(study.changes))
    taken |= {done.analysis.plan.id for done in given.experiments}
    steps = _of_experiments(given, laid)
    steps += _of_changes(study, given, panel, planner, ours, laid)
    found = study_gaps(study, channels, given.held, given.sampling, given.table)
    steps += _of_gaps(found, channels, planner, laid, taken)
    looked_at = (
        len(study.changes) + len(given.experiments) + sum(len(gap.parts) for gap in found.gaps)
    )
    seen = post_associations(given.posts, given.sampling.confidence, study.zone)
    if seen is not None:
        looked_at += seen.family
        steps += _of_associations(seen, given.posts, planner, laid, taken)
    _chain(posts, given.sampling.confidence, laid)
    if given.costs is not None:
        laid.add(COST.id, way_results(given.ways, given.costs, given.sampling))
    path = lay_path(told_apart(steps, _names(channels)), looked_at=looked_at)
    laid.document = path_document(path)
    for declaration in PATH_DECLARATIONS:
        if not laid.rows.get(declaration.id):
            laid.add(declaration.id, [Result(not_measured(declaration.unit, _WHY[declaration.id]))])
    return laid


_WHY: Final[Mapping[str, str]] = {
    ASSOCIATION.id: "our own posts are too few, or have no reactions",
    EFFECT.id: "the study dates no change ([[changes]] in study.toml) and names no experiment",
    GAP.id: "no figure of our channels stands beside one of others",
    COST.id: "no change is dated, and costs.csv has no line of a channel of ours with posts",
    CHAIN.id: "no post has two steps of the chain (views, clicks)",
    EXPERIMENT.id: "no step could be put to a test on the study's own past",
}


def _refused(error: StudyError) -> Laid:
    laid = Laid()
    for declaration in PATH_DECLARATIONS:
        laid.add(declaration.id, [Result(not_measured(declaration.unit, error.what))])
    laid.document = path_document(lay_path([], notes=[error.what]))
    return laid


def _of_experiments(given: Given, laid: Laid) -> list[Step]:
    """Steps of experiments that are over: the only ones that can have grade A."""
    steps = []
    for done in given.experiments:
        plan, effect = done.analysis.plan, done.analysis.effect
        alone = plan.channels[0] if len(plan.channels) == 1 else None
        level = _LEVELS.get(plan.outcome.column, "out-take")
        laid.add(EFFECT.id, effect_results(effect, plan.id, level=level, channel=alone))
        steps.append(experiment_step(done))
    return steps


def _of_changes(
    study: Study,
    given: Given,
    panel: WeeklyPanel,
    planner: Planner,
    ours: set[str],
    laid: Laid,
) -> list[Step]:
    sampling = given.sampling
    compared = frozenset(given.held.compared)
    together = practices(study.changes)
    joined = {change.id: name for name, of in together.items() for change in of}
    steps, casts = [], {}
    rest = tuple(sorted(ours - {c for one in study.changes for c in one.channels}))
    for change in study.changes:
        begin, end = change.bounds(study.zone)
        cast = cast_of(panel, change, study.changes, compared, _day(begin), _day_or_none(end))
        casts[change.id] = cast
        effect = change_effect(panel, cast, confidence=sampling.confidence, rng=sampling.rng)
        alone = change.channels[0] if len(change.channels) == 1 else None
        laid.add(
            EFFECT.id,
            effect_results(
                effect,
                change.id,
                level=_LEVELS.get(change.outcome, "out-take"),
                channel=alone,
                periods=_periods(panel),
                weekly=weekly_relative(effect),
            ),
        )
        costs = change_costs(given.costs, change, study.changes, effect, panel, cast)
        laid.add(COST.id, cost_results(costs.figures, change.id, costs.why))
        if change.id in joined:
            continue
        settling = _settled_by(planner, change, effect, laid)
        step = effect_step(
            change,
            effect,
            settling=settling,
            costs=costs,
            weeks=_weeks_since(panel, cast),
            extend_to=rest,
        )
        steps.append(replace(step, needs=_needed(step.needs, joined)))
    for name, changes in together.items():
        own = [casts[change.id] for change in changes]
        effect = practice_effect(panel, own, confidence=sampling.confidence, rng=sampling.rng)
        change = as_one(name, changes)
        level = _LEVELS.get(change.outcome, "out-take")
        laid.add(EFFECT.id, effect_results(effect, name, level=level))
        step = effect_step(
            change,
            effect,
            settling=_settled_by(planner, change, effect, laid),
            costs=ChangeCosts((), "what it cost stands with each of its changes"),
            weeks=max(_weeks_since(panel, cast) for cast in own),
            extend_to=rest,
            dates=tuple(sorted({str(one.date)[:10] for one in changes})),
        )
        parts = tuple(part_source(one) for one in changes)
        steps.append(replace(step, needs=_needed(step.needs, joined), apart=(*step.apart, *parts)))
    return steps


def _settled_by(planner: Planner, change: Change, effect: Effect, laid: Laid) -> Settling:
    hoped = change.target or assured(effect.relative) or None
    settling, powers = planner.settling(change.property, change.channels, change.outcome, hoped)
    laid.add(EXPERIMENT.id, settling_results(settling, change.id, powers))
    return settling


def _needed(needs: tuple[str, ...], joined: Mapping[str, str]) -> tuple[str, ...]:
    """Steps that have to come before: of a change that is told with others, its practice."""
    return tuple(dict.fromkeys(joined.get(one, one) for one in needs))


def _of_gaps(
    found: StudyGaps, channels: Registry, planner: Planner, laid: Laid, taken: set[str]
) -> list[Step]:
    """Steps of the largest gaps within control; rows of all gaps."""
    chosen: dict[tuple[Audience, str, str], tuple[Gap, GapPart]] = {}
    laid.add(GAP.id, absent_results(found.absent))
    for gap in found.gaps:
        laid.add(GAP.id, gap_results(gap))
        for part in gap.parts:
            key = (gap.audience, gap.unit, part.indicator)
            if _is_behind(part) and (key not in chosen or _nearer(gap, chosen[key][0])):
                chosen[key] = gap, part
    order = sorted(
        chosen.values(),
        key=lambda one: (
            -assured(one[1].relative),
            -abs(one[1].relative.value or 0.0),
            gap_id(*one),
        ),
    )
    steps = []
    for gap, part in order[:MOST_GAPS]:
        assert part.within is not None  # what is behind is within control
        own = _channels_of(channels, gap)
        settling, powers = planner.settling(part.within, own, "reactions", None)
        step = gap_step(
            gap, part, own, settling=settling, weeks=settling.weeks, names=_names(channels)
        )
        step = replace_id(step, taken)
        laid.add(EXPERIMENT.id, settling_results(settling, step.id, powers))
        steps.append(step)
    return steps


def _of_associations(
    seen: Associations, posts: pa.Table, planner: Planner, laid: Laid, taken: set[str]
) -> list[Step]:
    """Steps of what was found and is within control; rows of all comparisons."""
    steps = []
    channels = tuple(sorted({str(name) for name in posts["channel"].to_pylist()}))
    for one in seen.items:
        laid.add(ASSOCIATION.id, association_results(one))
        if not one.found or one.within is None:
            continue
        hoped = assured(one.relative) or None
        settling, powers = planner.settling(one.within, channels, one.outcome, hoped)
        step = association_step(one, channels, settling=settling, weeks=settling.weeks)
        step = replace_id(step, taken)
        laid.add(EXPERIMENT.id, settling_results(settling, step.id, powers))
        steps.append(step)
    return steps


def _is_behind(part: GapPart) -> bool:
    """Whether a figure within control clearly lies on the worse side, if anybody said which."""
    distance = part.distance.value
    if part.within is None or distance is None or not assured(part.relative):
        return False
    return distance * part.direction < 0


def _nearer(gap: Gap, other: Gap) -> bool:
    """A target that was set counts before the best, the best before the next above."""
    order = ("target", "best", "peer")
    return order.index(gap.kind) < order.index(other.kind)


def _names(channels: Registry) -> dict[str, str]:
    rows = [row for name in channels.ids if (row := channels.get(name)) is not None and row.named]
    return {row.channel: row.name for row in rows}


def _channels_of(channels: Registry, gap: Gap) -> tuple[str, ...]:
    """Our channels behind a unit of a gap, on the platform of its audience."""
    rows = [row for name in channels.ours if (row := channels.get(name)) is not None]
    return tuple(
        row.channel
        for row in rows
        if gap.unit in (row.channel, row.organisation)
        and gap.audience.platform in (None, row.platform)
    )


def _chain(posts: pa.Table, confidence: float, laid: Laid) -> None:
    """Views to clicks of our channels' own posts, channel by channel, clustered by week."""
    names = np.array(posts["channel"].to_pylist(), dtype=object)
    weeks = posts["week"].to_numpy()
    counts = {m: posts[m].to_numpy().astype(np.float64) for m in ("views", "clicks")}
    both = np.isfinite(counts["views"]) & np.isfinite(counts["clicks"])
    if not both.any():
        return
    for channel in sorted({str(name) for name in names[both]}):
        of = both & (names == channel)
        chain = conversion_chain(
            {m: x[of] for m, x in counts.items()},
            weeks[of],
            confidence=confidence,
        )
        laid.add(CHAIN.id, chain_results(chain, channel=channel))


def _weeks_since(panel: WeeklyPanel, cast: Cast) -> int:
    first, last = weeks_of(panel, cast)
    return last - first if cast.treated else 0


def _day(moment: dt.datetime) -> float:
    """Days since 1970 UTC, with their part: a week is whole only from its first instant on."""
    return moment.timestamp() / 86_400


def _day_or_none(moment: dt.datetime | None) -> float | None:
    return None if moment is None else _day(moment)


def _periods(panel: WeeklyPanel) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    found = {}
    for place in range(panel.weeks.size):
        start = dt.datetime.combine(monday(panel, place), dt.time(), dt.UTC)
        found[panel.label(place)] = (start, start + dt.timedelta(7))
    return found
