"""Truths from simulated worlds against the parameters that were planted, and names of figures."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from howfar.simulate.background import rates
from howfar.simulate.counts import CountsSettings, factors
from howfar.validate.between import FUNCTIONS
from howfar.validate.judge import figure_of, null_of, scope_of
from howfar.validate.reference import channels_of, world_of
from howfar.validate.trials import DAYS, TRIALS
from howfar.validate.truths import Truth, Truths

WORLDS = 30
CHANNEL = "sim_ours_x_2"
SPREAD = CountsSettings().spread


@pytest.fixture(scope="module")
def truths() -> Truths:
    return Truths(channels_of(TRIALS["plain"].plan(0), WORLDS), None, FUNCTIONS)


def row(measure: str, **where: Any) -> dict[str, Any]:
    return {"measure": measure, "platform": "x", "channel": CHANNEL, "status": "measured"} | where


def close(found: Truth | None, planted: float) -> bool:
    """Within five of the truth's own standard errors, which must be small themselves."""
    assert found is not None
    assert found.error < 0.1 * abs(planted)
    return abs(found.value - planted) <= 5 * found.error + 1e-3 * abs(planted)


def test_of_views_are_those_of_the_lognormal_law_that_was_planted(truths: Truths) -> None:
    reach = truths.channel(CHANNEL).reach
    median = row("engagement", category="views", params="quantile=0.5")
    assert close(truths.of(median), reach)
    upper = row("engagement", category="views", params="quantile=0.9")
    assert close(truths.of(upper), reach * math.exp(1.2815516 * SPREAD))
    gini = 2 * float(ndtr(SPREAD / math.sqrt(2))) - 1
    assert close(truths.of(row("attention_inequality", category="views")), gini)
    top = truths.of(row("top_share", category="views", params="top=0.1"))
    assert close(top, float(ndtr(SPREAD - 1.2815516)))
    rest = truths.of(row("lorenz", category="views", params="p=0.9"))
    assert top is not None
    assert rest is not None
    assert rest.value == pytest.approx(1 - top.value)


def test_volume_and_shares_follow_the_planted_rates(truths: Truths) -> None:
    plan, society = truths.channels.plan, truths.channels.society
    expected = rates(plan, society, np.arange(DAYS * 24), "channels").sum(axis=0)
    names = [c.channel for c in society.channels]
    own = expected[names.index(CHANNEL)]
    assert close(truths.of(row("publishing_volume")), own / DAYS)
    compared = [
        n for n, c in enumerate(society.channels) if c.platform == 0 and c.role in ("ours", "peer")
    ]
    share = truths.of(row("share_of_voice", category="posts"))
    assert close(share, own / expected[compared].sum())


def test_a_rate_is_the_planted_one(truths: Truths) -> None:
    society, settings = truths.channels.society, CountsSettings()
    place = [c.channel for c in society.channels].index(CHANNEL)
    planted = settings.rates[0][0] * factors(society, settings)[place]
    assert close(truths.of(row("engagement_rate", category="reactions per view")), planted)


def test_against_peers_nothing_differs_where_all_are_alike() -> None:
    alike = Truths(channels_of(TRIALS["alike"].plan(0), WORLDS), None, FUNCTIONS)
    channels = [c.channel for c in alike.channels.society.channels if c.platform == 0]
    figures = [
        row("profile", channel=c, category="publishing_volume", params=None)
        | {"versus": "median of compared channels"}
        for c in channels[:6]
    ]
    found = alike.of(figures[1], figures)
    # Time zones move a channel's hours over the window's ends, and nothing else differs.
    assert found is not None
    assert found.value == pytest.approx(1.0, abs=0.05)


def test_nothing_is_stated_where_nothing_is_planted(truths: Truths) -> None:
    assert truths.of(row("attention_tail", category="views: fit p")) is None
    assert truths.of(row("no_such_measure")) is None
    assert truths.of(row("engagement", category="bookmarks", params="quantile=0.5")) is None
    telegram = row("engagement", category="views", params="quantile=0.5")
    assert truths.of(telegram | {"channel": "sim_ours_telegram_1", "platform": "telegram"}) is None


def test_growth_is_the_planted_curve() -> None:
    """Of posts seen at the age of two to seven days, and at the end: F(end) / F(then), about."""
    grown = Truths(channels_of(TRIALS["maturation"].plan(0), WORLDS), None, FUNCTIONS)
    found = grown.of(row("maturation", category="views", params="age=2-7d"))
    assert found is not None
    low, high = (1 - (1 + h * 3_600 / 10_800) ** -1.2 for h in (48, 96))
    assert 1 / high < found.value + 5 * found.error
    assert found.value - 5 * found.error < 1 / low


def test_a_world_of_its_own_is_the_world_that_is_written() -> None:
    pool = world_of(TRIALS["plain"].plan(3)).pool
    assert len(pool) == pytest.approx(TRIALS["plain"].size, rel=0.15)
    assert (pool["age"] >= 0).all()


@pytest.mark.parametrize(
    ("given", "figure", "scope"),
    [
        (
            row("engagement", category="views", params="quantile=0.5;kind=link"),
            "views, quantile=0.5, by kind of post",
            f"channel={CHANNEL}|platform=x|category=views|params=quantile=0.5;kind=link",
        ),
        (
            row("attention_tail", category="views", params="xmin=40;tail=88"),
            "views",
            f"channel={CHANNEL}|platform=x|category=views",
        ),
        (
            row("publishing_volume", category="kind=link"),
            "by kind",
            f"channel={CHANNEL}|platform=x|category=kind=link",
        ),
        (
            row("engagement", category="views", params="quantile=0.5")
            | {"period_start": dt.datetime(2024, 1, 8, tzinfo=dt.UTC)},
            "views, quantile=0.5, by week",
            f"channel={CHANNEL}|platform=x|category=views|params=quantile=0.5|from=2024-01-08",
        ),
    ],
)
def test_a_figure_has_one_name_whatever_its_place(
    given: dict[str, Any], figure: str, scope: str
) -> None:
    assert figure_of(given) == figure
    assert scope_of(given) == scope


def test_no_effect_is_a_ratio_of_one_or_a_distance_of_none() -> None:
    assert null_of(row("profile", category="publishing_volume")) == 1.0
    assert null_of(row("reaction_distance")) == 0.0
    assert null_of(row("talk_to_views", category="residual: comments on views")) == 1.0
    assert null_of(row("talk_to_views", category="elasticity: comments on views")) is None
