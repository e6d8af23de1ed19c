"""The plan: random numbers by name, windows, and numbers that no two mechanisms share."""

import datetime as dt
from itertools import pairwise

import numpy as np
from tests.simulate.hand import plan

from howfar.simulate.mechanisms import MECHANISMS
from howfar.simulate.plan import DAY, Plan, uniform
from howfar.simulate.spread import SpreadSettings


def test_the_window_is_whole_days_of_utc() -> None:
    world = Plan(1, 1_000, "test", frozenset(), start=dt.date(2024, 2, 28), days=3)
    assert world.begins == 1_709_078_400_000_000
    assert world.ends - world.begins == 3 * DAY


def test_random_numbers_depend_on_seed_and_name_alone() -> None:
    one, other = plan(size=1_000), plan("spread", size=2_000)
    first = one.generator("group", 3).random(5).tolist()
    one.generator("else").random(100)
    assert one.generator("group", 3).random(5).tolist() == first
    assert other.generator("group", 3).random(5).tolist() == first
    different = [
        one.generator("group", 4),
        one.generator("group3"),
        one.generator("grou", "p", 3),
        plan(seed=8).generator("group", 3),
    ]
    assert all(rng.random(5).tolist() != first for rng in different)


def test_no_two_mechanisms_number_alike() -> None:
    firsts = sorted(plan().first(mechanism.name) for mechanism in MECHANISMS)
    assert all(after - before >= 10**9 for before, after in pairwise(firsts))
    # With room for a number a thing, in 64 bits.
    assert firsts[-1] + 10**9 < 2**63


def test_a_scenario_may_set_other_parameters() -> None:
    assert plan().of(SpreadSettings) == SpreadSettings()
    mine = SpreadSettings(tail=2.0)
    assert plan(SpreadSettings=mine).of(SpreadSettings) is mine


def test_uniform_numbers_are_those_of_splitmix64() -> None:
    # The first outputs of the generator from state 0, whose state grows by one constant.
    states = np.arange(1, 4, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    told = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert uniform(states).tolist() == [(one >> 11) / 2**53 for one in told]
