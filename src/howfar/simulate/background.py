"""The background: posts that no other post brought about, in the rhythm of days, weeks and news."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.news import news
from howfar.simulate.parts import Quiet
from howfar.simulate.places import COUNTRIES, PLATFORMS, TOPICS
from howfar.simulate.plan import HOUR, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society, SocietySettings
from howfar.simulate.spread import MECHANISM as SPREAD
from howfar.simulate.spread import SpreadSettings

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BackgroundSettings:
    """Parameters of the background.

    rows: posts of a part with their offspring, about. day, week: how deep the rhythm of the local
    day goes (0 flat, below 1) and how much of a weekday's posts a weekend day has, for persons and
    for channels. peak: local hour with most posts, likewise. topics: shares outside of news.
    linked: part of the posts with a link; persons link to one of the day's pool of addresses, the
    k-th with weight 1 / k.
    """

    rows: int = 10_000
    day: tuple[float, float] = (0.7, 0.8)
    week: tuple[float, float] = (0.85, 0.5)
    peak: tuple[float, float] = (20.0, 13.0)
    topics: tuple[float, ...] = (0.25, 0.20, 0.15, 0.15, 0.10, 0.15)
    linked: float = 0.4
    pool: int = 50


class Background(Quiet):
    """Posts of channels and persons: a Poisson process whose rate is known at every hour."""

    name = "background"

    def parts(self, plan: Plan, society: Society) -> int:
        """Slices of the window with about the same number of posts."""
        return len(_slices(plan, society)) - 1

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """Posts of one slice of the window, in the order of time."""
        edges = _slices(plan, society)
        hours = np.arange(edges[index], edges[index + 1])
        rng = plan.generator(self.name, index)
        settings = plan.of(BackgroundSettings)
        number = len(society.channels)
        expected = np.hstack(
            [rates(plan, society, hours, "channels"), rates(plan, society, hours, "persons")]
        )
        counted = rng.poisson(expected).ravel()
        cell = np.repeat(np.arange(counted.size), counted)
        hour, source = hours[cell // expected.shape[1]], cell % expected.shape[1]
        by_channel = source < number
        group = np.maximum(source - number, 0)
        account = np.where(by_channel, source, society.at.draw(rng, group))
        created = plan.begins + hour * HOUR + rng.integers(0, HOUR // 1000, len(hour)) * 1000
        piece, topic = _told(rng, plan, settings, hour)
        columns = {
            "platform": society.platform[account],
            "account": account,
            "created": created,
            "country": society.country[account],
            "language": _languages(rng, society, account),
            "topic": topic,
            "news": piece,
            "object": _objects(rng, plan, settings, index, hour, by_channel),
        }
        order = np.argsort(created, kind="stable")
        return Posts.of(
            len(order),
            root=np.arange(len(order)),
            **{name: values[order] for name, values in columns.items()},
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Expected posts, the rhythm, shares of topics and of links; what changes them later."""
        settings = plan.of(BackgroundSettings)
        total, written = immigrants(plan), by_channels(plan, society)
        return {
            "expected_posts_of_channels": written,
            "expected_posts_of_persons": total - written,
            "depth_of_day": dict(zip(("persons", "channels"), settings.day, strict=True)),
            "peak_local_hour": dict(zip(("persons", "channels"), settings.peak, strict=True)),
            "weekend_to_weekday": dict(zip(("persons", "channels"), settings.week, strict=True)),
            "topics_outside_news": dict(zip(TOPICS, settings.topics, strict=True)),
            "share_with_link": settings.linked,
            # Topics, and how many posts of channels there are.
            "before": sorted(plan.mechanisms & {"agenda", "practice"}),
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """channel_rates: expected own posts of each channel in the whole window.

        Without those that changes of practice leave away: see practice.kept().
        """
        weights = np.array([channel.rate for channel in society.channels])
        expected = by_channels(plan, society) * weights / weights.sum()
        names = [channel.channel for channel in society.channels]
        return {"channel_rates": pa.table({"channel": names, "expected_posts": expected})}


def immigrants(plan: Plan) -> float:
    """Expected background posts, so that the world has its size with all their offspring."""
    if not plan.on(SPREAD.name):
        return float(plan.size)
    weights = plan.of(SocietySettings).platforms
    grown = (w / (1 - n) for w, n in zip(weights, plan.of(SpreadSettings).branching, strict=True))
    return plan.size / sum(grown)


def by_channels(plan: Plan, society: Society) -> float:
    """Expected background posts of all channels."""
    settings = plan.of(SocietySettings)
    most = settings.busiest * len(society.channels) * plan.days
    return min(settings.share_of_channels * immigrants(plan), most)


def rates(plan: Plan, society: Society, hours: npt.NDArray[np.int64], whose: str) -> FloatArray:
    """Expected posts in each hour (H,) of the window: of each channel (H, C), or of all persons
    of each platform and country (H, platforms x countries).
    """
    settings, accounts = plan.of(BackgroundSettings), plan.of(SocietySettings)
    total, written = immigrants(plan), by_channels(plan, society)
    place = ("persons", "channels").index(whose)
    rhythm = _rhythm(plan, settings, place)
    if whose == "channels":
        weights = np.array([channel.rate for channel in society.channels])
        country = np.array([channel.country for channel in society.channels])
        amount = written * weights / weights.sum()
    else:
        groups = np.arange(len(PLATFORMS) * len(COUNTRIES))
        weights, country = society.at.weight(groups), groups % len(COUNTRIES)
        # Platforms by their declared weights: activity is too heavy-tailed to keep them.
        amount = np.zeros(len(groups))
        for platform, share in enumerate(accounts.platforms):
            here = groups // len(COUNTRIES) == platform
            amount[here] = (total - written) * share * weights[here] / weights[here].sum()
    expected: FloatArray = amount[None, :] * rhythm[hours][:, country]
    return expected


def _rhythm(plan: Plan, settings: BackgroundSettings, place: int) -> FloatArray:
    """Part of an account's posts that falls on each hour (H, countries); sums to 1 by country."""
    return _cached_rhythm(
        plan.begins,
        plan.days,
        settings.day[place],
        settings.week[place],
        settings.peak[place],
        tuple(news(plan).excess(np.arange(plan.days * 24)).sum(axis=1).tolist()),
    )


@lru_cache(maxsize=4)
def _cached_rhythm(
    begins: int, days: int, depth: float, weekend: float, peak: float, excess: tuple[float, ...]
) -> FloatArray:
    offsets = np.array([place.offset for place in COUNTRIES])
    local = (begins // HOUR + np.arange(days * 24) + 0.5)[:, None] + offsets
    daily = 1.0 + depth * np.cos(2 * math.pi * (local % 24 - peak) / 24)
    # 1 January 1970 was a Thursday: day 2 a Saturday.
    weekly = np.where((local // 24 + 3) % 7 >= 5, weekend, 1.0)
    rhythm = daily * weekly * (1.0 + np.array(excess))[:, None]
    scaled: FloatArray = rhythm / rhythm.sum(axis=0)
    return scaled


def _slices(plan: Plan, society: Society) -> npt.NDArray[np.int64]:
    """Hours at which parts begin, and the end of the window."""
    hours = np.arange(plan.days * 24)
    expected = rates(plan, society, hours, "channels").sum(axis=1)
    expected += rates(plan, society, hours, "persons").sum(axis=1)
    parts = max(1, math.ceil(plan.size / plan.of(BackgroundSettings).rows))
    targets = np.linspace(0.0, expected.sum(), parts + 1)[1:-1]
    inner = np.searchsorted(np.cumsum(expected), targets) + 1
    return np.unique(np.concatenate([[0], inner, [len(hours)]]))


def _told(
    rng: np.random.Generator,
    plan: Plan,
    settings: BackgroundSettings,
    hour: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Piece of news (N,), -1 for none, and topic (N,) of posts of these hours."""
    told = news(plan)
    topic = rng.choice(len(TOPICS), len(hour), p=np.array(settings.topics))
    number = np.full(len(hour), -1)
    first = int(hour.min()) if len(hour) else 0
    span = np.arange(first, int(hour.max()) + 1) if len(hour) else np.arange(0)
    reached = np.cumsum(told.excess(span), axis=1)
    draw = rng.random(len(hour))
    for piece in range(len(told.number)):
        # The usual rate is 1: a post belongs to piece k if its draw falls between the sums.
        before = reached[:, piece - 1] if piece else np.zeros(len(span))
        whole = 1.0 + reached[:, -1]
        low, high = (before / whole)[hour - first], (reached[:, piece] / whole)[hour - first]
        inside = (draw >= low) & (draw < high)
        number[inside], topic[inside] = told.number[piece], told.topic[piece]
    return number, topic


def _languages(
    rng: np.random.Generator, society: Society, account: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """A person writes the own language; a channel each of its languages equally often."""
    spoken = [channel.languages for channel in society.channels]
    most = max(map(len, spoken))
    table = np.array([one * (most // len(one)) + one[: most % len(one)] for one in spoken])
    number = np.array([len(one) for one in spoken])
    own = society.language[account].astype(np.int64)
    which = rng.random(len(account))
    channels = np.flatnonzero(account < len(spoken))
    of = account[channels]
    own[channels] = table[of, (which[channels] * number[of]).astype(np.int64)]
    return own


def _objects(
    rng: np.random.Generator,
    plan: Plan,
    settings: BackgroundSettings,
    index: int,
    hour: npt.NDArray[np.int64],
    by_channel: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """What posts (N,) link: channels each time a page of their own, persons one of the day's."""
    first = plan.first(Background.name)
    weights = 1.0 / np.arange(1, settings.pool + 1)
    rank = rng.choice(settings.pool, len(hour), p=weights / weights.sum())
    day = first + (hour // 24) * settings.pool + rank
    # Beyond all pools of the window.
    own = first + plan.days * settings.pool + index * 1_000_000 + np.arange(len(hour))
    linked = rng.random(len(hour)) < settings.linked
    return np.where(linked, np.where(by_channel, own, day), -1)


MECHANISM: Final = Background()
