"""Experiments of a study that came back: where their registration and their data lie."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from howfar.study.base import Part, Text


def _inside(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f'"{name}" lies outside the study; name a file in its folder')
    return name


Inside = Annotated[Text, AfterValidator(_inside)]
"""A file in the study's folder."""


class Returned(Part):
    """An experiment on channels of ours that is over."""

    registration: Inside
    """The file that ``howfar experiment register`` wrote, in the study's folder."""
    data: Inside
    """The CSV of what came back, in the columns of its plan."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Hash that was left with somebody else before the start; else the .sha256 file beside it."""
    direction: Literal[1, -1] = 1
    """1: more of the outcome is better. -1: less is better."""
