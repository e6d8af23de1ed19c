"""What answers of Meta's Graph APIs have in common: objects by id, lifetime figures, addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from howfar.privacy.redaction import MENTION
from howfar.readers.json_values import Object, figure, obj, objs, text
from howfar.readers.marked_text import outside_host as host_outside
from howfar.readers.marked_text import replaced

Row = dict[str, Any]

_THREADS = ("https://www.threads.net/", "https://www.threads.com/")
_THREADS_MARKS = frozenset(
    ("is_quote_post", "is_reply", "reply_audience", "topic_tag", "reposted_post", "quoted_post")
)


def by_id(value: Object) -> list[Object] | None:
    """The objects of an answer to several ids at once, each under its id; null for others."""
    inner = list(value.values())
    if inner and all(
        isinstance(v, dict) and isinstance(v.get("id"), str) and v["id"] == key
        for key, v in value.items()
    ):
        return inner
    return None


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
    spans: list[tuple[int, int, str]] = []
    names: list[str] = []
    for tag in _tags(tags):
        if tag.get("type") not in (None, "user"):
            continue
        start, length, name = tag.get("offset"), tag.get("length"), tag.get("name")
        if isinstance(name, str) and name.strip():
            names.append(name)
        if type(start) is int and type(length) is int and start >= 0 and length > 0:
            at, end = start, start + length
            if said.encode("utf-16-le")[2 * at : 2 * end] != str(name).encode(
                "utf-16-le", "replace"
            ):
                at, end = (len(said[:place].encode("utf-16-le")) // 2 for place in (at, end))
            spans.append((at, end, MENTION))
    shown = replaced(said, spans, "utf-16-le")
    for name in sorted(names, key=len, reverse=True):
        shown = shown.replace(name, MENTION)
    return shown


def _tags(tags: list[Any] | dict[str, Any]) -> Iterator[Object]:
    """Tags as a list, or as old versions had them: lists by the place where they begin."""
    groups = [tags] if isinstance(tags, list) else tags.values()
    for group in groups:
        for tag in group if isinstance(group, list) else ():
            if isinstance(tag, dict):
                yield tag
