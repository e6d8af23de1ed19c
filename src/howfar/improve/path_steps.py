"""Steps of the path made of evidence: effects of changes, and gaps to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from howfar.improve.association import Association
from howfar.improve.change_costs import ChangeCosts
from howfar.improve.cost_figure import CostPerEffect
from howfar.improve.effect import Effect
from howfar.improve.evidence import GAIN
from howfar.improve.experiments.plan import Plan
from howfar.improve.gap import Gap, GapPart
from howfar.improve.lexicon import DENIAL, quoted
from howfar.improve.path import Settling, Source, Step, assured
from howfar.improve.returned_experiments import Done
from howfar.improve.wording import effect_sentence, figure, not_concluded, relation, why_graded
from howfar.schema.estimate import Estimate, exact, not_measured
from howfar.study.changes import Change

_AFTER: Final = (
    "the same figure of the same channels against the same others, from {weeks} whole weeks after "
    "the next channels begin"
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_BREAKS = re.compile(r"[\W_]+")


def effect_step(
    change: Change,
    effect: Effect,
    *,
    settling: Settling | None,
    costs: ChangeCosts,
    weeks: int,
    extend_to: tuple[str, ...] = (),
    dates: tuple[str, ...] = (),
) -> Step:
    """A change that was made and what was found of it.

    weeks: with the change in force, as many as the effect was measured over. extend_to: channels of
    ours that did not change: what was found elsewhere need not hold there. dates: of a practice,
    all days on which it was taken up.
    """
    name = quoted(change.what)
    denied = list(not_concluded(effect, name))
    nothing = f"{DENIAL} that nothing happened."
    if effect.relative.value is not None and not assured(effect.relative):
        denied = [nothing, *(told for told in denied if told != nothing)]
    if extend_to and effect.grade in GAIN:
        denied.append(f"{DENIAL} that channels on which it was not yet done answer alike.")
    spent, cost = _spent(costs)
    return Step(
        id=change.id,
        kind="effect",
        aspect=change.property,
        title=name,
        what=f"{name}, from {' and '.join(dates) or str(change.date)[:10]} on",
        outcome=effect.outcome,
        grade=effect.grade,
        size=effect.relative,
        said=effect_sentence(effect, name),
        why=why_graded(effect),
        channels=change.channels,
        compared=effect.compared,
        better=change.direction,
        checks=effect.checks,
        cost=spent,
        cost_per_effect=cost,
        since=str(change.date)[:10],
        weeks=weeks or None,
        needs=change.after,
        next_measurement=_AFTER.format(weeks=weeks) if weeks else "",
        settling=settling,
        not_to_conclude=tuple(denied),
        source={
            "measure": "effect_of_change",
            "event": change.id,
            "category": "relative",
            "params": params_of(effect),
        },
        apart=(
            _effect_source(change, "average"),
            _effect_source(change, "cumulative"),
            *_cost_sources(change, costs.figures),
            *_test_sources(change.id, settling),
        ),
        notes=effect.notes,
    )


def experiment_step(done: Done) -> Step:
    """An experiment that is over, analysed as it was registered."""
    plan, effect = done.analysis.plan, done.analysis.effect
    name = quoted(plan.change)
    source: Source = {"measure": "effect_of_change", "event": plan.id}
    # Where an arm drew nothing there is no part of it; the difference of the arms is there still.
    part = effect.relative.status == "measured"
    main, other = ("relative", "average") if part else ("average", "relative")
    return Step(
        id=plan.id,
        kind="effect",
        aspect=plan.lever,
        title=name,
        what=f"{name} beside {quoted(plan.control)}: the experiment {quoted(plan.title)}",
        outcome=effect.outcome,
        grade=effect.grade,
        size=effect.relative if part else effect.average,
        said=effect_sentence(effect, name),
        why=why_graded(effect),
        channels=plan.channels,
        compared=effect.compared,
        better=done.direction,
        checks=effect.checks,
        cost=not_measured("", "the books of the experiment are not in the study"),
        since=_first_day(plan),
        next_measurement="the same figure of the same channels once the practice is kept up, "
        "beside channels without it",
        not_to_conclude=not_concluded(effect, name),
        source=source | {"category": main, "params": params_of(effect)},
        apart=(source | {"category": other}, source | {"category": "cumulative"}),
        notes=(*effect.notes, *(f"deviation: {one.said}" for one in done.analysis.deviations)),
    )


def _first_day(plan: Plan) -> str:
    """The day on which an experiment began, where its periods are days; else nothing."""
    start = plan.lot.start or ""
    return start if _DAY.fullmatch(start) else ""


def params_of(effect: Effect) -> str:
    """The settings of an effect's rows: design and outcome."""
    return f"design={effect.design};outcome={effect.outcome}"


