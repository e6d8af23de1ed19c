"""Registering an experiment: the plan, the lot and the promise in one file, with its hash.

The registration is the user's plan, word for word, with what the program adds at its end. Its
SHA-256 is to be left with somebody else (a registry, a witness, an e-mail) before the start: only
then can anybody see later that nothing was changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from howfar.errors import StudyError
from howfar.improve.experiments.design import Schedule, chosen, draw_schedule, tellable
from howfar.improve.experiments.placebo import Past, frame_for
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.experiments.power import Promise


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A registered experiment: the text of its file, the text's SHA-256, its plan and its lot."""

    text: str
    sha256: str
    plan: Plan
    schedule: Schedule


def sha256_of(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as ``sha256sum`` gives it of the file."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def register(
    text: str,
    file: str,
    past: Past,
    *,
    on: date,
    seed: int,
    howfar: str,
    past_sha256: str | None = None,
    promised: Promise | None = None,
) -> Registration:
    """Draw the lot once, from the seed, and write the registration.

    Parameters
    ----------
    text : the plan's file, as it is. past : for pairs; of a geo test with units by choice no lot is
        drawn. on : today. seed : of the lot; it is written down, so that the lot can be drawn
        again. promised : what ``promise`` found.

    Raises
    ------
    StudyError
        Where the plan is wrong (an ethics field that is not filled, a property that is refused),
        is registered already, or has a lot so small that nothing could ever be found.
    """
    plan = parse_plan(text, file)
    if plan.registered is not None or plan.assignment:
        raise StudyError(
            "this experiment is registered already",
            file,
            "a plan without [registered] and [assignment]",
            "to change it, write a new plan with an id of its own, and keep the old registration",
        )
    frame = frame_for(plan, past)
    lot = tellable(plan, frame)
    if not lot.enough:
        raise StudyError(lot.said, file, f"p down to {plan.level:.2g}", "add units or blocks")
    if plan.design == "geo" and plan.lot.treated:
        schedule = chosen(frame, plan.lot.treated)
    else:
        schedule = draw_schedule(frame, np.random.default_rng(seed))
    lines = [text.rstrip("\n"), "", "# Below this line: written by howfar when it was registered."]
    lines += ["[registered]", f"on = {on.isoformat()}", f'howfar = "{howfar}"', f"seed = {seed}"]
    if past_sha256 is not None:
        lines.append(f'past_sha256 = "{past_sha256}"')
    if promised is not None and promised.at_hoped.value is not None:
        lines.append(f"promised_effect = {plan.power.effect!r}")
        lines.append(f"promised_power = {promised.at_hoped.value!r}")
    lines += ["", "[assignment]"]
    lines += [f"{_quoted(unit)} = [{_quoted(stratum)}, {_quoted(arm)}]"
              for unit, stratum, arm in schedule.rows()]  # fmt: skip
    whole = "\n".join(lines) + "\n"
    return Registration(whole, sha256_of(whole), parse_plan(whole, file), schedule)


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in plain) + '"'
