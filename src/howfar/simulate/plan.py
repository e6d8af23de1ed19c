"""What is planted in a world: its size, its seed, its mechanisms and their parameters."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

Settings = TypeVar("Settings")

SECOND: Final = 1_000_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A world before anything is drawn.

    size: posts, about. mechanisms: names of those that are on. settings: parameters of a mechanism
    where the scenario sets others than its own, by the name of its settings class.
    """

    seed: int
    size: int
    scenario: str
    mechanisms: frozenset[str]
    start: dt.date = dt.date(2024, 1, 1)
    days: int = 182
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def begins(self) -> int:
        """First instant of the window, UTC microseconds."""
        return int(dt.datetime.combine(self.start, dt.time(), dt.UTC).timestamp()) * SECOND

    @property
    def ends(self) -> int:
        """First instant after the window."""
        return self.begins + self.days * DAY

    def on(self, mechanism: str) -> bool:
        """Whether a mechanism is on."""
        return mechanism in self.mechanisms

    def of(self, settings: type[Settings]) -> Settings:
        """A mechanism's parameters: the scenario's, else its own."""
        return self.settings.get(settings.__name__) or settings()

    def first(self, mechanism: str) -> int:
        """Where a mechanism begins to number its stories, objects, pictures and the like.

        No two mechanisms share a number as long as each has fewer than 10^9.
        """
        return (zlib.crc32(mechanism.encode()) % 1_000_000 + 1) * 1_000_000_000

    def generator(self, *names: str | int) -> np.random.Generator:
        """The random numbers of one thing in this world, the same whatever else is drawn.

        names: what they are for ("group", 3). Threads and order of work change nothing.
        """
        told = "\x1f".join(str(name) for name in (self.seed, *names))
        words = np.frombuffer(hashlib.sha256(told.encode()).digest(), np.uint32)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words.tolist())))


def uniform(states: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """A number in [0, 1) for each state (N,), and always the same for the same state.

    The last steps of SplitMix64 (Steele, Lea and Flood 2014, 10.1145/2660193.2660195): states that
    differ little give numbers that have nothing to do with each other.
    """
    x = (states ^ (states >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53
