"""Gaps of a whole study: by audience, with an index and without, with targets of objectives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from howfar.errors import StudyError
from howfar.improve.audience_figures import figure_id
from howfar.improve.gap import MEDIAN, TARGET, Audience, Gap
from howfar.improve.study_gaps import StudyGaps, study_gaps
from howfar.schema.comparable import Ground
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Sampling
from howfar.stats.blocks import draw_blocks
from howfar.study.channel import Channel
from howfar.study.comparison import Indicator as Asked
from howfar.study.file import Study, parse_study
from howfar.study.index_part import IndexIndicator
from howfar.study.registry import Registry

WEEKS, DRAWS = 20, 300
HEAD = """
[study]
id = "s"
title = "T"
question = "Q?"

[window]
start = 2024-01-01
end = 2024-05-20
timezone = "UTC"

[[objectives]]
id = "often"
statement = "Publish every day in French."
audience = "Readers"
languages = ["fr"]
indicators = ["publishing_volume"]
target = 1.0
"""
INDEX = """
[index]
units = "organisation"
[[index.groups]]
id = "i"
[[index.indicators]]
id = "volume"
parent = "i"
measure = "publishing_volume"
target = 8.0
[[index.indicators]]
id = "median"
parent = "i"
measure = "engagement"
category = "reactions"
params = { quantile = 0.5 }
"""


def channel(name: str, platform: str, role: str, owner: str | None = "The Office") -> Channel:
    return Channel.model_validate(
        {"channel": name, "name": name, "organisation": name.split("-")[0], "platform": platform,
         "paths": ["official"], "role": role, "declared_owner": owner, "basis": "organisation",
         "evidence": "https://example.org/about"}
    )  # fmt: skip


CHANNELS = Registry(
    tuple(
        channel(f"{who}-{place}", place, "ours" if who == "we" else "peer")
        for place in ("x", "facebook")
        for who in ("we", "they", "others")
    )
)
VOLUME = {"we": 2.0, "they": 6.0, "others": 4.0}
MEDIANS = {"we": 30.0, "they": 20.0, "others": 40.0}
FRENCH = {"we": 0.5, "they": 2.0, "others": 3.0}


def figures(rng: np.random.Generator) -> dict[str, list[Result]]:
    def result(value: float, unit: str, **dims: object) -> Result:
        drawn = value * np.exp(rng.normal(0, 0.05, DRAWS))
        half = 2.1 * float(drawn.std())
        estimate = Estimate(value, value - half, value + half, "confidence", 0.95, 50, None, 1,
                            unit, "m", "measured")  # fmt: skip
        return Result(estimate, dims, drawn)

    volume, engagement = [], []
    for row in CHANNELS:
        who, dims = row.organisation, {"channel": row.channel, "platform": row.platform}
        volume.append(result(VOLUME[who], "posts per day", **dims))
        volume.append(result(FRENCH[who], "posts per day", **dims, language="fr"))
        volume.append(result(0.1, "posts per day", **dims, language="de"))
        volume.append(result(1.0, "posts per day", **dims, category="kind=video"))
        params = "quantile=0.5"
        engagement.append(
            result(MEDIANS[who], "reactions", **dims, category="reactions", params=params)
        )
    engagement.append(Result(not_measured("reactions", "no counts"), {"channel": None}))
    return {"publishing_volume": volume, "engagement": engagement}


def taken(text: str, channels: Registry = CHANNELS, **more: object) -> StudyGaps:
    rng = np.random.default_rng(1)
    draw = draw_blocks(np.arange(WEEKS), DRAWS, rng)
    sampling = Sampling(0, WEEKS * 7 * 86_400_000_000, 0.95, draw, rng, figures(rng))
    series = {(row.channel, row.platform): frozenset({"complete"}) for row in channels}
    study: Study = parse_study(text, "study.toml")
    return study_gaps(study, channels, Ground(series, frozenset(series)), sampling, **more)  # type: ignore[arg-type]


def of(found: StudyGaps, kind: str, audience: Audience) -> Gap:
    return next(g for g in found.gaps if g.kind == kind and g.audience == audience)


def test_an_index_is_taken_apart_for_all_and_for_each_platform() -> None:
    found = taken(HEAD + INDEX)
    assert found.absent == {}
    whole, x = Audience(), Audience(platform="x")
    french = Audience(language="fr", platform="facebook")
    assert {g.audience for g in found.gaps} >= {whole, x, french}
    assert Audience(language="de", platform="x") not in {g.audience for g in found.gaps}
    # Volume 2, 6, 4 is 0, 100, 50 and the median 30, 20, 40 is 50, 0, 100: others have 75.
    best = of(found, "best", x)
    assert (best.unit, best.versus) == ("we", "others")
    assert best.scores == pytest.approx((25.0, 75.0))
    assert {p.indicator: p.contribution.value for p in best.parts} == pytest.approx(
        {"volume": -25.0, "median": -25.0}
    )
    assert [p.indicator for p in best.decided] == ["volume"]
    assert best.parts[0].within == "frequency"
    assert best.difference.low_kind == "confidence"
    assert best.clear
    # They have 50 and are next above; nobody else is above but the best.
    peer = of(found, "peer", whole)
    assert peer.versus == "they"
    # Eight posts a day are 150 points of a half.
    target = of(found, "target", whole)
    assert target.versus == TARGET
    assert target.difference.value == pytest.approx(-75.0)
    assert target.parts[0].relative.value == pytest.approx(2 / 8 - 1)


def test_a_language_has_figures_beside_figures_and_the_objectives_target() -> None:
    found = taken(HEAD + INDEX)
    french = Audience(language="fr", platform="x")
    peer = of(found, "peer", french)
    assert peer.versus == MEDIAN
    assert peer.difference.status == "not_measured"
    (part,) = peer.parts
    assert (part.own, part.other) == (0.5, 2.5)
    assert part.relative.value == pytest.approx(-0.8)
    assert part.relative.low is not None
    assert part.relative.low < -0.8
    assert (part.within, part.direction) == ("language", 0)
    assert part.contribution.status == part.elasticity.status == "not_measured"
    aim = of(found, "target", french).parts[0]
    assert (aim.own, aim.other, aim.distance.value) == (0.5, 1.0, -0.5)
    # Beside peers nobody said which way is better; of its own target the objective does.
    assert aim.direction == 1
    less = HEAD.replace("target = 1.0", "target = 1.0\ndirection = -1")
    assert of(taken(less), "target", french).parts[0].direction == -1


def test_without_an_index_the_profile_stands_beside_the_peers() -> None:
    found = taken(HEAD)
    peer = of(found, "peer", Audience(platform="facebook"))
    assert peer.scores == (None, None)
    assert peer.difference.reason == "the study puts these figures together in no index"
    named = {p.name: (p.own, p.other) for p in peer.parts}
    # Figures that nobody has are left out.
    assert named == {"Publishing volume": (2.0, 5.0), "Engagement: reactions": (30.0, 30.0)}
    assert [p.within for p in peer.parts] == ["frequency", None]
    # The objective is for French: its target is none of all languages together.
    assert not [g for g in found.gaps if g.kind == "target" and g.audience.language is None]


def test_a_figure_has_one_name_in_every_audience() -> None:
    found = taken(HEAD)
    named = {g.audience: {p.indicator for p in g.parts} for g in found.gaps if g.kind == "peer"}
    assert named[Audience(platform="x")] == {
        "publishing_volume",
        "engagement.reactions.quantile-0.5",
    }
    # Of a language there is the volume alone: it has the name that it has beside others.
    assert named[Audience(language="fr", platform="x")] == {"publishing_volume"}
    rows = [(g.audience, g.unit, g.versus, p.indicator) for g in found.gaps for p in g.parts]
    assert len(rows) == len(set(rows))


def test_names_of_figures_tell_them_apart() -> None:
    def id(category: str | None = None, **params: object) -> str:
        return figure_id(Asked(measure="engagement", category=category, params=params))

    assert id() == "engagement"
    assert id("kind=video") == "engagement.kind-video"
    assert id("reactions", quantile=0.5) == "engagement.reactions.quantile-0.5"
    assert id("reactions", b=1, a=2) == id("reactions", a=2, b=1)
    hard = ["тег", "ключ", "a b", "a/b", "a-b", ""]
    assert len({id(one) for one in hard}) == len(hard)
    for one in hard:
        IndexIndicator(id=id(one), parent="all", measure="engagement")


def test_a_chosen_peer() -> None:
    found = taken(HEAD + INDEX, peer="others")
    assert of(found, "peer", Audience()).versus == "others"
    french = of(found, "peer", Audience(language="fr", platform="x"))
    assert french.parts[0].other == 3.0


def test_what_is_within_control_is_declared_and_checked() -> None:
    declared = INDEX.replace('id = "median"', 'id = "median"\nwithin_control = "replies"')
    best = of(taken(HEAD + declared), "best", Audience(platform="x"))
    assert [p.within for p in best.parts] == ["frequency", "replies"]
    with pytest.raises(StudyError, match="emotions") as caught:
        taken(HEAD + declared.replace("replies", "anger"))
    assert caught.value.where.startswith("study.toml:")
    with pytest.raises(StudyError, match="'mood' is refused"):
        taken(HEAD + INDEX.replace('id = "volume"', 'id = "mood"'), decided={"mood": "kind"})
    with pytest.raises(StudyError, match="not within control: what people are to feel"):
        taken(HEAD + declared.replace('id = "median"', 'id = "anger"'))


def test_ours_without_an_owner_get_no_advice() -> None:
    silent = Registry((channel("we-x", "x", "ours", None), *CHANNELS.channels[1:]))
    with pytest.raises(StudyError, match="no declared owner: we-x"):
        taken(HEAD + INDEX, silent)


def test_an_audience_without_ours_says_so() -> None:
    rows = tuple(row for row in CHANNELS if row.channel != "we-x")
    found = taken(HEAD + INDEX, Registry(rows))
    assert found.absent[Audience(platform="x")] == "none of our channels is compared for on x"
    alone = tuple(row for row in CHANNELS if row.platform == "facebook" or row.role == "ours")
    told = taken(HEAD + INDEX, Registry(alone)).absent[Audience(platform="x")]
    assert told.startswith("none of our channels is compared")


def test_the_same_again() -> None:
    first, again = taken(HEAD + INDEX), taken(HEAD + INDEX)
    assert first == again
    assert replace(first, gaps=()) != first