def gap_step(
    gap: Gap,
    part: GapPart,
    channels: tuple[str, ...],
    *,
    settling: Settling | None,
    weeks: int | None,
    names: Mapping[str, str] | None = None,
) -> Step:
    """One indicator within control that sets a unit apart from another.

    names: printed names of units that are channels.
    """
    assert part.within is not None  # only what is within control makes a step
    id, where = gap_id(gap, part), gap.audience.said
    unit, versus = ((names or {}).get(one, one) for one in (gap.unit, gap.versus))
    own, other = (_figure(x) for x in (part.own, part.other))
    verb = relation("D", False, "gap")
    told = f"{part.name} of {unit} ({own} {part.unit}) {verb} that of {versus} ({other})"
    if part.contribution.value is not None:
        points = figure(part.contribution.value)
        told += f"; of the distance between the two in the index it is {points} points"
        told += "" if part.share is None else f", {figure(part.share, percent=True)} of all"
    source = gap_source(gap) | {"category": f"part: {part.indicator}"}
    params = f"kind={gap.kind};within={part.within}"
    return Step(
        id=id,
        kind="gap",
        aspect=part.within,
        title=f"{part.name}: {unit}, {where}",
        what=f"{part.name} of {unit} for {where}, beside {versus} ({_KINDS[gap.kind]})",
        outcome=part.name,
        grade="D",
        size=part.relative,
        said=f"{told}.",
        why="Grade D: a gap is a difference and nothing more.",
        channels=channels,
        compared=(gap.versus,),
        better=-1 if part.direction < 0 else 1,
        cost=not_measured("", "no change was made yet, so none was paid for"),
        weeks=weeks,
        next_measurement=f"{part.name} of both in the next period, and the index of both",
        settling=settling,
        not_to_conclude=(
            f"{DENIAL} that closing this gap would bring {unit} nearer to {versus} in anything but "
            "this figure.",
            f"{DENIAL} that {versus} stands where it stands for this reason.",
        ),
        source=source | {"params": f"{params};of=relative"},
        apart=(
            gap_source(gap) | {"category": "gap", "params": f"kind={gap.kind}"},
            *(
                source | {"params": f"{params};of={of}"}
                for of in ("figure", "points", "elasticity")
            ),
            *_test_sources(id, settling),
        ),
        notes=gap.notes,
    )


def gap_id(gap: Gap, part: GapPart) -> str:
    """The id of a gap's step."""
    return slug(f"gap-{gap.kind}-{gap.unit}-{gap.audience.said}-{part.indicator}")


def association_step(
    one: Association, channels: tuple[str, ...], *, settling: Settling | None, weeks: int | None
) -> Step:
    """A property of posts, within control, that goes with more or less engagement."""
    assert one.within is not None  # only what is within control makes a step
    id = slug(f"posts-{one.name}-{one.level}-{one.reference}-{one.outcome}")
    source: Source = {
        "measure": "post_association",
        "category": f"{one.name}: {one.level}",
        "versus": one.reference,
    }
    params = f"outcome={one.outcome};within={one.within}"
    return Step(
        id=id,
        kind="association",
        aspect=one.within,
        title=f"{one.name}: {quoted(one.level)} beside {quoted(one.reference)}",
        what=f"posts of {one.name} {quoted(one.level)} beside {quoted(one.reference)}, of the same "
        "channel in the same week",
        outcome=f"{one.outcome} a post",
        grade=one.grade,
        size=one.relative,
        said=one.said,
        why=f"Grade {one.grade}: {_ASSOCIATED[one.grade == 'C']}; {one.n_posts:,} posts beside "
        f"{one.n_reference:,}.",
        channels=channels,
        checks=one.checks,
        cost=not_measured("", "no change was made yet, so none was paid for"),
        weeks=weeks,
        next_measurement="the same comparison in posts whose form was drawn by lot",
        settling=settling,
        not_to_conclude=(
            f"{DENIAL} that {one.outcome} would differ if posts were made otherwise: channels "
            "choose what they post in which form, and when.",
        ),
        source=source | {"params": f"{params};of=relative"},
        apart=(source | {"params": f"{params};of=figure"}, *_test_sources(id, settling)),
    )


_ASSOCIATED: Final[Mapping[bool, str]] = {
    True: "an association, adjusted for channel, week and all else that is known of the posts",
    False: "an association of which a check did not pass",
}
_KINDS: Final[Mapping[str, str]] = {
    "peer": "the next above",
    "best": "the best",
    "target": "its own target",
}


def gap_source(gap: Gap) -> Source:
    """Dimensions of the rows of a gap: null where its audience leaves one free."""
    return {
        "measure": "gap_to_others",
        "organisation": gap.unit,
        "versus": gap.versus,
        "platform": gap.audience.platform,
        "language": gap.audience.language,
        "country": gap.audience.country,
    }


def slug(text: str) -> str:
    """A text as an anchor: letters and digits of any script, and hyphens."""
    return _BREAKS.sub("-", text).strip("-").lower()


def _figure(value: float | None) -> str:
    return "no figure" if value is None else figure(value)


def _spent(costs: ChangeCosts) -> tuple[Estimate, Estimate | None]:
    """What the change cost, and what one more of its outcome cost."""
    if not costs.figures:
        return not_measured("", costs.why), None
    first = costs.figures[0]
    spent = exact(first.spend.amount, first.spend.currency, "what the books say")
    return spent, first.estimate


def part_source(change: Change) -> Source:
    """Where the relative effect of one change stands that is told together with others."""
    return _effect_source(change, "relative")


def _effect_source(change: Change, category: str) -> Source:
    return {"measure": "effect_of_change", "event": change.id, "category": category}


def _cost_sources(change: Change, costs: tuple[CostPerEffect, ...]) -> list[Source]:
    if not costs:
        return []
    base: Source = {"measure": "cost_per_effect", "event": change.id}
    return [base | {"category": "spend"}] + [
        base | {"category": kind} for kind in dict.fromkeys(one.kind for one in costs)
    ]


def _test_sources(step: str, settling: Settling | None) -> list[Source]:
    if settling is None or settling.detectable.status != "measured":
        return []
    return [{"measure": "planned_experiment", "event": step, "category": "detectable"}]
