"""Experiments of a study that came back: where their registration and their data lie."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from howfar.study.base import Part, Text

_HEX: Final = 64


def _inside(name: str) -> str:
    if not name.isprintable():
        raise ValueError("a file name without control characters is wanted")
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f'"{name}" lies outside the study; name a file in its folder')
    return name


def _hash(text: str) -> str:
    found = text.strip().lower()
    if len(found) != _HEX or set(found) - set("0123456789abcdef"):
        raise ValueError(f"a SHA-256 has {_HEX} hexadecimal digits")
    return found


Inside = Annotated[Text, AfterValidator(_inside)]
"""A file in the study's folder."""


class Returned(Part):
    """An experiment on channels of ours that is over."""

    registration: Inside
    """The file that ``howfar experiment register`` wrote, in the study's folder."""
    data: Inside
    """The CSV of what came back, in the columns of its plan."""
    sha256: Annotated[str, AfterValidator(_hash)] | None = None
    """Hash that was left with somebody else before the start; else the .sha256 file beside it."""
    direction: Literal[1, -1] = 1
    """1: more of the outcome is better. -1: less is better."""
