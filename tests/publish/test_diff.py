"""Two runs side by side: causes named, changed figures listed, the rest counted."""

from howfar.publish.diff import difference
from howfar.publish.results import Measured, result_tables
from howfar.schema.estimate import Result, exact
from howfar.schema.measure import registry

DECLARATION = registry()["publishing_volume"].declaration


def run(figures: dict[str, float]) -> object:
    results = tuple(
        Result(exact(v, "posts", "counted"), {"channel": c}) for c, v in figures.items()
    )
    return result_tables("s", "r", [Measured(DECLARATION, results)], {})[0]


def rests_on(seed: int = 1, files: tuple[str, ...] = ("one",)) -> dict[str, object]:
    return {
        "seed": seed,
        "inputs": [{"source": "s", "sha256": f, "file": f"{f}.csv"} for f in files],
        "libraries": {"numpy": "2"},
    }


def test_the_same_run_differs_in_nothing() -> None:
    table = run({"a": 1, "b": 2})
    found = difference(table, table, rests_on(), rests_on())
    assert (found.causes, found.changes, found.same) == ([], [], 2)


def test_a_changed_a_new_and_a_lost_figure() -> None:
    found = difference(run({"a": 1, "b": 2}), run({"b": 3, "c": 4}), rests_on(), rests_on())
    seen = [
        (c.where["channel"], c.before and c.before["value"], c.after and c.after["value"])
        for c in found.changes
    ]
    assert seen == [("a", 1, None), ("b", 2, 3), ("c", None, 4)]
    assert found.same == 0


def test_causes_are_named() -> None:
    after = {**rests_on(2, ("two",)), "libraries": {"numpy": "3"}}
    found = difference(run({}), run({}), rests_on(), after)
    assert found.causes == [
        "the seed: 1 before, 2 after",
        "file no longer there: one.csv",
        "new file: two.csv",
        "library numpy: 2 before, 3 after",
    ]
