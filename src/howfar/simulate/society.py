"""Who communicates in a world: channels with declared owners, and persons with habits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import Plan

PATHS: Final = ("official", "semi_official", "media", "business", "academia", "civil_society")
_PIECE: Final = 1 << 16
_ROLES: Final = ("ours", "ours", "ours", "peer", "peer", "peer", "other", "other")


@dataclass(frozen=True, slots=True)
class SocietySettings:
    """Parameters of accounts, the same for every seed.

    share_of_channels: part of all posts without a parent that channels write, as long as none has
    to write more than busiest posts a day on average. activity_tail, followers_tail: exponents
    of the Pareto distributions of persons. rate_spread, reach_spread: standard deviations of the
    logarithms of channels' rates and middle views.
    """

    persons_per_post: float = 0.125
    fewest_persons: int = 300
    share_of_channels: float = 0.35
    busiest: float = 20.0
    activity_tail: float = 1.4
    followers_tail: float = 1.2
    least_followers: int = 20
    most_followers: int = 2_000_000
    platforms: tuple[float, ...] = (0.30, 0.20, 0.20, 0.10, 0.20)
    rate_spread: float = 0.7
    reach_spread: float = 0.8
    reach: tuple[float, ...] = (2_000.0, 6_000.0, 4_000.0, 500.0, 3_000.0)
    first_language: float = 0.75


@dataclass(frozen=True, slots=True)
class SimulatedChannel:
    """A channel on one platform; its handle is its id.

    rate: weight of how much it posts among all channels, mean 1. reach: middle number of views of
    an unpaid post. basis: why it may be named, empty where nothing allows it.
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
class Crowd:
    """Persons of one kind of group in the order of the groups, to draw from any of them.

    members: (P,) accounts, those of group g between starts[g] and starts[g + 1]. reached: (P + 1,)
    sums of activity before each of them.
    """

    members: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    reached: npt.NDArray[np.float64]

    @classmethod
    def of(
        cls,
        persons: npt.NDArray[np.integer],
        group: npt.NDArray[np.integer],
        groups: int,
        activity: npt.NDArray[np.float64],
    ) -> Crowd:
        """The crowd of persons (P,), each of a group (P,); activity is that of all accounts."""
        order = np.argsort(group, kind="stable")
        members = persons[order].astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])
        reached = np.zeros(len(members) + 1)
        np.cumsum(activity[members], out=reached[1:])
        return cls(members, starts, reached)

    def weight(self, group: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Summed activity of groups (N,)."""
        sums: npt.NDArray[np.float64] = (
            self.reached[self.starts[group + 1]] - self.reached[self.starts[group]]
        )
        return sums

    def draw(self, rng: np.random.Generator, group: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """One person of each group (N,), by how often they write; -1 where a group is empty."""
        low, high = self.starts[group], self.starts[group + 1]
        target = self.reached[low] + rng.random(len(group)) * self.weight(group)
        place = np.searchsorted(self.reached, target, side="right") - 1
        if not len(self.members):
            return np.full(len(group), -1, np.int64)
        found = self.members[np.clip(place, low, np.maximum(high - 1, low)) % len(self.members)]
        return np.where(low == high, -1, found.astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Society:
    """Accounts of a world: channels (C,) first, then persons (P,); an account is its place.

    country, language, platform: (C + P,) places in places.py. activity: (C + P,) heavy-tailed
    weights of how often a person writes; 0 for channels. followers: (C + P,) numbers of followers.
    on: persons by platform. at: persons by platform and country (platform x countries + country).
    in_: persons by platform and language.
    """

    channels: tuple[SimulatedChannel, ...]
    country: npt.NDArray[np.uint8]
    language: npt.NDArray[np.uint8]
    platform: npt.NDArray[np.uint8]
    activity: npt.NDArray[np.float64]
    followers: npt.NDArray[np.int64]
    on: Crowd
    at: Crowd
    in_: Crowd

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
        return self.on.draw(rng, np.full(number, platform, np.int64))

    def handles(self, accounts: npt.NDArray[np.int64]) -> list[str]:
        """Handles of accounts: the channel's id, or sim_person_N."""
        named = [channel.channel for channel in self.channels]
        size = len(named)
        return [named[a] if a < size else f"sim_person_{a - size}" for a in accounts.tolist()]


def society(plan: Plan) -> Society:
    """The accounts of a world; the same object for the same plan."""
    return _society(plan.seed, plan.size, plan.of(SocietySettings))


@lru_cache(maxsize=2)
def _society(seed: int, size: int, settings: SocietySettings) -> Society:
    rng = Plan(seed, size, "", frozenset()).generator("society")
    channels = tuple(_channels(settings))
    number = max(settings.fewest_persons, round(size * settings.persons_per_post))
    weights = np.array([place.weight for place in COUNTRIES])
    country = _drawn(
        number, np.int16, lambda n: rng.choice(len(weights), n, p=weights / weights.sum())
    )
    platform = _drawn(
        number, np.int16, lambda n: rng.choice(len(PLATFORMS), n, p=settings.platforms)
    )
    activity = np.zeros(len(channels) + number)
    activity[len(channels) :] = _drawn(
        number, np.float64, lambda n: (1.0 - rng.random(n)) ** (-1.0 / settings.activity_tail)
    )
    followers = _drawn(number, np.int64, lambda n: _followers(rng, n, settings))
    persons = np.arange(len(channels), len(channels) + number, dtype=np.int32)
    language = _languages(rng, country, settings)
    return Society(
        channels,
        _everyone([c.country for c in channels], country, np.uint8),
        _everyone([c.languages[0] for c in channels], language, np.uint8),
        _everyone([c.platform for c in channels], platform, np.uint8),
        activity,
        _everyone([c.followers for c in channels], followers, np.int64),
        Crowd.of(persons, platform, len(PLATFORMS), activity),
        Crowd.of(
            persons, platform * len(COUNTRIES) + country, len(PLATFORMS) * len(COUNTRIES), activity
        ),
        Crowd.of(
            persons, platform * len(LANGUAGES) + language, len(PLATFORMS) * len(LANGUAGES), activity
        ),
    )


def _drawn(number: int, kind: type, draw: Callable[[int], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Values (number,) drawn piece by piece: every process of a large world holds all persons."""
    made: npt.NDArray[Any] = np.empty(number, kind)
    for start in range(0, number, _PIECE):
        piece = made[start : start + _PIECE]
        piece[:] = draw(len(piece))
    return made


def _everyone(channels: list[int], persons: npt.NDArray[Any], kind: type) -> npt.NDArray[Any]:
    """Values of channels, then of persons (C + P,)."""
    made: npt.NDArray[Any] = np.empty(len(channels) + len(persons), kind)
    made[: len(channels)] = channels
    made[len(channels) :] = persons
    return made


def _followers(
    rng: np.random.Generator, number: int, settings: SocietySettings
) -> npt.NDArray[np.float64]:
    tail = (1.0 - rng.random(number)) ** (-1.0 / settings.followers_tail)
    return np.minimum(settings.least_followers * tail, settings.most_followers)


def _languages(
    rng: np.random.Generator, country: npt.NDArray[np.int16], settings: SocietySettings
) -> npt.NDArray[np.int16]:
    """The language (P,) that each person writes: mostly the first of the country."""
    spoken = [tuple(LANGUAGES.index(tag) for tag in place.languages) for place in COUNTRIES]
    most = max(map(len, spoken))
    table = np.array([one + one[-1:] * (most - len(one)) for one in spoken], np.int16)
    further = np.array([len(one) - 1 for one in spoken], np.int16)[country]
    drawn = _drawn(len(country), np.float32, rng.random)
    # A number just below 1 is 1 in single precision.
    place = 1 + np.minimum((drawn * further).astype(np.int16), further - 1)
    first = _drawn(len(country), np.bool_, lambda n: rng.random(n) < settings.first_language)
    chosen: npt.NDArray[np.int16] = table[country, np.where(first | (further == 0), 0, place)]
    return chosen


def _channels(settings: SocietySettings) -> list[SimulatedChannel]:
    """Forty: on each platform three of ours, three of peers, two others; nothing is drawn."""
    number = len(_ROLES) * len(PLATFORMS)
    # Evenly spaced quantiles in two orders that have nothing to do with each other.
    quantile = ndtri((np.arange(number) + 0.5) / number)
    rate = np.exp(settings.rate_spread * quantile[(np.arange(number) * 17) % number])
    rate /= rate.mean()
    spread = np.exp(settings.reach_spread * quantile[(np.arange(number) * 7 + 3) % number])
    made = []
    for place in range(number):
        block, platform = divmod(place, len(PLATFORMS))
        role = _ROLES[block]
        country = (7 * place + block + 3) % len(COUNTRIES)
        first = (block + platform) % len(PATHS)
        # A few serve two paths.
        paths = (
            (PATHS[first], PATHS[(first + 1) % len(PATHS)]) if place % 13 == 6 else (PATHS[first],)
        )
        tongues = tuple(LANGUAGES.index(tag) for tag in COUNTRIES[country].languages)
        reach = settings.reach[platform] * float(spread[place])
        made.append(
            SimulatedChannel(
                channel=f"sim_{role}_{PLATFORMS[platform]}_{block + 1}",
                name=f"Simulated {role} channel {block + 1} on {PLATFORMS[platform]}",
                platform=platform,
                country=country,
                languages=tongues,
                paths=paths,
                role=role,
                owner=_owner(role, block, platform),
                # Two of the others are persons in disguise: nothing allows to name them.
                basis="" if place in (33, 37) else _basis(paths[0]),
                rate=float(rate[place]),
                reach=reach,
                followers=round(reach * 15),
            )
        )
    return made


def _owner(role: str, block: int, platform: int) -> str:
    if role == "ours":
        return "Simulated Agency"
    if role == "peer":
        return f"Simulated Peer {block - 2}"
    return f"Simulated Body {(block - 6) * len(PLATFORMS) + platform + 1}"


def _basis(path: str) -> str:
    return "registered_medium" if path == "media" else "organisation"
