"""Which posts belong to no planted happening, what they go back to, and who is ours."""

from __future__ import annotations

import numpy as np
from tests.simulate.hand import plan

from howfar.simulate.plain import SEEN, answers, ours, plain, roots
from howfar.simulate.posts import CLAIM, NO_CLAIM, ORIGINAL, REPLY, SHARE, Posts
from howfar.simulate.society import society


def test_a_post_of_any_happening_is_not_plain() -> None:
    # The first is plain; each other one belongs to something.
    posts = Posts.of(
        7,
        parent=np.array([-1, 0, -1, -1, -1, -1, -1]),
        relation=np.array([ORIGINAL, REPLY] + [ORIGINAL] * 5),
        story=np.array([-1, -1, 4, -1, -1, -1, -1]),
        group=np.array([-1, -1, -1, 0, -1, -1, -1]),
        lookalike=np.array([-1, -1, -1, -1, 0, -1, -1]),
        recycled=np.array([-1, -1, -1, -1, -1, 9, -1]),
        claim=np.array([NO_CLAIM] * 6 + [CLAIM]),
    )
    assert plain(posts).tolist() == [True] + [False] * 6


def test_a_post_that_tells_no_root_is_its_own() -> None:
    assert roots(Posts.of(3, root=np.array([-1, 0, 2]))).tolist() == [0, 0, 2]


def test_ours_are_channels_of_that_role_and_no_person() -> None:
    people = society(plan(size=3_000))
    told = ours(people)
    assert len(told) == len(people)
    assert not told[people.persons].any()
    assert [c.role == "ours" for c in people.channels] == told[: len(people.channels)].tolist()


def test_answers_are_counted_at_what_they_answer() -> None:
    family = Posts.of(
        6,
        parent=np.array([-1, 0, 0, 1, 0, -1]),
        relation=np.array([ORIGINAL, REPLY, REPLY, REPLY, SHARE, REPLY]),
    )
    assert answers(family, "comments").tolist() == [2, 1, 0, 0, 0, 0]
    assert answers(family, "shares").tolist() == [1, 0, 0, 0, 0, 0]
    assert set(SEEN) == {"comments", "shares"}
