"""Words that claim a cause, and whether a text that may not claim one holds any of them."""

from __future__ import annotations

import re
from typing import Final

DENIAL: Final = "Not to be concluded:"
"""What begins with this, up to the end of its sentence, says what nobody may claim."""

CAUSAL: Final[tuple[str, ...]] = (
    r"caus(?:e|es|ed|ing|al|ally)",
    r"because of",
    r"due to",
    r"thanks to",
    r"owing to",
    r"as a result of",
    r"result(?:s|ed|ing)? (?:in|from)",
    r"l(?:ead|eads|ed|eading) to",
    r"rais(?:e|es|ed|ing)",
    r"lower(?:s|ed|ing)",
    r"increas(?:e|es|ed|ing)",
    r"decreas(?:e|es|ed|ing)",
    r"reduc(?:e|es|ed|ing)",
    r"boost(?:s|ed|ing)?",
    r"lift(?:s|ed|ing)?",
    r"uplift",
    r"improv(?:e|es|ed|ing)",
    r"worsen(?:s|ed|ing)?",
    r"driv(?:e|es|en|ing)|drove",
    r"(?:bring|brings|brought|bringing) (?:about|in|more|fewer|less)",
    r"(?:make|makes|made|making) (?:people|more|fewer|less)",
    r"produc(?:e|es|ed|ing)",
    r"generat(?:e|es|ed|ing)",
    r"yield(?:s|ed|ing)?",
    r"trigger(?:s|ed|ing)?",
    r"affect(?:s|ed|ing)?",
    r"influenc(?:e|es|ed|ing)",
    r"impact(?:s|ed|ing)?",
    r"strengthen(?:s|ed|ing)?",
    r"weaken(?:s|ed|ing)?",
    r"help(?:s|ed|ing)? to",
    r"work(?:s|ed) (?:well|better|best|for)",
    r"gain(?:s|ed|ing)?",
    r"pay(?:s)? off|paid off",
    r"effective(?:ly|ness)?(?! (?:number|sample|n)\b)",
)
"""Patterns of causal verbs and phrases; a gain is a causal claim by another name."""

_WORD: Final = re.compile(r"\b(?:" + "|".join(CAUSAL) + r")\b", re.IGNORECASE)
_DENIED: Final = re.compile(re.escape(DENIAL) + r"(?:“[^”]*”|[^.“])*(?:\.|$)", re.IGNORECASE)
_QUOTED: Final = re.compile("“[^”]*”")


def causal_words(text: str) -> tuple[str, ...]:
    """Causal words of a text in their order, lower case; empty where it claims no cause.

    Left out: what stands between “ and ”, which is the user's and not the program's, and sentences
    that begin with ``DENIAL``, which say what must not be claimed.
    """
    bare = _QUOTED.sub("“”", _DENIED.sub(" ", text))
    return tuple(found[0].casefold() for found in _WORD.finditer(bare))


def quoted(text: str) -> str:
    """The user's own words in quotation marks, so that they are not taken for the program's."""
    return "“" + " ".join(text.replace("“", '"').replace("”", '"').split()) + "”"
