"""The file of an effect that `howfar effect` wrote, read again to set costs against it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from howfar.cli.cost_files import read_file
from howfar.errors import StudyError
from howfar.improve.evidence import GRADES, Grade
from howfar.schema.estimate import Estimate, not_measured


def read_effect(path: Path) -> tuple[Estimate, Grade, str]:
    """The cumulative effect, its grade and its outcome, from the file of `howfar effect --out`."""
    wanted = "effect.json of howfar effect ... --out FOLDER, with its cumulative and grade"

    def wrong(what: str) -> StudyError:
        return StudyError(what, str(path), wanted, "howfar effect --help")

    try:
        document = json.loads(read_file(path, wanted))
    except ValueError as error:
        raise wrong(f"not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("cumulative"), dict):
        raise wrong("no cumulative effect in it")
    grade = next((one for one in GRADES if one == document.get("grade")), None)
    if grade is None:
        raise wrong(f"its grade is none of {', '.join(GRADES)}")
    told: Mapping[str, Any] = document["cumulative"]
    outcome = str(document.get("outcome") or told.get("unit") or "the outcome")
    if told.get("value") is None:
        reason = str(told.get("reason") or "the effect is not measured")
        return not_measured(outcome, reason), grade, outcome
    try:
        # An end without a limit is null in the file.
        low, high = (
            other if told[end] is None else float(told[end])
            for end, other in (("low", -math.inf), ("high", math.inf))
        )
        estimate = Estimate(
            float(told["value"]), low, high, told.get("low_kind", "confidence"),
            told.get("confidence"), told.get("n_posts"), told.get("n_persons"),
            told.get("n_channels"), str(told.get("unit") or outcome), str(told.get("method", "")),
            "measured",
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(f"its cumulative effect cannot be read: {error}") from None
    return estimate, grade, outcome
