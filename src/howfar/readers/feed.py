"""Feeds of news sites and blogs: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from howfar.readers.feed_item import Element, Elements, Head, parse_head, parse_item
from howfar.readers.json_values import BadPostError
from howfar.readers.mail_dates import iso_of_mail_date
from howfar.readers.rows import RowBatch
from howfar.readers.xml_items import XmlItems
from howfar.readers.xml_text import xml_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_DETAIL = {
    "xml": "expected a well-formed item",
    "too_long": "expected an item of at most 8 Mi characters",
    "encoding": "expected text in the file's encoding",
    "nul": "expected no NUL bytes",
}
_ID = ("guid", "id", "dc:identifier")
_CREATED = (
    *("published", "pubDate", "atom:published", "dc:date", "issued", "dcterms:issued"),
    *("created", "dcterms:created", "updated", "modified", "atom:updated", "dcterms:modified"),
)
_BODY = ("content:encoded", "content", "xhtml:body", "xhtml:div", "description", "summary")
_READ = {
    *(*_ID, *_CREATED, *_BODY, "title", "link", "source", "enclosure", "dc:language", "language"),
    *("slash:comments", "thr:total", "thr:in-reply-to", "media:content", "media:group", "author"),
}
# Known, and left out: who wrote it is a person; the others say nothing of the post itself.
_KNOWN = _READ | {
    *("dc:creator", "contributor", "category", "dc:subject", "comments", "dc:title", "dc:rights"),
    *("rights", "copyright", "media:thumbnail", "media:title", "media:credit", "atom:link"),
    *("dc:source", "dc:publisher", "wfw:commentRss", "slash:department", "slash:section"),
    *("tagline", "info", "generator", "dcterms:valid", "atom:author", "dc:description"),
}
_HOST = re.compile(r"(?i:https?)://(?:[^/?#@]*@)?([^/:?#]+)")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|RDF|feed)(?=[\s>])")
_PROLOG = re.compile(
    r"(?:\ufeff|\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL
)


class Feed:
    """One item or entry is one post of the source's channel."""

    declaration = ReaderDeclaration(
        id="feed",
        title="RSS or Atom feed",
        platform="feed",
        exported_by="news sites, blogs and podcasts (RSS 0.9x, 1.0, 2.0; Atom 0.3, 1.0)",
        supplies=("posts", "counts.comments", "counts.views"),
        lacks=(
            "reactions, shares and most other figures; items without any date are rejected; where "
            "a feed gives only the time of the last change, that stands for the time of "
            "publication; bylines are not kept; a feed holds the latest items only, so fetch it "
            "often and keep each copy"
        ),
        tested_on="real samples",
        needs=("channel",),
        how_to_obtain=(
            "Save the feed's address from a browser, or fetch it every hour with a scheduler and "
            "keep each file. The address mostly stands in the source of the site's front page as "
            'link rel="alternate". Archived copies of feeds can be had from web archives.'
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the outermost element is that of a feed."""
        text = xml_head(head)
        prolog = _PROLOG.match(text)
        start = prolog.end() if prolog else 0
        root = _ROOT.match(text, start)
        if root is not None and (root[1] != "RDF" or "/rss/" in text or "/rdf/simple/" in text):
            return Sniff(0.95, f"the outermost element is {root[1]}")
        if text.startswith("<", start) and re.search(r"<(?:item|entry)[\s>]", text):
            return Sniff(0.6, "an XML file with items, as feeds have")
        return Sniff(0.0, "it does not begin with the element rss, RDF or feed")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order. Entities are never expanded, addresses never fetched.

        Raises InputError where the file declares entities, an unknown encoding, or is no feed.
        """
        batch = RowBatch(context, tally)
        items = XmlItems(document)
        head: Head | None = None
        seen: dict[str, int] = {}
        for item in items:
            if head is None:
                head = parse_head(items.head)
            if item.reason:
                batch.reject(item.line, item.reason, _DETAIL[item.reason])
            else:
                try:
                    attributes, elements = parse_item(item.text, head.spaces)
                    row = _row(attributes, elements, head)
                except BadPostError as bad:
                    batch.reject(item.line, bad.reason, bad.detail)
                else:
                    for unknown in sorted(elements.keys() - _KNOWN):
                        tally.unknown(unknown)
                    if "post_id" not in row:
                        row["post_id"] = _content_id(row, seen, tally)
                    batch.add(item.line, row)
            if batch.full:
                yield batch.out()
        yield batch.out()


def _row(attributes: Mapping[str, str], elements: Elements, head: Head) -> dict[str, Any]:
    """A raw row of one item; without post_id where the item names none."""
    title = _read(elements, ("title",))
    body = _read(elements, _BODY)
    parts = [read[0] for read in (title, body) if read is not None]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        # Short posts have no title of their own: the feed repeats their beginning.
        del parts[0]
    link = _link(elements)
    own = _host(link)
    hosts = [host for found in (body[1] if body else []) if (host := _host(found))]
    reply = next((e.attributes.get("ref") for e in elements.get("thr:in-reply-to", [])), None)
    row: dict[str, Any] = {
        "platform": "feed",
        "relation": "reply" if reply else "original",
        "parent_id": reply,
        "author_handle": _guest(elements, head, own),
        "created_at": _created(elements),
        "language": attributes.get("xml:lang") or _text(elements, "dc:language") or head.language,
        "text": "\n\n".join(part for part in parts if part) if parts else None,
        "link": next((host for host in hosts if host != own), None),
        "kind": _kind(elements),
        "comments": _figure(_text(elements, "slash:comments", "thr:total")),
        "views": _figure(_views(elements)),
    }
    if post := _text(elements, *_ID) or attributes.get("rdf:about") or link:
        row["post_id"] = post
    return row


def _text(elements: Elements, *names: str) -> str | None:
    """Text of the first of these that is there and not empty."""
    return next((t for n in names for e in elements.get(n, []) if (t := e.text.strip())), None)


def _read(elements: Elements, names: Sequence[str]) -> tuple[str, list[str]] | None:
    """Text and links of the first of these that has any text; empty where all are, else null."""
    found = [e for name in names for e in elements.get(name, [])]
    read = [e.read(plain=_is_plain(e)) for e in found]
    return next((r for r in read if r[0]), read[0] if read else None)


def _is_plain(element: Element) -> bool:
    """Whether an Atom text construct says that it is no markup."""
    kind = element.attributes.get("type")
    return kind in ("text", "text/plain") and element.attributes.get("mode") != "xml"


def _link(elements: Elements) -> str | None:
    for element in elements.get("link", []):
        found = element.attributes.get("href") or element.text.strip()
        if found and element.attributes.get("rel", "alternate") == "alternate":
            return found
    return None


def _host(link: str | None) -> str | None:
    """As fields.host_of, for one address."""
    found = _HOST.match(link or "")
    return found[1].lower().removeprefix("www.") if found else None


def _guest(elements: Elements, head: Head, own: str | None) -> str | None:
    """Host of the feed that an item was taken over from; null where that is this feed itself."""
    for element in elements.get("source", []):
        links = [element.attributes.get("url")] + [a.get("href") for a in element.begun("link")]
        home = {_host(link) for link in head.links}
        found = next((host for link in links if (host := _host(link))), None)
        if found is not None and found not in home:
            return found
    return None


def _created(elements: Elements) -> str | None:
    told = _text(elements, *_CREATED)
    return None if told is None else iso_of_mail_date(told) or told


def _kind(elements: Elements) -> str | None:
    for name in ("enclosure", "media:content"):
        for element in elements.get(name, []):
            kind = element.attributes.get("type", "").partition("/")[0]
            if kind in ("audio", "video", "image"):
                return kind
    return None


def _views(elements: Elements) -> str | None:
    groups = elements.get("media:group", [])
    return next((a.get("views") for e in groups for a in e.begun("media:statistics")), None)


def _figure(told: str | None) -> int | None:
    if told is None:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", told):
        raise BadPostError("number", "expected a whole number of zero or more")
    return int(told)


def _content_id(row: Mapping[str, Any], seen: dict[str, int], tally: Tally) -> str:
    """An id made of time and text, for an item that has neither id nor link."""
    told = "\x1f".join(str(row.get(name) or "") for name in ("created_at", "text"))
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    seen[digest] = number = seen.get(digest, 0) + 1
    tally.note("identical_row", int(number > 1))
    return digest if number == 1 else f"{digest}-{number}"


READER = Feed()
