"""Parts of a world: each is drawn on its own, so that a large world streams through memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from howfar.simulate.plan import Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of work: which mechanism makes it, and which of its pieces it is."""

    mechanism: str
    index: int


class Mechanism(Protocol):
    """Something planted that makes posts of its own, or changes those of others.

    name: as in Plan.mechanisms; a mechanism that is off is asked for nothing.
    """

    name: str

    def parts(self, plan: Plan, society: Society) -> int:
        """How many parts of posts it makes; 0 where it only changes others' posts."""
        ...

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """The posts of one part, figures and texts not drawn; a function of plan and index."""
        ...

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """The posts of any part, changed (removed later, labelled, ...); or as they are."""
        ...

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, for truth.json: parameters with their units, as JSON."""
        ...

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """What is planted, for truth/NAME.parquet; small tables (groups, stories, dates)."""
        ...

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """Files beside the posts (a survey, an insights export): path in the study, content."""
        ...

    def events(self, plan: Plan, society: Society) -> list[dict[str, object]]:
        """What the study file names as [[events]], as its keys."""
        ...

    def beside(
        self, plan: Plan, society: Society, part: Part, posts: Posts, ids: Sequence[str]
    ) -> dict[str, bytes]:
        """What the finished posts of any part bring with them (labels, pictures).

        ids: native ids (N,) of the posts as the exports write them. By path in the study: bytes
        that are appended, in the order of parts, to what files() gave under that path.
        """
        ...


class Quiet:
    """A mechanism that plants nothing: others say only what they do differently."""

    name = ""

    def parts(self, plan: Plan, society: Society) -> int:
        """None."""
        return 0

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """No posts."""
        return Posts.of(0)

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """The posts as they are."""
        return posts

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Nothing."""
        return {}

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """No tables."""
        return {}

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """No files."""
        return iter(())

    def beside(
        self, plan: Plan, society: Society, part: Part, posts: Posts, ids: Sequence[str]
    ) -> dict[str, bytes]:
        """No files."""
        return {}

    def events(self, plan: Plan, society: Society) -> list[dict[str, object]]:
        """No events."""
        return []
