"""What answers of Meta's Graph APIs have in common: objects by id, lifetime figures, addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from howfar.privacy.redaction import MENTION
from howfar.readers.json_values import BadPostError, Object, figure, obj, objs, text
from howfar.readers.marked_text import outside_host as host_outside

Row = dict[str, Any]

_MOST_TAGS = 500
_WRAPPERS = frozenset(("error", "business_discovery", "mentioned_media", "mentioned_comment"))
_THREADS = ("https://www.threads.net/", "https://www.threads.com/")
_THREADS_MARKS = frozenset(
    ("is_quote_post", "is_reply", "reply_audience", "topic_tag", "reposted_post", "quoted_post")
)


def by_id(value: Object) -> list[Object] | None:
    """The objects of an answer to several ids at once, each under its id; null for others.

    Pages may have been asked for by their names or addresses, under which they then stand.
    """
    inner = list(value.values())
    objects = all(isinstance(v, dict) and ("id" in v or "error" in v) for v in inner)
    return inner if inner and objects and not _WRAPPERS & value.keys() else None


def is_insight(value: Object) -> bool:
    """Whether an object is a figure of something else: 123/insights/views/lifetime."""
    return "/insights/" in str(value.get("id")) or {"name", "period", "values"} <= value.keys()


def is_threads(value: Object) -> bool:
    """Whether a post is surely one of Threads, whose answers look like Instagram's."""
    return (
        value.get("media_product_type") == "THREADS"
        or value.get("media_type") in ("TEXT_POST", "REPOST_FACADE")
        or str(value.get("permalink")).startswith(_THREADS)
        or bool(_THREADS_MARKS & value.keys())
    )


def other_what(value: Any) -> str:
    """What an object is that is no post, in our words."""
    if not isinstance(value, dict):
        return "bare values"
    if "error" in value:
        return "errors of the API"
    if is_insight(value):
        return "insights without what they are of (ask for insights as a field of the posts)"
    if "product_id" in value:
        return "product tags"
    return "something else"


def lifetime_figures(value: Object) -> dict[str, int]:
    """Figures of an object's own insights that count from its publication on, by metric."""
    found: dict[str, int] = {}
    for insight in objs(obj(value, "insights"), "data"):
        name = text(insight, "name")
        if name is None or text(insight, "period") not in (None, "lifetime"):
            continue
        total = insight.get("total_value")
        values = [total] if isinstance(total, dict) else objs(insight, "values")
        if len(values) == 1 and not isinstance(values[0].get("value"), dict):
            number = figure(values[0], "value")
            if number is not None:
                found.setdefault(name, number)
    return found


def first_figure(figures: Mapping[str, int], names: Iterable[str]) -> int | None:
    """The first of some metrics that is given."""
    return next((figures[name] for name in names if name in figures), None)


def total_of(value: Object, edge: str) -> int | None:
    """How many there are of an edge, by its summary.

    The elements that are listed are but a page of them, and their number says nothing.
    """
    found = value.get(edge)
    if not isinstance(found, dict):
        return None
    total = figure(obj(found, "summary"), "total_count")
    return total if total is not None else figure(found, "count")


def outside(addresses: Iterable[str | None], own: Any) -> str | None:
    """Host of the first address that leads out of the platform; its redirects are seen through."""
    return host_outside((_target(a) for a in addresses), own)


def _target(address: str | None) -> str | None:
    if address is None or "/l.php?" not in address:
        return address
    try:
        return next(iter(parse_qs(urlsplit(address).query).get("u", [])), None)
    except ValueError:
        return None


def without_persons(said: str | None, tags: Any) -> str | None:
    """A text without the names of persons whom its tags name.

    Places count code points, as documented, or UTF-16 units where the name stands there. A tag
    without a type may be a person's. A name that stands elsewhere in the text goes too.
    """
    if said is None or not isinstance(tags, list | dict):
        return said
    persons = [tag for tag in _tags(tags) if tag.get("type") in (None, "user")]
    if len(persons) > _MOST_TAGS:
        raise BadPostError("type", f"message_tags: expected at most {_MOST_TAGS} tags")
    names = {tag["name"] for tag in persons if isinstance(tag.get("name"), str)} - {""}
    pieces: list[str] = []
    at = 0
    for start, end in sorted(filter(None, (_place(said, tag) for tag in persons))):
        if at <= start:
            pieces += [said[at:start], MENTION]
            at = end
    shown = "".join([*pieces, said[at:]])
    for name in sorted(names, key=lambda name: (-len(name), name)):
        if name.strip():
            shown = shown.replace(name, MENTION)
    return shown


def _place(said: str, tag: Object) -> tuple[int, int] | None:
    """Where a tag stands in a text, as code points; null where that is outside of it."""
    offset, length, name = tag.get("offset"), tag.get("length"), tag.get("name")
    if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
        return None
    start, end = offset, offset + length
    if said[start:end] != name and len(said.encode("utf-16-le")) > 2 * len(said):
        units = said.encode("utf-16-le")
        before = len(units[: 2 * start].decode("utf-16-le", "ignore"))
        shown = units[2 * start : 2 * end].decode("utf-16-le", "ignore")
        if shown == name:
            start, end = before, before + len(shown)
    return (start, end) if end <= len(said) else None


def _tags(tags: list[Any] | dict[str, Any]) -> Iterator[Object]:
    """Tags as a list, or as old versions had them: lists by the place where they begin."""
    groups = [tags] if isinstance(tags, list) else tags.values()
    for group in groups:
        for tag in group if isinstance(group, list) else ():
            if isinstance(tag, dict):
                yield tag
