"""What the beginning of a JSON file shows: how it opens and which member names stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from howfar.readers.text_lines import decoded_head

_NAME = re.compile(r'"([\w$@.#:-]{1,64})"[ \t\n\r]*:')


@dataclass(frozen=True, slots=True)
class JsonHead:
    """The first character that is no white space, the names of members, and the text itself."""

    first: str
    names: frozenset[str]
    text: str

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object or list."""
        return self.first in ("{", "[")

    def has(self, *names: str) -> bool:
        """Whether it is JSON and all these members stand in it."""
        return self.is_json and self.names.issuperset(names)

    def says(self, name: str, value: str) -> bool:
        """Whether a member has this text (a regular expression) as its value."""
        pattern = rf'"{re.escape(name)}"[ \t\n\r]*:[ \t\n\r]*"(?:{value})"'
        return self.is_json and re.search(pattern, self.text) is not None


def json_head(head: bytes) -> JsonHead:
    """The first bytes of a file seen as JSON; names in a recording's quoted bodies do not count."""
    text = decoded_head(head).lstrip("\ufeff \t\r\n")
    first = text[:1]
    names = frozenset(_NAME.findall(text)) if first in ("{", "[") else frozenset[str]()
    return JsonHead(first, names, text)
