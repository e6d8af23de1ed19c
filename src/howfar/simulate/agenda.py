"""Precedence of agendas: our attention to a topic moves that of all others, days later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import TOPICS
from howfar.simulate.plain import ours, plain, roots
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society

OURS, OTHERS = range(2)
SIDES = ("ours", "others")
_BURN_IN = 60


@dataclass(frozen=True, slots=True)
class AgendaSettings:
    """Parameters of attention, on the scale of log(posts on the topic / posts on the rest).

    led, free: the topic where ours lead, and one where nobody does. lag: days between. strength:
    what one unit of ours' attention adds to others', lag days later. memory: first
    autocorrelation of both. sway, noise: standard deviations of what is new each day for ours and
    for others. share: of each of the two topics where attention is as usual.
    """

    led: str = "trade"
    free: str = "culture"
    lag: int = 3
    strength: float = 0.6
    memory: float = 0.5
    sway: float = 0.6
    noise: float = 0.35
    share: float = 0.2

    @property
    def spread(self) -> float:
        """Standard deviation of others' attention to the led topic.

        Of y(t) = a y(t-1) + s x(t-lag) + e(t), x autoregressive with the same a:
        (s^2 var(x) (1 + a^2) / (1 - a^2) + var(e)) / (1 - a^2).
        """
        rest = 1.0 - self.memory**2
        ours = self.sway**2 / rest
        passed = self.strength**2 * ours * (1.0 + self.memory**2) / rest
        return float(np.sqrt((passed + self.noise**2) / rest))


def attention(plan: Plan) -> npt.NDArray[np.float64]:
    """Attention (2, 2, days): led and free topic, ours and others, each UTC day of the window.

    The free topic's series have the spread and memory of the led one's, and no link.
    """
    settings = plan.of(AgendaSettings)
    days = _BURN_IN + plan.days
    drawn = plan.generator("agenda").standard_normal((2, 2, days))
    alone = settings.spread * np.sqrt(1.0 - settings.memory**2)
    drawn *= np.array([[settings.sway, settings.noise], [settings.sway, alone]])[:, :, None]
    series = np.zeros((2, 2, days))
    for day in range(1, days):
        series[:, :, day] = settings.memory * series[:, :, day - 1] + drawn[:, :, day]
        if day >= settings.lag:
            series[0, OTHERS, day] += settings.strength * series[0, OURS, day - settings.lag]
    return series[:, :, _BURN_IN:]


def shares(plan: Plan) -> npt.NDArray[np.float64]:
    """Expected shares (2, 2, days) of the two topics among posts, as attention()."""
    share = plan.of(AgendaSettings).share
    weight = share / (1.0 - 2.0 * share) * np.exp(attention(plan))
    made: npt.NDArray[np.float64] = weight / (1.0 + weight.sum(axis=0))
    return made


class Agenda(Quiet):
    """Our channels lead others on a topic by days; on another topic nobody leads.

    Topics of plain posts are drawn anew; those of other planted happenings stay.
    """

    name = "agenda"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Topics by day and side; replies and shares keep the topic of what they answer."""
        settings = plan.of(AgendaSettings)
        rng = plan.generator("agenda", part.mechanism, part.index)
        # What answers outside news is on the topic of the news.
        free_to_draw = plain(posts) & (posts["news"] < 0)
        side = np.where(ours(society)[posts["account"]], OURS, OTHERS)
        day = np.clip((posts["created"] - plan.begins) // DAY, 0, plan.days - 1)
        drawn, other = rng.random((2, len(posts)))
        expected = shares(plan)[:, side, day]
        led, free = TOPICS.index(settings.led), TOPICS.index(settings.free)
        rest = np.array([n for n in range(len(TOPICS)) if n not in (led, free)])
        topic = posts["topic"]
        as_before = np.where(
            np.isin(topic, rest), topic, rest[(other * len(rest)).astype(np.int64)]
        )
        chosen = np.where(
            drawn < expected[0], led, np.where(drawn < expected.sum(axis=0), free, as_before)
        )
        root = roots(posts)
        return posts.with_columns(topic=np.where(free_to_draw[root], chosen[root], topic))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Lag, strength, and on which posts the attention is planted."""
        settings = plan.of(AgendaSettings)
        return {
            "leads": [
                {
                    "topic": settings.led,
                    "leader": "ours",
                    "follower": "others",
                    "lag_days": settings.lag,
                    "strength": settings.strength,
                },
                {"topic": settings.free, "leader": None, "strength": 0.0},
            ],
            "memory": settings.memory,
            "sway": settings.sway,
            "noise": settings.noise,
            "scale": "log(posts on the topic / posts on topics other than the two), by UTC day",
            "posts": "posts that answer nothing, no outside news, and are of no other happening",
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """Attention and expected share of each topic, side and day."""
        settings = plan.of(AgendaSettings)
        days = [plan.start + dt.timedelta(n) for n in range(plan.days)]
        names = [
            (topic, side, day)
            for topic in (settings.led, settings.free)
            for side in SIDES
            for day in days
        ]
        topics, sides, dates = zip(*names, strict=True)
        return {
            "agenda": pa.table(
                {
                    "topic": pa.array(topics),
                    "side": pa.array(sides),
                    "day": pa.array(dates, pa.date32()),
                    "attention": attention(plan).ravel(),
                    "share": shares(plan).ravel(),
                }
            )
        }


MECHANISM = Agenda()
