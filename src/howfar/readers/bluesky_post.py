"""Records of Bluesky's network: posts and reposts as their authors' repositories hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from howfar.readers.json_posts import Row, no_post
from howfar.readers.json_values import BadPostError, Object, obj, objs, text, texts
from howfar.readers.marked_text import Span, mention, outside_host, replaced

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
_EMBED = "app.bsky.embed."
_MENTION = "app.bsky.richtext.facet#mention"
_LINK = "app.bsky.richtext.facet#link"

RECORD_FIELDS = frozenset(
    """
    $type text createdAt embed entities facets langs labels reply tags subject via
    bridgyOriginalText bridgyOriginalUrl fediverseId
    """.split()
)
"""Members of records that the lexicon has or well-known bridges write, read or not."""

_URI = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+|[A-Za-z0-9.-]+)/([A-Za-z0-9.]+)/([\w.:~-]{1,512})",
    re.ASCII,
)
_OWN_HOSTS = re.compile(r"(?:^|\.)bsky\.(?:app|social|network)$")


def at_uri(value: Object, key: str, *, required: bool = False) -> str | None:
    """The address of a record, at://account/collection/key. BadPostError: id."""
    found = value.get(key)
    if found is None and not required:
        return None
    if not isinstance(found, str) or not _URI.fullmatch(found):
        raise BadPostError("id", f"{key}: expected at://, an account, a collection and a key")
    return found


def account_in(uri: str | None, id: str, handle: str) -> Row:
    """The account that an address names, under the column that fits."""
    found = _URI.fullmatch(uri or "")
    if not found:
        return {id: None, handle: None}
    did = found[1].startswith("did:")
    return {id: found[1] if did else None, handle: None if did else found[1]}


def collection_of(uri: str | None) -> str:
    """The collection that an address lies in, empty where there is no address."""
    found = _URI.fullmatch(uri or "")
    return found[2] if found else ""


def record_row(record: Object, uri: str | None) -> Row:
    """Raw columns of a post or repost. BadPostError where damaged, or where it is neither."""
    if uri is None:
        raise BadPostError("id", "uri: expected the record's address")
    kind = text(record, "$type") or collection_of(uri)
    if kind == REPOST:
        own: Row = _of_repost(record)
    elif kind == POST and ("text" in record or "createdAt" in record):
        own = _of_post(record, uri)
    else:
        raise no_post("a post or a repost")
    return {
        "platform": "bluesky",
        "post_id": uri,
        **account_in(uri, "author_id", "author_handle"),
        "created_at": text(record, "createdAt"),
        **own,
    }


def _of_repost(record: Object) -> Row:
    original = at_uri(obj(record, "subject"), "uri", required=True)
    return {
        "relation": "repost",
        "parent_id": original,
        **account_in(original, "parent_author_id", "parent_author_handle"),
    }


def _of_post(record: Object, uri: str) -> Row:
    reply, embed = obj(record, "reply"), obj(record, "embed")
    parent = at_uri(obj(reply, "parent"), "uri")
    quoted = _quoted(embed)
    facets = objs(record, "facets")
    return {
        "relation": "reply" if parent else "quote" if quoted else "original",
        "parent_id": parent or quoted,
        **account_in(parent or quoted, "parent_author_id", "parent_author_handle"),
        "thread_id": at_uri(obj(reply, "root"), "uri") or uri,
        "language": _language(record),
        "text": _without_names(text(record, "text", empty=""), facets),
        "kind": _kind(embed),
        "link": outside_host(_addresses(embed, facets), _OWN_HOSTS),
    }


def _quoted(embed: Object) -> str | None:
    """Address of the post that another one quotes; lists and feeds that it shows are none."""
    kind = text(embed, "$type") or ""
    record = obj(embed, "record")
    if kind == f"{_EMBED}recordWithMedia":
        record = obj(record, "record")
    elif kind != f"{_EMBED}record":
        return None
    uri = at_uri(record, "uri")
    return uri if collection_of(uri) == POST else None


def _media(embed: Object) -> Object:
    return obj(embed, "media") if text(embed, "$type") == f"{_EMBED}recordWithMedia" else embed


def _kind(embed: Object) -> str:
    """images, video, external or record, as the embed's type ends; a text alone is status."""
    name = text(_media(embed), "$type") or ""
    return name.removeprefix(_EMBED) if name.startswith(_EMBED) else "status"


def _addresses(embed: Object, facets: list[Object]) -> Iterator[str | None]:
    yield text(obj(_media(embed), "external"), "uri")
    for facet in facets:
        for feature in objs(facet, "features"):
            if feature.get("$type") == _LINK:
                yield text(feature, "uri")


def _language(record: Object) -> str | None:
    """The one language that the author's program states; mul for several, as in ISO 639-2."""
    stated = set(texts(record, "langs"))
    return next(iter(stated)) if len(stated) == 1 else "mul" if stated else None


def _without_names(shown: str | None, facets: list[Object]) -> str | None:
    if shown is None:
        return None
    spans: list[Span] = []
    for facet in facets:
        index = obj(facet, "index")
        start, end = index.get("byteStart"), index.get("byteEnd")
        named = any(feature.get("$type") == _MENTION for feature in objs(facet, "features"))
        if named and type(start) is int and type(end) is int and 0 <= start < end:
            spans.append((start, end, mention))
    return replaced(shown, spans, "utf-8") if spans else shown
