"""The index of a study: which figures make which sub-indices, by which steps and choices."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from howfar.study.base import Part, Text, Texts, repeated
from howfar.study.taxonomy import Property
from howfar.study.toml_file import parse_toml
from howfar.study.within_control import parse_property, refusal

Level = Literal["input", "activity", "output", "out-take", "outcome", "impact"]
Basis = Literal["survey", "experiment", "quasi-experiment", "records"]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Number = Annotated[float, Field(allow_inf_nan=False)]

_CLAIMS = ("outcome", "impact")
ALL_UNITS = ("channel", "organisation", "country", "platform")
"""What an index made of measures can be of: columns of the results."""


class Figure(Part):
    """A figure of a measure, as `howfar explain MEASURE --study` lists them."""

    measure: Text
    """Id of the measure."""
    category: Text | None = None
    """Which of the measure's categories, where it has several."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the figure."""
    platform: Text | None = None
    """Only figures of this platform."""


class IndexIndicator(Part):
    """One column of the table that the index is made of."""

    id: Id
    """Short name."""
    parent: Text
    """Id of the group that it belongs to."""
    name: Text | None = None
    """Name as printed; the id where not given."""
    measure: Text | None = None
    """Id of the measure that it comes from; without one it is a column of the table."""
    category: Text | None = None
    """Which of the measure's categories."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the measure's figure."""
    platform: Text | None = None
    """Only figures of this platform."""
    column: Text | None = None
    """Column of the table; the id where not given."""
    standard_error: Text | None = None
    """Column with the standard error of each value; without it the value counts as known."""
    direction: Literal[1, -1] = 1
    """1: more is better. -1: less is better."""
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Weight relative to its siblings."""
    unit: Text | None = None
    """Unit of the column; of a measure its own."""
    level: Level | None = None
    """Level of a column (output where not given); a measure has its own."""
    basis: Basis | None = None
    """What an outcome or impact rests on; without a basis there is none."""
    denominator: Text | None = None
    """Column to divide by."""
    goalposts: Annotated[tuple[Number, Number] | None, Field(strict=False)] = None
    """Worst and best figure, where the scale is not to depend on who is compared."""
    target: Number | None = None
    """The figure to be reached."""
    within_control: Annotated[Property | None, BeforeValidator(parse_property)] = None
    """What the institution decides by itself if this figure is it, of the fixed list; else none."""
    net: Figure | None = None
    """The same figure net of synchronised amplification, from a measure."""
    net_column: Text | None = None
    """The same figure net of synchronised amplification, as a column of the table."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.measure is None:
            if self.category or self.params or self.platform or self.net:
                raise ValueError("category, params, platform and net go with a measure; add one")
        elif self.column or self.standard_error or self.unit or self.denominator or self.net_column:
            raise ValueError(
                "a measure brings its own column, unit and uncertainty: leave out column, "
                "standard_error, unit, denominator and net_column, or leave out measure"
            )
        elif self.level or self.basis:
            raise ValueError("the level of a measure is its own: leave out level and basis")
        if self.within_control and (reason := refusal(f"{self.id} {self.label}")) is not None:
            raise ValueError(f"it is not within control: {reason}")
        if self.level in _CLAIMS and self.basis is None:
            raise ValueError(
                f"an {self.level} needs a survey, an experiment, a quasi-experiment or rated "
                'records behind it: say which, basis = "survey" for example'
            )
        return self

    @property
    def label(self) -> str:
        """The name as printed."""
        return self.name or self.id

    @property
    def figure(self) -> Figure | None:
        """The measure's figure; none of a column."""
        if self.measure is None:
            return None
        return Figure(
            measure=self.measure,
            category=self.category,
            params=self.params,
            platform=self.platform,
        )


class IndexGroup(Part):
    """A sub-index; the index itself where it has no parent."""

    id: Id
    """Short name."""
    parent: Text | None = None
    """Id of the group that it belongs to; only the index itself has none."""
    name: Text | None = None
    """Name as printed; the id where not given."""
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Weight relative to its siblings."""
    level: Level | None = None
    """Level that the sub-index claims; nothing of a lower level may feed it."""


class IndexPart(Part):
    """A composite index: its tree, the steps that make it, and the other choices that were fair."""

    title: Text | None = None
    """Title of the index; the program adds what it may be called."""
    framework: Text | None = None
    """Why these indicators and groups: the reasoning behind the index, in a few sentences."""
    table: Text | None = None
    """CSV file with one row a unit, relative to the study folder, for columns of your own."""
    units: Text = "channel"
    """What is compared: of measures channel, organisation, country or platform; else any word."""
    platform: Text | None = None
    """Only channels of this platform; without it channels of several are not set side by side."""
    unit_column: Text | None = None
    """Column of the table that names the unit; the first where not given."""
    label_column: Text | None = None
    """Column with the printed names of the units."""
    group_column: Text | None = None
    """Column with the peer group of each unit, for imputation within groups."""
    time_column: Text | None = None
    """Column with the period of each row, for a panel."""
    combine: Literal["mean", "median", "sum"] = "mean"
    """How figures of several channels of one unit are put together."""
    steps: dict[str, Any] = Field(default_factory=dict)
    """denominate, impute, screen, treat, normalise, weigh, aggregate: a method or a table."""
    choices: dict[str, Any] = Field(default_factory=dict)
    """Fair alternatives, by step: a list of methods or tables; varied at random."""
    draws: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Number of random variants of the index."""
    amplification: Literal["raw", "net"] = "raw"
    """Whether figures count with synchronised amplification or net of it, where both are there."""
    links: Texts = ()
    """Columns of the table outside the index, to see whether the index goes with them."""
    link_figures: Annotated[tuple[Figure, ...], Field(strict=False)] = ()
    """Figures of measures outside the index, likewise."""
    groups: Annotated[tuple[IndexGroup, ...], Field(strict=False)]
    """Sub-indices, and the index itself."""
    indicators: Annotated[tuple[IndexIndicator, ...], Field(strict=False)]
    """What is put together."""

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [*(one.id for one in self.groups), *(one.id for one in self.indicators)]
        if (twin := repeated(ids)) is not None:
            raise ValueError(f'the id "{twin}" is given twice; each node needs its own')
        if any(one.measure for one in self.indicators) and self.units not in ALL_UNITS:
            raise ValueError(
                f'units = "{self.units}": figures of measures are of a '
                + ", ".join(ALL_UNITS[:-1])
                + f" or {ALL_UNITS[-1]}"
            )
        return self

    @property
    def own_columns(self) -> bool:
        """Whether any indicator is a column of the user's table."""
        return any(one.measure is None for one in self.indicators)


def parse_index(text: str, file: str) -> IndexPart:
    """Parse a file that holds nothing but an index; StudyError lists every problem, a line each."""
    return parse_toml(IndexPart, text, file)
