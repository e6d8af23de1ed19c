"""Why an interval falls short where it does: told beside every figure that fails."""

from __future__ import annotations

import re
from typing import Final

_REASONS: Final = (
    (
        "top_share|lorenz",
        r"top=|p=0\.(?:8|9|95|99)",
        "With n posts the top 1 % (5 %) is a part of one post (of a few) where n is below 100: "
        "the highest posts of the law are not among them, the share comes out too low by up to a "
        "quarter, and weeks drawn anew cannot show posts that no week has. The interval lies too "
        "low. Both measures are one figure: the top share is 1 less the Lorenz curve.",
    ),
    (
        "attention_inequality",
        r"",
        "The Gini coefficient of few posts of a heavy-tailed law lies below that of the law, and "
        "the interval with it; docs/concepts/week-blocks.md tells how far.",
    ),
)


def reason_of(measure: str, figure: str) -> str | None:
    """The reason for a figure that fails; null where none was found yet."""
    for measures, pattern, reason in _REASONS:
        if re.fullmatch(measures, measure) and re.search(pattern, figure):
            return reason
    return None
