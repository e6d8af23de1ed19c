"""Accounts: every path and role on every platform, heavy tails with the stated exponents."""

from collections import Counter

import numpy as np
import pytest
from tests.simulate.hand import plan

from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.society import PATHS, Society, SocietySettings, society
from howfar.study.channel import Channel

SETTINGS = SocietySettings()


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan(size=400_000))


def test_forty_channels_of_every_path_and_role_on_every_platform(accounts: Society) -> None:
    assert len(accounts.channels) == 40
    pairs = {(path, channel.role) for channel in accounts.channels for path in channel.paths}
    assert pairs == {(path, role) for path in PATHS for role in ("ours", "peer", "other")}
    on = Counter((channel.platform, channel.role) for channel in accounts.channels)
    for platform in range(len(PLATFORMS)):
        each = [on[platform, role] for role in ("ours", "peer", "other")]
        assert each == [3, 3, 2]
    assert sum(len(channel.paths) > 1 for channel in accounts.channels) >= 2
    assert sum(not channel.basis for channel in accounts.channels) == 2
    assert np.mean([channel.rate for channel in accounts.channels]) == pytest.approx(1.0)


def test_every_channel_is_one_that_a_registry_takes(accounts: Society) -> None:
    for channel in accounts.channels:
        assert channel.channel.startswith("sim_")
        assert "imulated" in channel.name
        assert "Simulated" in channel.owner
        Channel.model_validate(
            {
                "channel": channel.channel,
                "name": channel.name,
                "organisation": channel.owner,
                "platform": PLATFORMS[channel.platform],
                "handle": channel.channel,
                "country": COUNTRIES[channel.country].code,
                "languages": [LANGUAGES[tongue] for tongue in channel.languages],
                "paths": list(channel.paths),
                "role": channel.role,
                "declared_owner": channel.owner,
            }
            | (
                {"basis": channel.basis, "evidence": "https://example.org/x"}
                if channel.basis
                else {}
            )
        )


def test_channels_are_the_same_for_every_seed_and_persons_are_not() -> None:
    one, other, again = (society(plan(size=5_000, seed=seed)) for seed in (1, 2, 1))
    assert one.channels == other.channels
    assert (one.activity != other.activity).any()
    assert (one.activity == again.activity).all()
    assert (one.followers == again.followers).all()


def test_tails_have_the_stated_exponents(accounts: Society) -> None:
    # Hill's estimator over all: 1 / mean(log(x / least)), relative error 1 / sqrt(n).
    activity = accounts.activity[accounts.persons]
    n = len(activity)
    assert n == 50_000
    assert 1 / np.log(activity).mean() == pytest.approx(SETTINGS.activity_tail, rel=4 / n**0.5)
    # Followers are whole numbers: above 1,000 the rounding down moves the logarithm below 0.001.
    many = accounts.followers[accounts.persons]
    above = many[(many >= 1_000) & (many < SETTINGS.most_followers)]
    hill = 1 / np.log((above + 0.5) / 1_000).mean()
    assert hill == pytest.approx(SETTINGS.followers_tail, rel=0.15)


def test_a_drawn_person_is_of_the_group_and_as_likely_as_active(accounts: Society) -> None:
    rng = np.random.default_rng(3)
    drawn = accounts.writers(rng, 2, 200_000)
    assert (accounts.platform[drawn] == 2).all()
    assert (drawn >= 40).all()
    here = accounts.persons[accounts.platform[accounts.persons] == 2]
    chance = accounts.activity[here] / accounts.activity[here].sum()
    top = here[np.argmax(chance)]
    error = (chance.max() / 200_000) ** 0.5
    assert (drawn == top).mean() == pytest.approx(chance.max(), abs=4 * error)


def test_a_group_without_persons_gives_none() -> None:
    small = society(plan(size=1_000))
    rng = np.random.default_rng(0)
    groups = np.arange(len(PLATFORMS) * len(COUNTRIES))
    empty = small.at.weight(groups) == 0
    assert empty.any()
    drawn = small.at.draw(rng, groups)
    assert ((drawn < 0) == empty).all()


def test_handles(accounts: Society) -> None:
    told = accounts.handles(np.array([0, 40, 41]))
    assert told == ["sim_ours_x_1", "sim_person_0", "sim_person_1"]
