"""What is missing is said with the data that would change it."""

import pytest

from howfar.errors import DeclarationError
from howfar.schema.measure import registry
from howfar.schema.needs import Inventory, lacks

FULL = Inventory(
    posts=10,
    channels=2,
    compared=2,
    weeks=3,
    metrics={"views": 1, "reactions": 1, "reaction_like": 1, "reaction_love": 1},
    followers=1,
    rechecked=1,
    files=1,
    events=1,
    labels=1,
)


def test_nothing_is_lacking_where_all_is_there() -> None:
    needs = ("posts", "files", "registry", "peers", "weeks", "counts", "counts.views")
    needs += ("reaction_kinds", "account_counts.followers", "recheck", "events", "labels")
    assert lacks(needs, FULL) == []
    assert [lack.need for lack in lacks(needs, Inventory())] == list(needs)


def test_one_kind_of_reaction_is_no_mix() -> None:
    one = Inventory(metrics={"reaction_like": 5})
    (lack,) = lacks(("reaction_kinds",), one)
    assert lack.why == "no kinds of reaction in the data"


def test_one_compared_channel_is_no_comparison() -> None:
    assert lacks(("peers",), Inventory(compared=2)) == []
    (lack,) = lacks(("peers",), Inventory(compared=1))
    assert lack.why == "1 channels to compare"


def test_alternatives_need_one_of_them() -> None:
    assert lacks(("counts.views|account_counts.followers",), Inventory(followers=1)) == []
    (lack,) = lacks(("counts.views|account_counts.followers",), Inventory())
    assert lack.why == "no views in the data and no followers in the data"
    assert lack.remedy == "an export that gives views or an export that gives followers"


@pytest.mark.parametrize("need", ["counts.veiws", "moonlight"])
def test_a_need_that_does_not_exist_is_a_mistake_of_the_declaration(need: str) -> None:
    with pytest.raises(DeclarationError):
        lacks((need,), FULL)


def test_every_measure_declares_needs_that_exist() -> None:
    for one in registry().values():
        lacks(one.declaration.needs, FULL)
