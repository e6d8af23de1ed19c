"""Planted rejects: as many as the rate says, for reasons that readers have."""

from __future__ import annotations

import math

from tests.simulate.export import cases
from tests.simulate.hand import plan

from howfar.schema.reader import REASONS
from howfar.simulate.export import Crawl, RejectSettings, Scene, pieces
from howfar.simulate.rejects import MECHANISM
from howfar.simulate.society import society


def _made(*on: str, seed: int = 7, rate: float = 0.02) -> tuple[int, int]:
    """True and planted records of a world of 4,000 posts."""
    world = plan(*on, seed=seed, size=4_000, RejectSettings=RejectSettings(rate))
    scene = Scene(world, society(world))
    posts = cases.world(scene)
    found = pieces(scene, Crawl("main", world.ends), posts, ["Simulated."] * len(posts))
    planted = sum(len(piece.planted) for piece in found.values())
    return sum(piece.records for piece in found.values()), planted


def test_as_many_as_the_rate_says_and_no_true_record_is_lost() -> None:
    for rate in (0.02, 0.1):
        true, planted = _made("rejects", rate=rate)
        assert true == 4_000
        assert abs(planted - rate * true) < 4 * math.sqrt(true * rate * (1 - rate))


def test_turned_off_there_are_none() -> None:
    assert _made() == (4_000, 0)


def test_the_seed_draws_them() -> None:
    assert _made("rejects") == _made("rejects")
    assert len({_made("rejects", seed=seed) for seed in range(3)}) > 1


def test_truth_tells_rate_and_reasons_of_every_format() -> None:
    world = plan("rejects", RejectSettings=RejectSettings(0.25))
    told = MECHANISM.truth(world, society(world))
    assert told["rate"] == 0.25
    assert told["kinds"].keys() == set(cases.FORMATS)
    reasons = {reason for kinds in told["kinds"].values() for reason in kinds.values()}
    assert reasons <= REASONS.keys()
    assert {"json", "id", "timezone", "duplicate_key", "unterminated_quote"} <= reasons
