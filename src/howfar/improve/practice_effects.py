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

    casts: of the practice's changes, on one platform. Only channels that never changed serve as
    controls, each for all of the dates.
    """
    changes = [cast.change for cast in casts]
    outcome = said(changes[0].outcome)
    silent = [name for one in casts if not one.treated for name in one.change.channels]
    if silent:
        return nothing(outcome, f"no posts of {', '.join(silent)} in whole weeks", "did")
    if not all(0 < one.first < panel.weeks.size for one in casts):
        return nothing(outcome, "a change of it lies outside the whole weeks of the window", "did")
    platforms = sorted({panel.series[n][1] for one in casts for n in one.treated})
    if len(platforms) > 1:
        told = f"its channels are on several platforms ({', '.join(platforms)})"
        return nothing(outcome, f"{told}: what befell one would look like an effect", "did")
    if changes[0].outcome != VOLUME and changes[0].outcome not in panel.total:
        return nothing(outcome, f"no post has {changes[0].outcome}", "did")
    try:
        effect = did_effect(panel, casts, confidence=confidence, rng=rng)
    except StudyError as error:
        return nothing(outcome, error.what, "did")
    except np.linalg.LinAlgError:
        return nothing(outcome, "the model does not settle on these figures", "did")
    dates = sorted({str(one.date)[:10] for one in changes})
    left = {name: why for one in casts for name, why in one.left_out.items()}
    others = [f"Not compared with {name}: it {why}." for name, why in left.items()]
    return replace(effect, notes=(*effect.notes, f"Taken up on {', '.join(dates)}.", *others))
