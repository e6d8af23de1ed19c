"""Where the posts come from, and what such a source can and cannot show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from howfar.study.base import Moment, Part, Text
from howfar.study.codes import Slug, Zone
from howfar.study.window import Span

Capture = Literal["complete", "sample", "keyword", "capped", "browsing"]
Exposure = Literal["paid", "owned", "earned", "unknown"]
Use = Literal["main", "recheck"]


class Source(Part):
    """One export, or one set of exports of the same kind."""

    name: Slug
    """Short name of the source."""
    path: Text
    """File or glob pattern: absolute, relative to the study folder or, with dataset, to that."""
    dataset: Slug | None = None
    """A public data set that howfar fetches (or finds under HOWFAR_DATASETS)."""
    format: Text = "auto"
    """Id of the reader (`howfar explain readers` lists them), or auto."""
    capture: Capture
    """complete: all posts of the named channels. sample: a random part. keyword: what a query
    found. capped: cut at a number. browsing: what a personalised feed showed."""
    query: str | None = None
    """The query or list of accounts that was asked for, word for word."""
    cap: Annotated[int, Field(gt=0)] | None = None
    """The largest number of posts that the source would give."""
    channel: Slug | None = None
    """Channel id, where all posts of the source are of that one channel."""
    timezone: Zone | None = None
    """Time zone of times that the export gives without one."""
    observed_at: Moment | None = None
    """When the figures were observed, where the export does not say."""
    use: Use = "main"
    """recheck: another crawl, earlier or later, that only adds observations to posts of other
    sources, and never adds posts to the measures."""
    window: Span | None = None
    """What the source should hold; the study's window where not given."""
    mapping: dict[str, Text] = Field(default_factory=dict)
    """For plain CSV and JSONL: howfar's field = the column's name in the file."""
    date_format: Text | None = None
    """How times are written (strptime codes), where they are not ISO 8601."""
    exposure: Exposure = "unknown"
    """Exposure of posts for which the export does not tell it."""
