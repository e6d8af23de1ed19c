"""What is compared with what, and which indicators make up the profile."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from howfar.study.base import Part, Text
from howfar.study.sources import Capture
from howfar.study.taxonomy import Role


class Peers(Part):
    """Which channels are set side by side."""

    roles: Annotated[tuple[Role, ...], Field(strict=False, min_length=1)] = ("ours", "peer")
    """Roles of the channels compared."""
    capture: Annotated[tuple[Capture, ...], Field(strict=False, min_length=1)] = (
        "complete",
        "sample",
    )
    """Capture classes whose figures may be compared; others are shown apart."""


class Indicator(Part):
    """One indicator of the profile."""

    measure: Text
    """Id of the measure."""
    category: str | None = None
    """Which of the measure's categories, where it has several."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the measure."""
