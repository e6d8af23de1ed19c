"""What an institution may change in how it communicates: a fixed list, and what is refused.

The list is closed on purpose. It holds how, when, in which languages and how fast an institution
publishes and answers on channels that it owns; it holds nothing of what people are to feel and
nothing of who they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from howfar.errors import StudyError
from howfar.study.problems import suggest
from howfar.study.taxonomy import Property

WITHIN_CONTROL: Final[Mapping[Property, str]] = {
    "latency": "how fast it answers an event or a question",
    "language": "in which languages it publishes",
    "kind": "what kind of posts it publishes: text, picture, video, link, live",
    "frequency": "how often it publishes",
    "time": "at which hours and on which days it publishes",
    "openness": "how openly its channels say whose they are",
    "sources": "whether it gives the sources of what it says",
    "replies": "whether it replies to questions",
}
"""Property of communication -> what it means: all that a change or an experiment may be of."""

PROPERTIES: Final[tuple[Property, ...]] = get_args(Property)

EMOTION = "what people are to feel is no lever: howfar plans no change of emotions"
NEGATIVITY = "hostile or negative messages are no lever: howfar plans no change of tone"
IDENTITY = "who people are is no lever: howfar selects nobody by group, belief, origin or age"

# Beginnings of words: "emotional" and "emotions" are refused as "emotion" is.
_REFUSED: Final[Mapping[str, tuple[str, ...]]] = {
    EMOTION: (
        *("emotion", "feeling", "affect", "arousal", "mood", "outrage", "anger", "angry", "fear"),
        *("anxi", "disgust", "sad", "joy", "hope", "pride", "sham", "guilt", "love", "hate"),
        *("happiness", "surprise", "sentiment", "moral", "urgency", "fomo", "empathy", "pity"),
        *("threat", "haha", "wow"),
    ),
    NEGATIVITY: (
        *("negativ", "hostil", "insult", "attack", "tone", "toxic", "incivil", "uncivil", "mock"),
        *("polari", "divisive", "provocat", "sensational", "clickbait", "smear"),
        *("blame", "accus", "ridicul", "stance", "criticis", "critique", "positiv"),
    ),
    IDENTITY: (
        *("ethnic", "race", "racial", "racis", "religio", "faith", "belief", "caste", "tribe"),
        *("tribal", "identit", "gender", "sex", "lgbt", "nationalit", "migra", "immigra"),
        *("minorit", "ideolog", "partisan", "politic", "disab", "age", "minors", "child", "teen"),
        *("youth", "microtarget", "demograph", "muslim", "christian", "jew", "hindu", "buddh"),
        *("diaspora",),
    ),
}
_WORDS = re.compile(r"[^\W\d_]+")
_WHOLE = frozenset({"age", "sad", "race", "sex", "joy", "wow", "tone", "hope"})


def refusal(name: str) -> str | None:
    """Why a property is refused whatever it is called; null where it is not.

    Words are compared by how they begin ("emotional appeal", "EMOTIONS"); short ones that begin
    others ("age" of "agenda") as a whole.
    """
    words = [word.casefold() for word in _WORDS.findall(name)]
    for reason, refused in _REFUSED.items():
        for start in refused:
            if any(
                word in (start, f"{start}s", f"{start}es")
                if start in _WHOLE
                else word.startswith(start)
                for word in words
            ):
                return reason
    return None


def check_property(name: str, where: str) -> Property:
    """The property of an id of the fixed list.

    Raises StudyError for any other, with the reason where it is one that is refused.
    """
    for known in PROPERTIES:
        if name == known:
            return known
    expected = "one of " + ", ".join(PROPERTIES)
    reason = refusal(name)
    if reason is not None:
        raise StudyError(
            f"{name!r} is refused: {reason}",
            where,
            expected,
            "name what is changed in how, when, in which languages or how fast you publish",
        )
    raise StudyError(f"{name!r} is not within control", where, expected, suggest(name, PROPERTIES))


def parse_property(value: Any) -> Any:
    """For the study file: a text as a property; ValueError says what is wrong with another one."""
    if not isinstance(value, str):
        return value
    try:
        return check_property(value, "")
    except StudyError as error:
        raise ValueError("; ".join(filter(None, (error.what, error.expected)))) from None
