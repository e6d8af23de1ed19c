"""One practice that was taken up on several dates: its changes together, as one effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from howfar.errors import StudyError
from howfar.improve.change_effects import Cast, did_effect, nothing, said
from howfar.improve.effect import Effect
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.study.changes import VOLUME, Change


def practices(changes: Sequence[Change]) -> Mapping[str, tuple[Change, ...]]:
    """Changes by the practice that they name, where two or more name it, in their order."""
    named = dict.fromkeys(one.practice for one in changes if one.practice is not None)
    found = {name: tuple(one for one in changes if one.practice == name) for name in named}
    return {name: of for name, of in found.items() if len(of) > 1}


def as_one(name: str, changes: Sequence[Change]) -> Change:
    """The changes of a practice as one that began with the first of them."""
    first = min(changes, key=lambda one: (str(one.date), one.id))
    together = tuple(channel for one in changes for channel in one.channels)
    own = {one.id for one in changes}
    after = dict.fromkeys(i for one in changes for i in one.after if i not in own)
    return first.model_copy(
        update={
            "id": name,
            "channels": together,
            "after": tuple(after),
            "cost": None,
            "currency": None,
        }
    )


def practice_effect(
    panel: WeeklyPanel, casts: Sequence[Cast], *, confidence: float, rng: np.random.Generator
) -> Effect:
    """ATT(g, t) over all dates of a practice; typed, with the reason, where it cannot be measured.

    casts: of the practice's changes. Channels that changed later do not serve as controls, and
    those that never changed serve all of them.
    """
    changes = [cast.change for cast in casts]
    outcome = said(changes[0].outcome)
    usable = [one for one in casts if one.treated and 0 < one.first < panel.weeks.size]
    if len(usable) < len(casts):
        return nothing(outcome, "a change of it lies outside the whole weeks of the window", "did")
    if changes[0].outcome != VOLUME and changes[0].outcome not in panel.total:
        return nothing(outcome, f"no post has {changes[0].outcome}", "did")
    try:
        effect = did_effect(panel, usable, confidence=confidence, rng=rng)
    except StudyError as error:
        return nothing(outcome, error.what, "did")
    except np.linalg.LinAlgError:
        return nothing(outcome, "the model does not settle on these figures", "did")
    dates = sorted({str(one.date)[:10] for one in changes})
    return replace(effect, notes=(*effect.notes, f"Taken up on {', '.join(dates)}."))
