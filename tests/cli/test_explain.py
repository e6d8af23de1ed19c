"""Every word, measure and reader can be explained; a wrong word leads to the right one."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call

from howfar.cli.explain import explanation
from howfar.cli.figures import figure_text, number
from howfar.cli.words import WORDS
from howfar.readers.discovery import readers
from howfar.schema.measure import LEVELS, registry
from howfar.schema.planned import PLANNED
from howfar.schema.reader import NOTES, REASONS

EVERY = [*registry(), *readers(), *(p.id for p in PLANNED), *WORDS, *REASONS, *NOTES]


@pytest.mark.parametrize("name", EVERY)
def test_everything_that_has_a_name_has_a_page(name: str) -> None:
    page = explanation(name)
    assert page["kind"] != "list" or name in ("measures", "readers")
    assert len(" ".join(page["lines"])) > 20


def test_levels_and_capture_classes_are_words() -> None:
    assert set(LEVELS) <= set(WORDS)
    assert {"complete", "sample", "keyword", "capped", "browsing"} <= set(WORDS)


def test_a_number_gives_all_of_its_measures(howfar: Call) -> None:
    told = howfar("explain", "8").out
    for one in registry().values():
        assert (f"({one.declaration.id}, no. 8," in told) is (one.declaration.number == "8")


def test_a_word_of_a_definition_leads_to_the_measure(howfar: Call) -> None:
    assert "attention_inequality" in howfar("explain", "Gini").out


def test_names_may_be_typed_as_they_come() -> None:
    assert explanation("Attention Inequality")["id"] == "attention_inequality"
    assert explanation("table csv")["id"] == "table-csv"
    assert explanation("Week-Blocks")["id"] == "week blocks"


def test_a_word_has_no_figures(howfar: Call, study: Path) -> None:
    done = howfar("explain", "bound", "--study", study)
    assert done.code == 3
    assert "no measure" in done.err


def test_without_a_word_all_is_listed(howfar: Call) -> None:
    told = howfar("explain").out
    for name in (*registry(), *readers(), *WORDS):
        assert name in told
    assert json.loads(howfar("explain", "--json").out)["kind"] == "list"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.84286, "0.8429"), (999.96, "1000"), (19_580.4, "19,580"), (-0.5, "-0.5"), (0.0, "0")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_figures_can_be_chosen_and_charts_explained(howfar: Call, study: Path) -> None:
    for command in ("read", "run"):
        howfar(command, study)
    early = howfar("explain", "gini", "--study", study)
    assert early.code == 3  # a word of a definition is no measure
    assert howfar("explain", "weekly-posts", "--study", study).err.endswith(
        f"next: howfar report {study}\n"
    )
    howfar("report", study)
    chosen = ("--where", "ostfunk", "--where", "reactions", "--where", "quantile=0.5")
    told = json.loads(
        howfar("explain", "engagement", "--study", study, *chosen, "--where", "whole", "--json").out
    )["figures"]
    assert len(told) == 1
    assert told[0]["channel"] == "ostfunk"
    weekly = json.loads(
        howfar("explain", "engagement", "--study", study, *chosen, "--where", "week", "--json").out
    )["figures"]
    assert len(weekly) > 1
    chart = howfar("explain", "weekly-posts", "--study", study)
    assert chart.code == 0, chart.err
    assert "How many posts were published each week?" in chart.out
    assert "shows: coverage (Coverage)" in chart.out
    wrong = howfar("explain", "weekly-pots", "--study", study)
    assert wrong.code == 3
    assert 'did you mean "weekly-posts"' in wrong.err


def test_figures_say_what_their_interval_is() -> None:
    row = {"status": "measured", "value": 0.5, "low": 0.25, "high": 0.75, "unit": "share"}
    row |= {"confidence": 0.95, "low_kind": "confidence"}
    assert figure_text(row) == "0.5 share (95% confidence interval 0.25 to 0.75)"
    assert figure_text(row, "share") == "0.5 (95% confidence interval 0.25 to 0.75)"
    assert figure_text(row | {"low_kind": "bound"}) == "0.5 share (bounds 0.25 to 0.75)"
    assert figure_text(row | {"low_kind": "range"}).endswith("(range over choices 0.25 to 0.75)")
    exact = row | {"low_kind": "bound", "low": 0.5, "high": 0.5}
    assert figure_text(exact) == "0.5 share (exact)"
    # No spread among the weeks is an interval of width zero, but nothing exact.
    flat = row | {"low": 0.5, "high": 0.5}
    assert figure_text(flat) == "0.5 share (95% confidence interval 0.5 to 0.5)"
    none = {"status": "not_measured", "reason": "no views in the data", "unit": "share"}
    assert figure_text({**row, **none}) == "not measured: no views in the data"
