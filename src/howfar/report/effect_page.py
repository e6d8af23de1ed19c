"""The report of one effect that was estimated from a table alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from howfar.report.page import render_sections
from howfar.report.sections.effect import effect_sections
from howfar.report.words import say


def render_effect(document: Mapping[str, Any], run: str) -> str:
    """The page of an effect: what was found, what has to hold, what must not be concluded."""
    words = {"outcome": document["outcome"], "change": document["change"]}
    return render_sections(
        title=say("effect.page", **words),
        question=say("effect.question", **words),
        summary=[document["said"], document["why"]],
        sections=effect_sections(document),
        methods=[],
        declarations={},
        run=run,
        files=say("effect.files"),
    )
