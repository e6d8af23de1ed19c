"""Opinions: true sentiment, stance and frame of posts, in known shares by who tells of what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import COUNTRIES, FRAMES, TOPICS
from howfar.simulate.plain import roots
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import PATHS, Society
from howfar.simulate.texts import repeated, source

FloatArray = npt.NDArray[np.float64]

PERIOD: Final = 28
"""Days in which shares stay as they are; then they move."""

TELLERS: Final = (*PATHS, "person")
"""Who tells: a channel by the first of its paths, or a person."""

SIGNS: Final = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Tilt:
    """Shares of -1, 0 and 1: proportional to exp(base[k] + k * tilt).

    tilt is the sum over the teller's, the topic's, the country's (evenly from -country to country
    over the countries in the order of their codes) and drift for each period of 28 days since the
    first.
    """

    base: tuple[float, float, float]
    teller: tuple[float, ...]
    topic: tuple[float, ...]
    country: float
    drift: float


@dataclass(frozen=True, slots=True)
class Opinions:
    """Parameters of opinions, the same for every seed.

    frames: weights of frames by topic (topics, frames), times those by teller (tellers, frames).
    holding: mechanisms whose posts, with all that answers them, hold these opinions; the posts of
    others say what those mechanisms make them say.
    """

    sentiment: Tilt = Tilt(
        (-0.4, 0.3, -0.3),
        (0.5, 0.3, 0.0, 0.4, 0.1, -0.1, -0.3),
        (0.1, 0.6, -0.4, 0.0, -0.6, 0.4),
        0.4,
        0.05,
    )
    stance: Tilt = Tilt(
        (-0.8, 0.8, -0.7),
        (0.9, 0.6, 0.0, 0.3, 0.1, -0.2, -0.1),
        (0.3, 0.2, -0.2, 0.1, -0.5, 0.0),
        0.5,
        -0.04,
    )
    frames: tuple[tuple[float, ...], ...] = (
        (6.0, 1.0, 0.5, 1.0, 1.5),
        (0.5, 0.5, 1.5, 6.0, 1.5),
        (2.0, 1.5, 2.0, 1.5, 3.0),
        (1.0, 0.5, 1.0, 4.0, 3.5),
        (0.5, 5.5, 1.5, 1.0, 1.5),
        (1.0, 3.0, 1.0, 4.5, 0.5),
    )
    telling: tuple[tuple[float, ...], ...] = (
        (1.2, 0.5, 0.8, 1.0, 1.5),
        (1.1, 0.7, 0.9, 1.0, 1.3),
        (1.0, 1.6, 0.8, 1.2, 1.0),
        (2.0, 0.5, 0.5, 1.0, 0.8),
        (1.2, 0.8, 1.0, 0.6, 1.4),
        (0.7, 1.2, 1.6, 1.2, 1.2),
        (0.8, 1.2, 1.3, 1.4, 0.8),
    )
    holding: tuple[str, ...] = ("background", "recycling")


class _Opinions(Quiet):
    """Gives posts their true labels; makes none of its own."""

    name = "opinions"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Posts with sentiment, stance and frame.

        A shared post keeps the words, and so the labels, of what it shares; an answer has the frame
        of what it answers; one recycled text has one label wherever it occurs.
        """
        settings = plan.of(Opinions)
        if part.mechanism not in settings.holding or not len(posts):
            return posts
        cell = cells(plan, society, posts)
        rng = plan.generator(self.name, part.mechanism, part.index)
        again = np.flatnonzero(posts["recycled"] >= 0)
        drawn = {}
        for name, values in _VALUES.items():
            u = rng.random(len(posts))
            u[again] = repeated(plan, posts["recycled"][again], name)
            reached = np.cumsum(shares(plan, name), axis=-1)[..., :-1]
            drawn[name] = np.array(values)[(u[:, None] >= reached[cell]).sum(axis=1)]
        said = source(posts)
        return posts.with_columns(
            sentiment=drawn["sentiment"][said],
            stance=drawn["stance"][said],
            frame=drawn["frame"][roots(posts)],
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Parameters of the shares."""
        settings = plan.of(Opinions)
        told: dict[str, Any] = {
            "shares": "exp(base[k] + k * tilt) over their sum, k = -1, 0, 1",
            "tilt": "teller + topic + country + drift * periods since the first",
            "period_days": PERIOD,
            "true_for": "posts that share nothing and recycle nothing; frame: posts without parent",
            "posts_of": list(settings.holding),
            "before": sorted(plan.mechanisms & {"crisis"}),
        }
        for name, tilt in (("sentiment", settings.sentiment), ("stance", settings.stance)):
            told[name] = {
                "base": list(tilt.base),
                "teller": dict(zip(TELLERS, tilt.teller, strict=True)),
                "topic": dict(zip(TOPICS, tilt.topic, strict=True)),
                "country": dict(zip(_codes(), _slopes(tilt.country).tolist(), strict=True)),
                "drift": tilt.drift,
            }
        return told

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """opinions: the share of each value of each variable, by teller, topic, country, period."""
        axes = (TELLERS, TOPICS, _codes(), range(_periods(plan)))
        columns: dict[str, list[Any]] = {
            name: [] for name in ("variable", "value", "share", *_AXES)
        }
        for name, values in _VALUES.items():
            told = shares(plan, name)
            labels = [FRAMES[v] if name == "frame" else str(v) for v in values]
            axis = np.indices(told.shape).reshape(5, -1)
            columns["variable"] += [name] * told.size
            columns["value"] += [labels[k] for k in axis[4]]
            columns["share"] += told.ravel().tolist()
            for place, (key, names) in enumerate(zip(_AXES, axes, strict=True)):
                columns[key] += [names[k] for k in axis[place]]
        return {"opinions": pa.table(columns)}


_AXES: Final = ("teller", "topic", "country", "period")
_VALUES: Final = {"sentiment": SIGNS, "stance": SIGNS, "frame": tuple(range(len(FRAMES)))}


def cells(
    plan: Plan, society: Society, posts: Posts
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]
]:
    """Teller, topic, country and period of posts, each (N,): places in the axes of shares().

    A recycled text counts wherever it occurs as told by a person of the first country in the first
    period, so that it has one label.
    """
    first = [PATHS.index(channel.paths[0]) for channel in society.channels]
    path = np.array([*first, len(PATHS)])
    teller = path[np.minimum(posts["account"], len(first))]
    period = np.clip((posts["created"] - plan.begins) // (PERIOD * DAY), 0, _periods(plan) - 1)
    once = posts["recycled"] < 0
    return (
        np.where(once, teller, len(PATHS)),
        posts["topic"].astype(np.int64),
        np.where(once, posts["country"], 0),
        np.where(once, period, 0),
    )


def shares(plan: Plan, variable: str) -> FloatArray:
    """True shares (tellers, topics, countries, periods, values); they sum to 1 over values.

    variable: sentiment, stance (values -1, 0, 1) or frame (places in places.FRAMES).
    """
    return _shares(plan.of(Opinions), _periods(plan), variable)


@lru_cache(maxsize=6)
def _shares(settings: Opinions, periods: int, variable: str) -> FloatArray:
    if variable == "frame":
        by_topic = np.array(settings.frames)[None, :, None, None, :]
        weights = by_topic * np.array(settings.telling)[:, None, None, None, :]
        shape = (len(TELLERS), len(TOPICS), len(COUNTRIES), periods, len(FRAMES))
        weights = np.broadcast_to(weights, shape)
    else:
        own: Tilt = getattr(settings, variable)
        tilt = (
            np.array(own.teller)[:, None, None, None]
            + np.array(own.topic)[:, None, None]
            + _slopes(own.country)[:, None]
            + own.drift * np.arange(periods)
        )
        weights = np.exp(np.array(own.base) + np.array(SIGNS) * tilt[..., None])
    made: FloatArray = weights / weights.sum(axis=-1, keepdims=True)
    return made


def _slopes(country: float) -> FloatArray:
    """Tilt of each country (countries,), by the order of codes, so that neighbours differ."""
    rank = np.argsort(np.argsort(np.array(_codes())))
    return country * (2 * rank / (len(COUNTRIES) - 1) - 1)


def _codes() -> list[str]:
    return [place.code for place in COUNTRIES]


def _periods(plan: Plan) -> int:
    return -(-plan.days // PERIOD)


MECHANISM: Final = _Opinions()
