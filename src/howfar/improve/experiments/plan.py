"""The file of an experiment: what is changed, on what, by which lot, and how it will be judged."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from howfar.errors import StudyError
from howfar.improve.experiments.plan_parts import (
    Arm,
    Columns,
    CostPart,
    Delivery,
    Kind,
    LotPart,
    Outcome,
    PowerPart,
    Registered,
    Scale,
    Test,
    lot_problems,
)
from howfar.study.base import Part, Text, Texts, repeated
from howfar.study.codes import Slug
from howfar.study.taxonomy import Property
from howfar.study.toml_file import parse_toml
from howfar.study.within_control import check_property, refusal

_SHORTEST_ETHICS: Final = 40
_PLACEHOLDER = re.compile(
    r"^\W*(todo|tbd|tba|fill|to be|n/?a\b|none\b|nothing\b|not applicable|lorem|xxx|\.\.\.|…)", re.I
)
ETHICS: Final = (
    "who may be touched by the change, what could go wrong for them, who looked at that and "
    "agreed, and when the experiment is broken off"
)
"""What the ethics field has to say."""


class Plan(Part):
    """An experiment, before it starts."""

    id: Slug
    """Short name."""
    title: Text
    """Title as printed."""
    question: Text
    """What is to be found out, in one sentence."""
    hypothesis: Text
    """What is expected, and why; said before."""
    design: Kind
    """posts: A/B of posts; switchback: in time; clusters: countries, languages; geo: few units."""
    lever: Annotated[Property, Field(alias="property")]
    """What is changed: one of the fixed list of what is within control."""
    control: Text
    """What the arm without the change does."""
    change: Text
    """What the arm with the change does."""
    owner: Text
    """Declared owner of all channels: the institution that openly says that they are its own."""
    channels: Texts
    """Channels on which it is done."""
    ethics: str
    """Who may be touched, what could go wrong, who agreed, when it is broken off."""
    outcome: Outcome
    """What is counted."""
    columns: Columns = Columns()
    """Columns of the data."""
    lot: LotPart = LotPart()
    """What the lot is drawn over."""
    test: Test = Test()
    """How it will be judged."""
    power: PowerPart = PowerPart()
    """What is hoped for."""
    cost: CostPart | None = None
    """What it costs."""
    delivery: Delivery = Delivery()
    """Who decides who sees what."""
    stop: Text | None = None
    """Rule for ending early; without one the experiment runs to its end."""
    registered: Registered | None = None
    """Added by registering."""
    assignment: dict[str, Annotated[tuple[str, Arm], Field(strict=False)]] = Field(
        default_factory=dict
    )
    """Added by registering: unit -> stratum and arm."""

    @field_validator("ethics")
    @classmethod
    def _filled(cls, text: str) -> str:
        if len(text) < _SHORTEST_ETHICS or _PLACEHOLDER.match(text):
            raise ValueError(f"must be filled: say {ETHICS}")
        return text

    @field_validator("lever", mode="before")
    @classmethod
    def _within_control(cls, name: Any) -> Any:
        if isinstance(name, str):
            try:
                check_property(name, "property")
            except StudyError as error:
                raise ValueError(f"{error.what}; {error.expected}") from None
        return name

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        for text in (self.control, self.change):
            if (reason := refusal(text)) is not None:
                raise ValueError(f'"{text}" is refused: {reason}')
        if not self.channels:
            raise ValueError("channels: name the channels on which it is done")
        for what, names in (("channels", self.channels), ("lot.units", self.lot.units)):
            if (twin := repeated(names)) is not None:
                raise ValueError(f'{what}: "{twin}" is given twice')
        if self.design == "geo" and (self.test.side != "two-sided" or self.scale == "log"):
            raise ValueError('geo is tested two-sided, on the scale "ratio" or "difference"')
        for problem in lot_problems(self.design, self.lot):
            raise ValueError(problem)
        return self

    @property
    def scale(self) -> Scale:
        """The scale on which arms are compared."""
        return self.outcome.scale or ("log" if self.design == "clusters" else "ratio")

    @property
    def level(self) -> float:
        """Level of the test."""
        return 1.0 - self.test.confidence


def parse_plan(text: str, file: str) -> Plan:
    """Parse the file of an experiment or of its registration; StudyError lists every problem."""
    return parse_toml(Plan, text, file)
