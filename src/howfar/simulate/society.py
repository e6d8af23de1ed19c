"""Who communicates in a world: channels with declared owners, and persons with habits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.simulate.plan import Plan


@dataclass(frozen=True, slots=True)
class SimulatedChannel:
    """A channel on one platform.

    rate: posts of its own a day. reach: middle number of views of a post. paid: share of its posts
    that are paid.
    """

    channel: str
    name: str
    platform: int
    country: int
    languages: tuple[int, ...]
    paths: tuple[str, ...]
    role: str
    owner: str
    basis: str
    rate: float
    reach: float
    followers: int


@dataclass(frozen=True, slots=True)
class Society:
    """Accounts of a world: channels (C,) first, then persons (P,); an account is its place.

    country, language, platform: (C + P,) places in places.py. activity: (C + P,) heavy-tailed
    weights of how often a person writes; 0 for channels. followers: (C + P,) numbers of followers.
    """

    channels: tuple[SimulatedChannel, ...]
    country: npt.NDArray[np.uint8]
    language: npt.NDArray[np.uint8]
    platform: npt.NDArray[np.uint8]
    activity: npt.NDArray[np.float64]
    followers: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.country)

    @property
    def persons(self) -> npt.NDArray[np.int64]:
        """Accounts (P,) of persons."""
        return np.arange(len(self.channels), len(self))

    def writers(
        self, rng: np.random.Generator, platform: int, number: int
    ) -> npt.NDArray[np.int64]:
        """Persons (number,) of a platform, drawn by how often they write."""
        here = self.persons[self.platform[self.persons] == platform]
        weights = self.activity[here]
        return here[rng.choice(len(here), number, p=weights / weights.sum())]


def society(plan: Plan) -> Society:
    """The accounts of a world."""
    raise NotImplementedError
