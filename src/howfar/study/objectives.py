"""What the communication was meant to do: step one of AMEC's Integrated Evaluation Framework."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from howfar.study.base import Countries, Day, Languages, Part, Text, Texts
from howfar.study.codes import Slug


class Objective(Part):
    """What was meant to happen, for whom, by when, and how one would see it."""

    id: Slug
    """Short name of the objective."""
    statement: Text
    """What was meant to happen, in one sentence."""
    audience: Text
    """For whom: the group that was to be reached."""
    countries: Countries = ()
    """Where that audience lives: ISO 3166-1 alpha-2 codes."""
    languages: Languages = ()
    """The audience's languages: BCP 47 tags."""
    by: Day | None = None
    """By when it was to happen."""
    indicators: Texts = ()
    """Ids of the measures that speak of this objective."""
    target: float | None = Field(default=None, allow_inf_nan=False)
    """The figure that was aimed at, in the unit of the first indicator."""
    direction: Literal[1, -1] = 1
    """1: the target is to be reached or passed. -1: the figure is to stay at or below it."""
