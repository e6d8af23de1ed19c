"""The study file, study.toml: read, checked, and all that is wrong told at once."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from howfar.errors import StudyError
from howfar.study.base import Part, Text, Texts, repeated
from howfar.study.changes import Change, circle, unlike
from howfar.study.codes import Slug
from howfar.study.comparison import Indicator, Peers
from howfar.study.events import Event
from howfar.study.experiments import Returned
from howfar.study.index_part import ALL_UNITS, IndexPart
from howfar.study.objectives import Objective
from howfar.study.sources import Source
from howfar.study.toml_file import parse_toml
from howfar.study.window import Window

FILE_NAME = "study.toml"


class About(Part):
    """The study itself."""

    id: Slug
    """Short name of the study; the key for its pseudonyms is kept under it."""
    title: Text
    """Title of the report."""
    question: Text
    """The one question that the study is to answer."""
    contact: str | None = None
    """Whom readers of the report may ask."""
    objectives_unknown: Text | None = None
    """Why no objective can be stated; then, and only then, [[objectives]] may be missing."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1.0)
    """Level of the intervals."""
    replicates: int = Field(default=2000, ge=100, le=100_000)
    """Number of bootstrap replicates."""
    seed: int = Field(default=1, ge=0)
    """Seed of everything random."""
    simulated: Text | None = None
    """How the posts were made, where they are simulated and not collected; every part of the
    report then says so."""
    quotes: bool = False
    """Whether the report may quote posts; of channels only."""
    minimum_persons: int = Field(default=10, ge=5)
    """Smallest number of distinct persons in a published cell; never below 5."""
    retention_reason: Text | None = None
    """Why no retention clock applies, a published research data set for example."""
    watched_names: Texts | None = None
    """Names that other accounts may use without being the channel; names and handles of our own
    channels where not given."""


class Study(Part):
    """One question with its objectives, window, sources, events and comparison."""

    objectives: Annotated[tuple[Objective, ...], Field(strict=False)] = ()
    """What was meant to happen, for whom, by when. State this first."""
    about: About = Field(alias="study")
    """Name, title, question and settings."""
    window: Window
    """The time that the study speaks of."""
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = ()
    """Where the posts come from."""
    events: Annotated[tuple[Event, ...], Field(strict=False)] = ()
    """Dated happenings."""
    changes: Annotated[tuple[Change, ...], Field(strict=False)] = ()
    """Dated changes of practice on channels of ours."""
    experiments: Annotated[tuple[Returned, ...], Field(strict=False)] = ()
    """Experiments on channels of ours that are over."""
    peers: Peers = Field(default_factory=Peers)
    """What is compared with what."""
    profile: Annotated[tuple[Indicator, ...], Field(strict=False)] = ()
    """Indicators of the profile; howfar's own choice where none is listed."""
    index: IndexPart | None = None
    """A composite index of what is compared; none where it is left out."""

    @field_validator("about")
    @classmethod
    def _objectives_stated(cls, about: About, info: ValidationInfo) -> About:
        # "objectives" is absent from the data where they were given but are wrong.
        if info.data.get("objectives") == () and not about.objectives_unknown:
            raise ValueError(
                "no objectives: add an [[objectives]] table (id, statement, audience), or say "
                'under [study] why there is none: objectives_unknown = "..."'
            )
        return about

    @field_validator("objectives", "sources", "events", "changes")
    @classmethod
    def _own_names(cls, tables: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [table.name if isinstance(table, Source) else table.id for table in tables]
        if (name := repeated(names)) is not None:
            raise ValueError(f'"{name}" is used twice; each needs its own name')
        return tables

    @field_validator("sources")
    @classmethod
    def _one_main(cls, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        if sources and all(source.use == "recheck" for source in sources):
            raise ValueError(
                'every source is a recheck: at least one must have use = "main", since a recheck '
                "only adds observations to posts of other sources"
            )
        return sources

    @field_validator("index")
    @classmethod
    def _of_what_is_compared(cls, index: IndexPart | None) -> IndexPart | None:
        if index is None:
            return None
        if index.units not in ALL_UNITS:
            raise ValueError(
                f'units = "{index.units}": in a study one of {", ".join(ALL_UNITS)}; for any other '
                "table use howfar index TABLE.csv TREE.toml"
            )
        if index.own_columns and index.table is None:
            raise ValueError('indicators without a measure are columns: name the table = "....csv"')
        if index.time_column is not None:
            raise ValueError("a panel over time is for howfar index; a study has one window")
        return index

    @field_validator("changes")
    @classmethod
    def _after_each_other(cls, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        if (wrong := circle(changes) or unlike(changes)) is not None:
            raise ValueError(wrong)
        return changes

    @field_validator("changes")
    @classmethod
    def _within_window(
        cls, changes: tuple[Change, ...], info: ValidationInfo
    ) -> tuple[Change, ...]:
        if (window := info.data.get("window")) is None:
            return changes
        for change in changes:
            date, _ = change.bounds(window.zone)
            if not window.start_utc < date < window.end_utc:
                raise ValueError(
                    f'"{change.id}" ({change.date}) is not inside the window: without weeks before '
                    "and after a change nothing can be said of it"
                )
        return changes

    @field_validator("sources", "events", "changes")
    @classmethod
    def _ends_after_start(cls, tables: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        if (window := info.data.get("window")) is None:
            return tables
        for table in tables:
            span = table.window if isinstance(table, Source) else table
            start, end = span.bounds(window.zone) if span is not None else (None, None)
            if end is not None and start is not None and end <= start:
                name = table.name if isinstance(table, Source) else table.id
                raise ValueError(f'"{name}" ends before it starts; ends are exclusive')
        return tables

    @property
    def id(self) -> str:
        """Short name of the study."""
        return self.about.id

    @property
    def told(self) -> str:
        """The study's name as results show it, with the origin of data that are simulated."""
        return f"{self.id} (simulated data)" if self.about.simulated else self.id

    @property
    def zone(self) -> tzinfo:
        """The time zone in which the study's days are meant."""
        return self.window.zone


def parse_study(text: str, file: str = FILE_NAME) -> Study:
    """Parse and check the text of a study file; StudyError lists every problem, a line each."""
    return parse_toml(Study, text, file)


def load_study(folder: Path) -> Study:
    """Read study.toml of a study folder.

    StudyError: the folder or file is missing, is not UTF-8 or TOML, or says something wrong.
    """
    return parse_study(read_text(folder / FILE_NAME), FILE_NAME)


def read_text(path: Path) -> str:
    """A file of the study as text; StudyError where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        where = str(path)
        raise StudyError(
            f"there is no {path.name} in {path.parent}",
            where,
            "a study folder with a study.toml",
            f"howfar new {path.parent}",
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise StudyError(
            "the file is not UTF-8",
            f"{path.name}:{line}",
            "UTF-8 text",
            "save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        ) from None
    except OSError as error:
        raise StudyError(f"cannot be read: {error.strerror}", str(path)) from None
