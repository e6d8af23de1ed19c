"""Dated changes in the study file: what is taken, and that all that is wrong is told by line."""

from datetime import UTC, datetime

import pytest

from howfar.errors import StudyError
from howfar.study.channels import check_references, parse_channels
from howfar.study.file import parse_study

STUDY = """[study]
id = "demo"
title = "Demo"
question = "How far?"
objectives_unknown = "a test"
[window]
start = 2024-01-01
end = 2024-07-01
timezone = "UTC+02:00"
[[changes]]
id = "spanish"
date = 2024-03-15
channels = ["embassy"]
property = "language"
what = "Half of all posts in Spanish"
controls = ["ministry"]
cost = 2500
currency = "EUR"
target = 0.1
[[changes]]
id = "faster"
date = 2024-04-01T12:00:00
end = 2024-06-01
channels = ["embassy"]
property = "latency"
what = "Answers within a day"
outcome = "comments"
after = ["spanish"]
"""
REGISTRY = """channel,name,organisation,platform,handle,paths,role,declared_owner,basis,evidence
embassy,Embassy,State,x,embassy,official,ours,State,organisation,https://example.org
ministry,Ministry,State,x,ministry,official,ours,,organisation,https://example.org
"""


def wrong(old: str, new: str) -> str:
    assert old in STUDY
    with pytest.raises(StudyError) as told:
        parse_study(STUDY.replace(old, new, 1))
    return str(told.value)


def test_changes_are_read() -> None:
    study = parse_study(STUDY)
    first, second = study.changes
    assert first.outcome == "reactions"
    assert first.property == "language"
    assert first.bounds(study.zone) == (datetime(2024, 3, 14, 22, tzinfo=UTC), None)
    assert second.bounds(study.zone)[1] == datetime(2024, 5, 31, 22, tzinfo=UTC)
    assert second.after == ("spanish",)
    assert (first.design, first.direction, first.cost, first.currency) == ("auto", 1, 2500, "EUR")
    check_references(study, parse_channels(REGISTRY), STUDY, "study.toml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"language"', '"anger"', 'study.toml:14: changes[1].property: "anger" is refused'),
        ('"language"', '"ethnic group"', "howfar selects nobody by group"),
        ('"language"', '"negative tone"', "no change of tone"),
        ('"language"', '"languages"', 'did you mean "language"?'),
        ('"language"', '"budget"', "is not within control: one of latency"),
        ('"comments"', '"comment"', 'did you mean "comments"?'),
        ('outcome = "comments"', 'outcome = "trust"', "no outcome"),
        ('channels = ["embassy"]', "channels = []", "channels"),
        ('channels = ["embassy"]', 'channels = ["embassy", "embassy"]', "is given twice"),
        ('["ministry"]', '["embassy"]', "what changed cannot be compared with"),
        ('currency = "EUR"\n', "", "cost and currency go together"),
        ('"EUR"', '"euro"', "currency"),
        ("target = 0.1", "target = -1.0", "target"),
        ('"spanish"', '"faster"', '"faster" is used twice'),
        ('after = ["spanish"]', 'after = ["faster"]', "cannot come after itself"),
        ('after = ["spanish"]', 'after = ["spansh"]', 'did you mean "spanish"?'),
        ("target = 0.1", 'after = ["faster"]', "each waits for another: spanish, faster"),
        ("date = 2024-03-15", "date = 2024-01-01", "is not inside the window"),
        ("date = 2024-03-15", "date = 2025-03-15", "is not inside the window"),
        ("end = 2024-06-01", "end = 2024-04-01", "ends before it starts"),
        ("date = 2024-03-15", "date = 2024-03-15\nend = 2024-03-15", "ends before it starts"),
        ("end = 2024-06-01", "end = 2024-04-01T10:00:00Z", "ends before it starts"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, told: str) -> None:
    assert told in wrong(old, new)


def test_channels_of_changes_are_in_the_registry_and_have_an_owner() -> None:
    text = STUDY.replace('["embassy"]', '["embasy"]', 1)
    text = text.replace('channels = ["embassy"]', 'channels = ["ministry"]', 1)
    with pytest.raises(StudyError) as told:
        check_references(parse_study(text), parse_channels(REGISTRY), text, "study.toml")
    said = str(told.value)
    assert 'study.toml:13: changes[1].channels: no channel "embasy" in channels.csv' in said
    assert 'did you mean "embassy"?' in said
    assert 'study.toml:24: changes[2].channels: "ministry" declares no owner' in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("official,ours,State", "official,peer,State", "has the role peer"),
        ("organisation,https://example.org", ",", "may not be named"),
    ],
)
def test_changes_are_of_channels_of_ours_that_may_be_named(old: str, new: str, told: str) -> None:
    registry = REGISTRY.replace(old, new, 1)
    with pytest.raises(StudyError) as error:
        check_references(parse_study(STUDY), parse_channels(registry), STUDY, "study.toml")
    assert f'study.toml:13: changes[1].channels: "embassy" {told}' in str(error.value)


PRACTICE = """[[changes]]
id = "later"
date = 2024-05-01
channels = ["consulate"]
property = "language"
what = "Half of all posts in Spanish"
controls = ["ministry"]
practice = "spanish-posts"
[[changes]]
id = "spanish"
practice = "spanish-posts"
"""


def test_changes_of_one_practice_are_alike() -> None:
    both = STUDY.replace('[[changes]]\nid = "spanish"\n', PRACTICE, 1)
    assert [one.practice for one in parse_study(both).changes] == ["spanish-posts"] * 2 + [None]
    for old, new, said in (
        ('channels = ["consulate"]', 'channels = ["embassy"]', '"embassy" takes it up twice'),
        ('property = "language"', 'property = "time"', "differ in property"),
        ("date = 2024-05-01", "date = 2024-05-01\nend = 2024-06-01", "a change of it was undone"),
        ('"spanish-posts"', '"faster"', "a change has this id"),
        ("date = 2024-05-01", 'date = 2024-05-01\noutcome = "shares"', "differ in outcome"),
        ('controls = ["ministry"]', 'controls = ["other"]', "differ in controls"),
    ):
        with pytest.raises(StudyError, match="practice") as told:
            parse_study(both.replace(old, new, -1 if "posts" in old else 1))
        assert said in str(told.value)


def test_a_practice_cannot_wait_for_itself_by_way_of_another_change() -> None:
    both = STUDY.replace('[[changes]]\nid = "spanish"\n', PRACTICE, 1)
    # faster comes after spanish: were later to come after faster, the practice waits for itself.
    old = 'practice = "spanish-posts"'
    text = both.replace(old, f'{old}\nafter = ["faster"]', 1)
    with pytest.raises(StudyError, match="each waits for another: spanish-posts, faster"):
        parse_study(text)
