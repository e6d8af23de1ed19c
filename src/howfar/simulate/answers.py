"""Flare-ups, and how long official channels take to answer them; some never do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from howfar.simulate.happenings import in_window, instants, moment, scaled, told_by
from howfar.simulate.parts import Quiet
from howfar.simulate.places import PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, HOUR, Plan
from howfar.simulate.posts import ORIGINAL, REPLY, Posts, together
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Latency:
    """How one kind of channel answers: the delay is lognormal.

    median: hours. spread: standard deviation of the logarithm. never: probability that it stays
    silent whatever time passes.
    """

    median: float
    spread: float
    never: float

    @property
    def overall(self) -> float:
        """Hours after which half of all flare-ups are answered, those never answered among them.

        Infinite where half or more are never answered.
        """
        if self.never >= 0.5:
            return float("inf")
        return float(self.median * np.exp(self.spread * ndtri(0.5 / (1 - self.never))))


def _roles() -> dict[str, Latency]:
    return {"ours": Latency(4.0, 1.0, 0.15), "peer": Latency(9.0, 1.2, 0.3)}


@dataclass(frozen=True, slots=True)
class Answers:
    """Parameters of answers, the same for every seed.

    roles: how channels of a role answer; flare-ups fall to the roles in turn. posts_per_flare: one
    flare-up for so many posts of the world, between fewest and most. posts: expected number of
    persons' posts of one. decay: their mean delay, hours, exponential. negative: probability that
    one is negative, otherwise neutral. replying: probability that an answer replies to the first
    post instead of standing alone. late: share of flare-ups in the last day of the window, whose
    answers are often not seen any more. named: how many of them the study file names as events, the
    first by number, whose onsets are no others than the rest's; more would hide the charts.
    """

    roles: Mapping[str, Latency] = field(default_factory=_roles)
    posts_per_flare: int = 2_500
    fewest: int = 16
    most: int = 120
    posts: float = 25.0
    decay: float = 8.0
    negative: float = 0.8
    replying: float = 0.5
    late: float = 0.1
    named: int = 12


@dataclass(frozen=True, slots=True)
class Flare:
    """One flare-up. latency: hours to the answer even if after the window; None: never."""

    number: int
    onset: int
    channel: int
    role: str
    topic: int
    posts: int
    latency: float | None

    @property
    def answered(self) -> int | None:
        """When the answer is written, in the window or after it."""
        if self.latency is None:
            return None
        return int(instants(np.array([self.onset + self.latency * HOUR]))[0])


_BATCH: Final = 20
"""Flare-ups of one part."""


class _Answers(Quiet):
    """Flare-ups that official channels answer after a lognormal latency, too late, or never."""

    name = "answers"

    def parts(self, plan: Plan, society: Society) -> int:
        """Some flare-ups each."""
        return -(-_number(plan) // _BATCH)

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """What persons write of some flare-ups, and the channels' answers in the window."""
        numbers = range(index * _BATCH, min((index + 1) * _BATCH, _number(plan)))
        made = [self._flare(plan, society, flare(plan, society, n)) for n in numbers]
        return in_window(plan, together(made))

    def _flare(self, plan: Plan, society: Society, told: Flare) -> Posts:
        settings = plan.of(Answers)
        rng = plan.generator(self.name, "posts", told.number)
        platform = int(society.platform[told.channel])
        delay = np.sort(rng.exponential(settings.decay * HOUR, told.posts - 1))
        account = society.writers(rng, platform, told.posts)
        created = told.onset + np.concatenate([[0.0], delay])
        sentiment = np.where(rng.random(told.posts) < settings.negative, -1, 0)
        parent = np.full(told.posts, -1)
        if told.answered is not None:
            account = np.append(account, told.channel)
            created = np.append(created, told.answered)
            sentiment = np.append(sentiment, 0)
            parent = np.append(parent, 0 if rng.random() < settings.replying else -1)
        number = plan.first(self.name) + told.number
        return told_by(
            society,
            account,
            created,
            parent=parent,
            root=np.where(parent < 0, np.arange(len(parent)), 0),
            generation=parent + 1,
            relation=np.where(parent < 0, ORIGINAL, REPLY),
            sentiment=sentiment,
            topic=told.topic,
            story=number,
            object=number,
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        roles = {
            role: {
                "median_hours_of_answers": latency.median,
                "spread_log": latency.spread,
                "never": latency.never,
                "median_hours_of_all": latency.overall if latency.never < 0.5 else None,
            }
            for role, latency in plan.of(Answers).roles.items()
        }
        return {
            "flares": _number(plan),
            "named_as_events": min(_number(plan), plan.of(Answers).named),
            "latency": roles,
            "column": "posts.story and posts.object: the number of the flare-up",
            "tables": ["flares"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """flares: one a row; status answered, censored (after the window's end) or never.

        latency_hours is that drawn, whether seen or not.
        """
        found = flares(plan, society)
        utc = pa.timestamp("us", "UTC")
        status = [_status(plan, told) for told in found]
        columns = {
            "event": [event_id(told) for told in found],
            "story": [plan.first(self.name) + told.number for told in found],
            "onset": pa.array([told.onset for told in found], utc),
            "topic": [TOPICS[told.topic] for told in found],
            "platform": [PLATFORMS[society.platform[told.channel]] for told in found],
            "channel": [society.channels[told.channel].channel for told in found],
            "role": [told.role for told in found],
            "named": [told.number < plan.of(Answers).named for told in found],
            "posts": [told.posts for told in found],
            "status": status,
            "answered": pa.array(
                [
                    told.answered if told_status == "answered" else None
                    for told, told_status in zip(found, status, strict=True)
                ],
                utc,
            ),
            "latency_hours": pa.array([told.latency for told in found], pa.float64()),
        }
        return {"flares": pa.table(columns)}

    def events(self, plan: Plan, society: Society) -> list[dict[str, object]]:
        """The onsets of those that the study names."""
        return [
            {
                "id": event_id(told),
                "start": moment(told.onset),
                "title": f"Simulated flare-up {told.number + 1}: {TOPICS[told.topic]}",
                "category": "flare-up",
            }
            for told in flares(plan, society)[: plan.of(Answers).named]
        ]


def event_id(told: Flare) -> str:
    """The name of a flare-up in the study file."""
    return f"sim-flare-{told.number + 1}"


def flares(plan: Plan, society: Society) -> list[Flare]:
    """All flare-ups of a world."""
    return [flare(plan, society, number) for number in range(_number(plan))]


def flare(plan: Plan, society: Society, number: int) -> Flare:
    """When a flare-up begins, who has to answer it, and after how many hours."""
    settings = plan.of(Answers)
    rng = plan.generator("answers", "flares", number)
    role = tuple(settings.roles)[number % len(settings.roles)]
    latency = settings.roles[role]
    channels = [i for i, c in enumerate(society.channels) if c.role == role]
    official = [
        i for i in channels if {"official", "semi_official"} & set(society.channels[i].paths)
    ]
    end = plan.ends - plan.begins - HOUR
    day = min(DAY, end)
    at = end - rng.random() * day if rng.random() < settings.late else rng.random() * (end - day)
    return Flare(
        number=number,
        onset=plan.begins + int(instants(np.array([at]))[0]),
        channel=int(rng.choice(official or channels)),
        role=role,
        topic=int(rng.integers(0, len(TOPICS))),
        posts=1 + int(rng.poisson(settings.posts - 1)),
        latency=None
        if rng.random() < latency.never
        else float(latency.median * np.exp(latency.spread * rng.standard_normal())),
    )


def _status(plan: Plan, told: Flare) -> str:
    if told.answered is None:
        return "never"
    return "answered" if told.answered < plan.ends else "censored"


def _number(plan: Plan) -> int:
    settings = plan.of(Answers)
    return min(scaled(plan, settings.posts_per_flare, settings.fewest), settings.most)


MECHANISM: Final = _Answers()
