"""Own sentences in the languages of a simulated world, as data files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from howfar.simulate.places import FRAMES, LANGUAGES, TOPICS

TONES: Final = ("negative", "neutral", "positive")
"""Of the column ``sentiment``, from -1."""

SIDES: Final = ("oppose", "", "support")
"""Of the column ``stance``, from -1; no sentence for none."""

CLAIMS: Final = ("", "claim", "correction")

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "openers": ("",),
    "replies": ("",),
    "details": ("",),
    "asides": ("",),
    "topics": TOPICS,
    "hashtags": TOPICS,
    "sentiments": TONES,
    "stances": SIDES,
    "frames": FRAMES,
    "claims": CLAIMS,
}
"""Kinds of sentences, each with its cells in the order of a column's values."""


@cache
def sentences(language: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The sentences of one language: by kind, the choices in each of the kind's cells.

    A cell without a name has no choice but the empty one, where the kind has other cells.
    """
    told: dict[str, Any] = tomllib.loads(_text(language))
    made: dict[str, tuple[tuple[str, ...], ...]] = {"space": ((told.pop("space"),),)}
    for kind, cells in KINDS.items():
        choices = told.pop(kind)
        if cells == ("",):
            made[kind] = (tuple(choices),)
        else:
            made[kind] = tuple(tuple(choices.pop(cell)) if cell else ("",) for cell in cells)
            if choices:
                raise ValueError(f"{language}: {kind} for {sorted(choices)}, which is no cell")
    if told:
        raise ValueError(f"{language}: unknown kinds of sentences {sorted(told)}")
    return made


def _text(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"no sentences in {language}: there are {', '.join(LANGUAGES)}")
    return files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
