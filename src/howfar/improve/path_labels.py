"""Ids and titles of steps that tell them apart, whatever the study calls its changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from howfar.improve.path import Step


def replace_id(step: Step, taken: set[str]) -> Step:
    """The step under an id of its own, which is then taken; its test's rows follow."""
    id, number = step.id, 1
    while id in taken:
        number += 1
        id = f"{step.id}-{number}"
    taken.add(id)
    apart = tuple(one | {"event": id} if one.get("event") == step.id else one for one in step.apart)
    return replace(step, id=id, apart=apart)


def told_apart(steps: Sequence[Step], names: Mapping[str, str]) -> list[Step]:
    """Steps of which no two have the same title, as far as they differ.

    Steps of one title get their channels; those that are still alike their outcome, then the day
    of the change. names: printed names of channels.
    """
    told = list(steps)
    marks = (
        lambda step: ", ".join(names.get(channel, channel) for channel in step.channels),
        lambda step: step.outcome,
        lambda step: step.since,
    )
    for mark in marks:
        alike = Counter(step.title for step in told)
        of = {t: {mark(step) for step in told if step.title == t} for t in alike}
        told = [
            replace(step, title=f"{step.title} ({mark(step)})")
            if alike[step.title] > 1 and len(of[step.title]) > 1
            else step
            for step in told
        ]
    return told
