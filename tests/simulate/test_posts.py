"""Columns of posts: typed, whole, and families that stay families."""

import numpy as np
import pytest

from howfar.simulate.posts import COLUMNS, REPLY, Posts, together


def family() -> Posts:
    """A post, an answer to it, an answer to that, and a post alone."""
    return Posts.of(
        4,
        created=np.array([10, 20, 30, 15]),
        parent=np.array([-1, 0, 1, -1]),
        root=np.array([0, 0, 0, 3]),
        relation=np.array([0, REPLY, REPLY, 0]),
        account=7,
    )


def test_every_column_is_there_with_its_type() -> None:
    posts = family()
    assert len(posts) == 4
    assert set(posts.columns) == set(COLUMNS)
    for name, (kind, default) in COLUMNS.items():
        assert posts[name].dtype == kind
        assert posts[name].shape == (4,)
        if name not in ("created", "parent", "root", "relation", "account"):
            assert (posts[name] == default).all(), name
    assert posts["account"].tolist() == [7, 7, 7, 7]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(KeyError, match="likes_"):
        Posts.of(1, likes_=3)
    with pytest.raises(KeyError, match="likes_"):
        family().with_columns(likes_=np.zeros(4))
    with pytest.raises(ValueError, match=r"likes: \(3,\) values for 4 posts"):
        family().with_columns(likes=np.zeros(3))


def test_replaced_columns_leave_the_others() -> None:
    posts = family()
    changed = posts.with_columns(likes=np.array([1, 2, 3, 4]))
    assert changed["likes"].tolist() == [1, 2, 3, 4]
    assert changed["created"].tolist() == posts["created"].tolist()
    assert posts["likes"].tolist() == [-1] * 4


def test_a_new_order_keeps_families() -> None:
    taken = family().take(np.array([3, 0, 1, 2]))
    assert taken["parent"].tolist() == [-1, -1, 1, 2]
    assert taken["root"].tolist() == [0, 1, 1, 1]
    assert taken["created"].tolist() == [15, 10, 20, 30]


@pytest.mark.parametrize(("rows", "left"), [([1], "parent"), ([0, 2], "parent")])
def test_nobody_is_taken_without_parents(rows: list[int], left: str) -> None:
    with pytest.raises(ValueError, match=f"without its {left}"):
        family().take(np.array(rows))


def test_families_stay_families_among_all() -> None:
    both = together([family(), family()])
    assert both["parent"].tolist() == [-1, 0, 1, -1, -1, 4, 5, -1]
    assert both["root"].tolist() == [0, 0, 0, 3, 4, 4, 4, 7]
    assert len(together([])) == 0
