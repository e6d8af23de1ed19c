"""Ids and titles tell steps apart, in any script and however alike the changes are called."""

from dataclasses import replace

from tests.improve.test_path import step

from howfar.improve.path import lay_path
from howfar.improve.path_labels import replace_id, told_apart
from howfar.improve.path_steps import slug


def test_an_id_keeps_letters_of_every_script() -> None:
    assert slug("gap-best-Посольство в Риге-on x") == "gap-best-посольство-в-риге-on-x"
    assert slug("gap-best-Посольство") != slug("gap-best-Консульство")
    assert slug("大使館: a_b") == "大使館-a-b"


def test_ids_that_are_alike_get_a_number_and_their_rows_follow() -> None:
    test = {"measure": "planned_experiment", "event": "a-b", "category": "detectable"}
    other = {"measure": "gap_to_others", "organisation": "a-b"}
    taken = {"a-b", "a-b-2"}
    one = replace_id(replace(step("a-b"), apart=(test, other)), taken)
    assert one.id == "a-b-3"
    assert one.apart == (test | {"event": "a-b-3"}, other)
    assert taken == {"a-b", "a-b-2", "a-b-3"}
    again = replace_id(step("c"), taken)
    assert again.id == "c"
    assert len(lay_path([step("a-b"), one, again]).steps) == 3


def test_steps_of_one_title_are_told_apart_by_what_differs() -> None:
    here = step("a", title="x", channels=("c1",), since="2024-01-01")
    there = step("b", title="x", channels=("c2",))
    more = replace(there, id="c", outcome="comments a post")
    later = replace(here, id="d", since="2024-05-01")
    alone = step("e", title="y", channels=("c1",))
    titles = [one.title for one in told_apart([here, there, more, later, alone], {"c1": "Mars"})]
    assert titles == [
        "x (Mars) (2024-01-01)",
        "x (c2) (reactions a post)",
        "x (c2) (comments a post)",
        "x (Mars) (2024-05-01)",
        "y",
    ]
