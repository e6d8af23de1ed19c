"""One item of a feed, parsed by itself: its elements under their usual names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat

from howfar.readers.html_text import HtmlText, html_text
from howfar.readers.json_values import BadPostError

_DEEPEST = 100
_USUAL = {
    **dict.fromkeys(("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"), "atom"),
    **dict.fromkeys(("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"), ""),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
"""Prefixes under which the elements of a namespace are looked up, whatever the feed calls them."""

_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_SECTION = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_OF_XML = ("amp", "lt", "gt", "quot", "apos")


@dataclass(slots=True)
class Element:
    """A child of an item: attributes and content, as text and tags in their order.

    pieces: ("text", text, {}), ("begin", name, attributes) or ("end", name, {}).
    """

    attributes: Mapping[str, str]
    pieces: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text, without tags."""
        return "".join(value for kind, value, _ in self.pieces if kind == "text")

    def begun(self, name: str) -> Iterator[Mapping[str, str]]:
        """Attributes of the elements of that name inside."""
        return (found for kind, value, found in self.pieces if (kind, value) == ("begin", name))

    def read(self, *, plain: bool = False) -> tuple[str, list[str]]:
        """What a reader of the feed sees, and the links in it. plain: markup is shown as it is."""
        if not any(kind == "begin" for kind, _, _ in self.pieces):
            return (self.text.strip(), []) if plain else html_text(self.text)
        html = HtmlText()
        for kind, value, attributes in self.pieces:
            if kind == "text":
                html.data(value)
            elif kind == "begin":
                html.begin(value.removeprefix("xhtml:"), attributes)
            else:
                html.end(value.removeprefix("xhtml:"))
        return html.text(), html.links


Elements = dict[str, list[Element]]


class _Parser:
    """Builds the children of the outermost element; names by the namespaces' usual prefixes."""

    def __init__(self, spaces: Mapping[str, str]) -> None:
        self.outer = dict(spaces)
        self.attributes: Mapping[str, str] = {}
        self.elements: Elements = {}
        self._scopes = [self.outer]
        self._own = ""
        self._open: Element | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def parse(self, text: str, *, whole: bool) -> None:
        """Parse a text; whole: it ends with the outermost element."""
        self._parser.Parse(_known_references(text), whole)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._scopes) > _DEEPEST:
            raise BadPostError("depth", "expected fewer nested elements")
        declared = {k[6:]: v for k, v in attributes.items() if re.match(r"xmlns(?::|$)", k)}
        self._scopes.append({**self._scopes[-1], **declared} if declared else self._scopes[-1])
        name = self._usual(name)
        depth = len(self._scopes) - 1
        if depth == 1:
            self._own = name.rpartition(":")[0]
            self.outer, self.attributes = self._scopes[-1], attributes
        elif depth == 2:
            self._open = Element(attributes)
            self.elements.setdefault(name, []).append(self._open)
        elif self._open is not None:
            self._open.pieces.append(("begin", name, attributes))

    def _end(self, name: str) -> None:
        if len(self._scopes) > 3 and self._open is not None:
            self._open.pieces.append(("end", self._usual(name), {}))
        self._scopes.pop()

    def _text(self, text: str) -> None:
        if len(self._scopes) > 2 and self._open is not None:
            self._open.pieces.append(("text", text, {}))

    def _usual(self, name: str) -> str:
        """A name under its namespace's usual prefix, without one in that of the item itself."""
        prefix, _, local = name.rpartition(":")
        usual = _USUAL.get(self._scopes[-1].get(prefix, ""), prefix)
        return f"{usual}:{local}" if usual not in ("", self._own) else local


def parse_item(text: str, spaces: Mapping[str, str]) -> tuple[Mapping[str, str], Elements]:
    """Attributes and children of an item. spaces: namespaces by prefix, as the feed declares them.

    Names that no namespace was declared for keep their prefix. References to entities are those
    of XML and HTML. BadPostError: xml, depth.
    """
    parser = _Parser(spaces)
    try:
        parser.parse(text, whole=True)
    except expat.ExpatError:
        raise BadPostError("xml", "expected a well-formed item") from None
    return parser.attributes, parser.elements


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says before its first item: namespaces, language, its own addresses."""

    spaces: Mapping[str, str]
    language: str | None
    links: tuple[str, ...]


def parse_head(text: str) -> Head:
    """Read as far as it is well-formed; nothing of it is required."""
    start = re.search(r"<(?:[\w.-]+:)?(?:rss|RDF|feed)[\s>]", text)
    head = _Parser({})
    try:
        if start is not None:
            head.parse(text[start.start() :], whole=False)
    except (expat.ExpatError, BadPostError, UnicodeEncodeError):
        pass
    channel = _Parser(head.outer)
    inner = re.search(r"<(?:[\w.-]+:)?channel[\s>]", text)
    try:
        if inner is not None:
            channel.parse(text[inner.start() :], whole=False)
    except (expat.ExpatError, BadPostError, UnicodeEncodeError):
        pass
    told = {**head.elements, **channel.elements}
    languages = [e.text.strip() for e in told.get("language", []) + told.get("dc:language", [])]
    links = [
        link
        for name in ("link", "atom:link")
        for e in told.get(name, [])
        if (link := e.attributes.get("href") or e.text.strip())
    ]
    language = head.attributes.get("xml:lang") or next(iter(languages), None)
    return Head(head.outer, language or None, tuple(links))


def _known_references(text: str) -> str:
    """References to HTML's entities as the characters' numbers, which XML knows, too."""
    if "&" not in text:
        return text
    parts = _SECTION.split(text)
    parts[::2] = [_REFERENCE.sub(_number, part) for part in parts[::2]]
    return "".join(parts)


def _number(found: re.Match[str]) -> str:
    characters = html5.get(found[1] + ";")
    if found[1] in _OF_XML or characters is None:
        return found[0]
    return "".join(f"&#{ord(c)};" for c in characters)
