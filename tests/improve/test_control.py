"""What is within control, and whose channels are advised."""

import pytest

from howfar.errors import StudyError
from howfar.improve.control import advised, must_be_owned, of_figure, of_indicators, of_post
from howfar.schema.measure import registry
from howfar.study.channel import Channel
from howfar.study.registry import Registry
from howfar.study.within_control import IDENTITY


def channel(
    name: str, role: str = "ours", owner: str | None = "The Office", **more: str
) -> Channel:
    row = {"channel": name, "name": name.upper(), "organisation": "The Office", "platform": "x",
           "paths": ["official"], "role": role, "declared_owner": owner}  # fmt: skip
    return Channel.model_validate(row | more)


def test_only_what_is_decided_is_within_control() -> None:
    assert of_figure("publishing_volume") == "frequency"
    assert of_figure("publishing_volume", "kind=video") == "kind"
    assert of_figure("publishing_volume", "language=fr") == "language"
    assert of_figure("publishing_volume", "exposure=paid") is None
    assert of_figure(None) is None
    within = {id for id in registry() if of_figure(id) is not None}
    # Whatever answers to others is no lever, and the mix of feelings least of all.
    assert within == {"publishing_volume"}


def test_properties_of_posts() -> None:
    assert [of_post(x) for x in ("kind", "hour", "reply")] == ["kind", "time", "replies"]
    assert [of_post(x) for x in ("topic", "length", "path", "emotion")] == [None] * 4


def test_declared_indicators_are_checked_twice() -> None:
    assert of_indicators({"days_to_answer": "latency"}, "index") == {"days_to_answer": "latency"}
    with pytest.raises(StudyError, match="'anger' is refused"):
        of_indicators({"x": "anger"}, "index")
    with pytest.raises(StudyError) as caught:
        of_indicators({"share_of_religious_posts": "kind"}, "study.toml, [index]")
    assert IDENTITY in caught.value.what
    assert caught.value.where == "study.toml, [index], share_of_religious_posts"


def test_ours_without_a_declared_owner_is_refused() -> None:
    rows = Registry((channel("a"), channel("b", owner=None), channel("c", owner="  "),
                     channel("p", role="peer", owner=None)))  # fmt: skip
    with pytest.raises(StudyError) as caught:
        advised(rows)
    error = caught.value
    assert "b, c" in error.what
    assert (error.where, error.expected) == (
        "channels.csv", "declared_owner of every channel of role ours"
    )  # fmt: skip
    assert error.next.startswith("fill declared_owner of these rows")
    assert [row.channel for row in advised(Registry((channel("a"), channel("p", "peer"))))] == ["a"]
    with pytest.raises(StudyError, match="no declared owner: b"):
        must_be_owned([channel("b", owner=None)])


def test_the_latest_row_counts() -> None:
    early = channel("a", owner=None, valid_to="2023-12-31")
    late = channel("a", valid_from="2024-01-01")
    assert [row.declared_owner for row in advised(Registry((late, early)))] == ["The Office"]
    gone = channel("a", role="other", owner=None, valid_from="2024-01-01")
    assert advised(Registry((channel("a", owner=None, valid_to="2023-12-31"), gone))) == ()
