"""Changes of practice with known effects, staggered over channels, in trend, season and noise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.plain import SEEN, answers, plain, roots
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import FIGURES, Posts
from howfar.simulate.society import Society

FIGURE, VOLUME = range(2)
_NOISE_BOUND = 2.0


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """Parameters of the panel of channels, all on the scale of logarithms but the effects.

    effects: relative changes that are planted, each on figures and on volume. dates: when
    channels change, parts of the window. untreated: every so manieth of our channels never
    changes. trend: growth over the whole window, of all channels alike. season: amplitude of a
    wave of period days, of all channels alike. memory, noise: autocorrelation from week to week
    and standard deviation of each channel's own noise, which is cut off at two of them.
    """

    effects: tuple[float, ...] = (0.0, 0.05, 0.20)
    dates: tuple[float, ...] = (0.35, 0.45, 0.55, 0.65)
    untreated: int = 4
    trend: float = 0.10
    season: float = 0.08
    period: float = 91.0
    memory: float = 0.6
    noise: float = 0.08


@dataclass(frozen=True, slots=True)
class Change:
    """What one channel changed: from midnight UTC of a day of the window on, with what effect."""

    account: int
    day: int
    figures: float
    volume: float

    def date(self, plan: Plan) -> dt.date:
        """The day of the change."""
        return plan.start + dt.timedelta(self.day)


def changes(plan: Plan, society: Society) -> list[Change]:
    """Every change: of our channels with a declared owner, crossed over effects and dates."""
    settings = plan.of(PracticeSettings)
    ours = [n for n, c in enumerate(society.channels) if c.role == "ours" and c.owner and c.basis]
    treated = [n for place, n in enumerate(ours, 1) if place % settings.untreated]
    several = len(settings.effects)
    return [
        Change(
            account,
            # So that no platform and no effect has most of its changes on one date.
            int(settings.dates[(place + 2 * (place // several)) % len(settings.dates)] * plan.days),
            settings.effects[place % several],
            settings.effects[place // several % several],
        )
        for place, account in enumerate(treated)
    ]


def without(plan: Plan, society: Society) -> npt.NDArray[np.float64]:
    """Log level (2, C, days) of figures and volume of each channel, had nobody changed anything.

    One array for all who ask: it cannot be written to.
    """
    return _without(plan.seed, plan.days, plan.of(PracticeSettings), len(society.channels))


@lru_cache(maxsize=2)
def _without(
    seed: int, length: int, settings: PracticeSettings, channels: int
) -> npt.NDArray[np.float64]:
    plan = Plan(seed, 0, "", frozenset())
    days = np.arange(length)
    weeks = length // 7 + 2
    own = np.empty((2, channels, length))
    for account in range(channels):
        drawn = plan.generator("practice", "noise", account).standard_normal((2, weeks))
        for week in range(1, weeks):
            drawn[:, week] *= np.sqrt(1.0 - settings.memory**2)
            drawn[:, week] += settings.memory * drawn[:, week - 1]
        own[:, account] = np.clip(drawn, -_NOISE_BOUND, _NOISE_BOUND)[:, 1 + days // 7]
    common = settings.trend * days / length
    common = common + settings.season * np.sin(2.0 * np.pi * days / settings.period)
    levels: npt.NDArray[np.float64] = settings.noise * own + common
    levels.flags.writeable = False
    return levels


def effects(plan: Plan, society: Society) -> npt.NDArray[np.float64]:
    """Factor (2, C, days) of what was changed: 1 before, 1 + effect from the day on."""
    made = np.ones((2, len(society.channels), plan.days))
    for change in changes(plan, society):
        made[FIGURE, change.account, change.day :] += change.figures
        made[VOLUME, change.account, change.day :] += change.volume
    return made


def kept(plan: Plan, society: Society) -> npt.NDArray[np.float64]:
    """Part (C, days) of each channel's plain posts that is kept, 0 to 1.

    exp(level) x effect over the most that this channel could have: a volume can only be planted
    by leaving posts away.
    """
    settings = plan.of(PracticeSettings)
    most = settings.trend + settings.season + _NOISE_BOUND * settings.noise
    factor = effects(plan, society)[VOLUME]
    level = np.exp(without(plan, society)[VOLUME] - most)
    made: npt.NDArray[np.float64] = level * factor / factor.max(axis=1, keepdims=True)
    return made


class Practice(Quiet):
    """Dated changes of practice with known effects on figures and volume, staggered over channels.

    Channels' plain posts are thinned, with all that answers them, and their figures scaled.
    """

    name = "practice"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Fewer posts, other figures. A cascade stays or goes as a whole."""
        rng = plan.generator("practice", part.mechanism, part.index)
        drawn = rng.random((1 + len(FIGURES), len(posts)))
        own = plain(posts) & (posts["account"] < len(society.channels))
        account = np.where(own, posts["account"], 0)
        day = np.clip((posts["created"] - plan.begins) // DAY, 0, plan.days - 1)
        stays = ~own | (drawn[0] < kept(plan, society)[account, day])
        level = np.exp(without(plan, society)[FIGURE]) * effects(plan, society)[FIGURE]
        factor = np.where(own, level[account, day], 1.0)
        figures = {}
        for place, name in enumerate(FIGURES, 1):
            # Rounded up as often as the part behind the point says, so that no effect is lost.
            scaled = np.floor(posts[name] * factor + drawn[place]).astype(np.int64)
            if name in SEEN:
                scaled = np.maximum(scaled, answers(posts, name))
            figures[name] = np.where(own & (posts[name] >= 0), scaled, posts[name])
        return posts.with_columns(**figures).take(np.flatnonzero(stays[roots(posts)]))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Effects and dates, by channel; the others are controls."""
        settings = plan.of(PracticeSettings)
        return {
            "changes": [
                {
                    "channel": society.channels[change.account].channel,
                    "date": change.date(plan).isoformat(),
                    "effect_on_figures": change.figures,
                    "effect_on_volume": change.volume,
                }
                for change in changes(plan, society)
            ],
            "unit": "relative change of the expected figures of a post and of the posts a day",
            "posts": "channels' own posts that belong to no other planted happening",
            "trend": settings.trend,
            "season": {"amplitude": settings.season, "days": settings.period},
            "noise": {"standard_deviation": settings.noise, "memory_of_weeks": settings.memory},
            "before": sorted(plan.mechanisms & {"crisis"}),
        }

    def events(self, plan: Plan, society: Society) -> list[dict[str, object]]:
        """The dates of changes, and at which channels."""
        dates: dict[dt.date, list[str]] = {}
        for change in changes(plan, society):
            channel = society.channels[change.account].channel
            dates.setdefault(change.date(plan), []).append(channel)
        return [
            {
                "id": f"sim-practice-{number}",
                "start": date,
                "title": f"Simulated change of practice: {', '.join(names)}",
                "category": "practice",
            }
            for number, (date, names) in enumerate(sorted(dates.items()), 1)
        ]

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """Every channel's change, and its levels without it, by day."""
        made = {change.account: change for change in changes(plan, society)}
        names = [channel.channel for channel in society.channels]
        told = [made.get(account) for account in range(len(names))]
        level = without(plan, society)
        dates = [plan.start + dt.timedelta(n) for n in range(plan.days)]
        return {
            "practice": pa.table(
                {
                    "channel": pa.array(names, pa.string()),
                    "date": pa.array([c.date(plan) if c else None for c in told], pa.date32()),
                    "effect_on_figures": [c.figures if c else 0.0 for c in told],
                    "effect_on_volume": [c.volume if c else 0.0 for c in told],
                }
            ),
            "practice_days": pa.table(
                {
                    "channel": pa.array(np.repeat(names, plan.days)),
                    "day": pa.array(dates * len(names), pa.date32()),
                    "log_figures": level[FIGURE].ravel(),
                    "log_volume": level[VOLUME].ravel(),
                    "kept": kept(plan, society).ravel(),
                }
            ),
        }


MECHANISM = Practice()
