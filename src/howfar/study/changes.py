"""Dated changes of practice: what was changed, on which channels, what it cost, what it was for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from howfar.schema.tables import COUNTS
from howfar.study.base import Moment, Part, Text, Texts, repeated
from howfar.study.codes import Slug
from howfar.study.problems import Problem, said, suggest
from howfar.study.registry import Registry
from howfar.study.taxonomy import Property
from howfar.study.window import instant
from howfar.study.within_control import PROPERTIES, refusal

VOLUME = "publishing_volume"
OUTCOMES = (VOLUME, *COUNTS)
"""What a change can have been for: posts a week, or a figure of posts."""

Design = Literal["auto", "its", "did", "synth", "series"]


def _within_control(value: Any) -> Any:
    if isinstance(value, str) and value not in PROPERTIES:
        reason = refusal(value)
        known = f"one of {', '.join(PROPERTIES)}"
        if reason is not None:
            raise ValueError(f'"{value}" is refused: {reason}; {known}')
        raise ValueError(said(f'"{value}" is not within control: {known}',
                              suggest(value, PROPERTIES)))  # fmt: skip
    return value


def _known(value: str) -> str:
    if value not in OUTCOMES:
        raise ValueError(said(f'no outcome "{value}": one of {", ".join(OUTCOMES)}',
                              suggest(value, OUTCOMES)))  # fmt: skip
    return value


class Change(Part):
    """Something that was changed on a day, on channels of ours, and that may have had an effect."""

    id: Slug
    """Short name of the change."""
    date: Moment
    """From when on it held; without offset in the window's time zone."""
    end: Moment | None = None
    """When it was undone, exclusive; what comes after is left out."""
    channels: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    """Ids of the channels that changed; of a change on several dates one table for each date."""
    property: Annotated[Property, BeforeValidator(_within_control)]
    """What was changed, of the fixed list of what is within control."""
    what: Text
    """What was changed, in a few words."""
    outcome: Annotated[Text, AfterValidator(_known)] = "reactions"
    """What it was for: publishing_volume (posts a week), or a figure of posts."""
    direction: Literal[1, -1] = 1
    """1: more of the outcome is better. -1: less is better."""
    target: float | None = Field(default=None, gt=-1, allow_inf_nan=False)
    """The relative change that was aimed at: 0.1 is 10 per cent more."""
    controls: Texts = ()
    """Ids of channels to compare with, which did not change; where none is given, all others."""
    design: Design = "auto"
    """How the effect is looked for; auto: an interrupted series beside what did not change."""
    cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """What the change cost in all, up to the end of the window."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217 code of the currency of the cost."""
    after: Texts = ()
    """Ids of changes without which this one cannot be made."""
    practice: Slug | None = None
    """Name of the practice; changes of one name, on several dates, are told as one effect."""
    evidence: str | None = None
    """Address or file that shows the date."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.cost is None) != (self.currency is None):
            raise ValueError("cost and currency go together: give both, or leave both out")
        for name in ("channels", "controls", "after"):
            if (twin := repeated(getattr(self, name))) is not None:
                raise ValueError(f'{name}: "{twin}" is given twice')
        both = [one for one in self.controls if one in self.channels]
        if both:
            raise ValueError(f"{', '.join(both)}: what changed cannot be compared with")
        if self.id in self.after:
            raise ValueError("a change cannot come after itself")
        return self

    def bounds(self, tz: tzinfo) -> tuple[datetime, datetime | None]:
        """First instant and, where it was undone, the end (exclusive) in UTC."""
        return instant(self.date, tz), instant(self.end, tz) if self.end else None


def circle(changes: Sequence[Change]) -> str | None:
    """The first id in ``after`` that is no change, or the circle that they make; else null."""
    known = {one.id: one.after for one in changes}
    for one in changes:
        for name in one.after:
            if name not in known:
                return said(f'"{one.id}" comes after "{name}", which is no change',
                            suggest(name, known))  # fmt: skip
    return _waiting(known)


def _waiting(needs: Mapping[str, Iterable[str]]) -> str | None:
    left = dict(needs)
    while left:
        free = [name for name, after in left.items() if not any(one in left for one in after)]
        if not free:
            return f"each waits for another: {', '.join(left)}"
        for name in free:
            del left[name]
    return None


def unlike(changes: Sequence[Change]) -> str | None:
    """Why changes that name one practice cannot be one effect; else null."""
    ids = {one.id for one in changes}
    for name in dict.fromkeys(one.practice for one in changes if one.practice is not None):
        of = [one for one in changes if one.practice == name]
        if name in ids:
            return f'practice "{name}": a change has this id; give one of the two another name'
        for key in ("property", "outcome", "direction", "controls", "design"):
            if len({getattr(one, key) for one in of}) > 1:
                return f'practice "{name}": its changes differ in {key}; they are no one practice'
        if (twin := repeated([c for one in of for c in one.channels])) is not None:
            return f'practice "{name}": "{twin}" takes it up twice'
        if len(of) > 1 and any(one.end is not None for one in of):
            return f'practice "{name}": a change of it was undone; leave its practice out'
    told = {one.id: one.practice or one.id for one in changes}
    needs: dict[str, set[str]] = {name: set() for name in told.values()}
    for one in changes:
        needs[told[one.id]] |= {told[name] for name in one.after} - {told[one.id]}
    return _waiting(needs)


def change_problems(
    changes: Sequence[Change], registry: Registry, at: Callable[[int, str], str]
) -> Iterator[Problem]:
    """What the registry says against the changes: unknown, not ours, without an owner.

    at: gives the place (file:line) of a key of a change, from its number and the key.
    """
    for number, one in enumerate(changes):
        for key in ("channels", "controls"):
            for name in getattr(one, key):
                row = registry.get(name)
                where = at(number, key)
                if row is None:
                    hint = suggest(name, registry.ids) or "add it to channels.csv"
                    yield Problem(
                        where, f'changes[{number + 1}].{key}: no channel "{name}" in channels.csv',
                        "", hint,
                    )  # fmt: skip
                elif key == "channels" and (row.role != "ours" or not row.named):
                    why = f"has the role {row.role}" if row.role != "ours" else "may not be named"
                    yield Problem(
                        where,
                        f'changes[{number + 1}].channels: "{name}" {why}',
                        "channels of role ours that may be named; no other is advised",
                        "leave the channel out, or mend its row in channels.csv",
                    )
                elif key == "channels" and not (row.declared_owner or "").strip():
                    yield Problem(
                        where,
                        f'changes[{number + 1}].channels: "{name}" declares no owner',
                        "channels that openly say whose they are; no other is advised",
                        "fill declared_owner in channels.csv, or leave the channel out",
                    )
