"""What is to be forgotten, as people and platforms say it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from howfar.errors import InputError
from howfar.study.channel import check_platform

DELETE, SCRUB_GEO = "delete", "scrub_geo"
_MOST = 512


@dataclass(slots=True)
class Request:
    """Persons and posts by platform (native ids; @handle where only that is known), channels.

    places_of_persons, places_of_posts: those that lose their place and nothing else.
    """

    persons: dict[str, set[str]] = field(default_factory=dict)
    posts: dict[str, set[str]] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    places_of_persons: dict[str, set[str]] = field(default_factory=dict)
    places_of_posts: dict[str, set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.persons, self.posts, self.channels, *self.places))

    @property
    def places(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Who and what loses its place."""
        return self.places_of_persons, self.places_of_posts

    def add(self, kind: str, platform: str, native_id: str, action: str = DELETE) -> None:
        """One more person or post (kind: persons or posts)."""
        target = getattr(self, kind if action == DELETE else f"places_of_{kind}")
        target.setdefault(platform, set()).add(native_id)


def parse_named(text: str, option: str, number: int) -> tuple[str, str]:
    """Platform and id of platform:id; the InputError never repeats what was given."""
    platform, _, native_id = text.strip().partition(":")
    native_id = native_id.strip()
    try:
        if not native_id or native_id.strip("@") == "" or len(native_id) > _MOST:
            raise ValueError
        return check_platform(platform.casefold()), native_id
    except ValueError:
        raise InputError(
            f"{option} number {number} is no platform:id",
            where=option,
            expected="x:1234567890 for example; for persons also x:@handle",
            next="howfar forget --help",
        ) from None


def add_lines(
    request: Request, kind: str, lines: Iterable[str], name: str, platform: str | None
) -> None:
    """Add what a list says: an id a line (or platform:id), or a compliance job's results.

    kind: persons or posts; a compliance job is of one of them. platform: whose ids they are;
    of compliance jobs X's where not given. Raises InputError with the line's number, without
    its text.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        where = f"{name}:{number}"
        if text.startswith("{"):
            native_id, action = _compliance(text, where)
            request.add(kind, platform or "x", native_id, action)
        elif platform is None:
            request.add(kind, *parse_named(text, name, number))
        elif len(text) > _MOST or any(c.isspace() for c in text):
            raise _bad("is no id", where)
        else:
            request.add(kind, platform, text.removeprefix(f"{platform}:"))


def _compliance(text: str, where: str) -> tuple[str, str]:
    """Id and action of one line of a batch compliance job."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise _bad("is no JSON", where) from None
    native_id, action = told.get("id"), told.get("action")
    if not isinstance(native_id, str) or not native_id or len(native_id) > _MOST:
        raise _bad("has no id, as text", where)
    if action not in (DELETE, SCRUB_GEO):
        raise _bad("asks for something else than delete or scrub_geo", where)
    return native_id, action


def _bad(what: str, where: str) -> InputError:
    return InputError(
        f"the line {what}",
        where=where,
        expected='an id a line, platform:id a line, or {"id": "...", "action": "delete", ...}',
        next="correct the file; nothing was forgotten",
    )
