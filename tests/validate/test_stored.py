"""The stored scores are of this code, cover every measure, and hide nothing that fails."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from tests.conftest import ROOT

from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.run import declarations
from howfar.schema.planned import PLANNED
from howfar.validate.page import PICTURES, digest, page
from howfar.validate.results import load
from howfar.validate.sources import studies_hash, truths_hash
from howfar.validate.trials import TRIALS

RESULTS = "benchmarks/results/validate.json"
STORED = ROOT / RESULTS


def again(stored: dict[str, Any]) -> str:
    """The commands that make the stored file anew: first scenarios of more studies, then all."""
    least = min(one["studies"] for one in stored["scenarios"])
    more = [
        f"howfar validate OUT --scenario {one['scenario']} --studies {one['studies']} --worlds 10"
        for one in stored["scenarios"]
        if one["studies"] > least
    ]
    rest = f"--studies {least} --worlds {stored['truth_worlds']} --results {RESULTS}"
    return "run: " + "; ".join([*more, f"howfar validate OUT {rest}", "make docs"])


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return load(STORED)


def test_they_are_of_this_code(stored: dict[str, Any]) -> None:
    assert stored["studies_code"] == studies_hash(), again(stored)
    assert stored["truths_code"] == truths_hash(), again(stored)


def test_every_measure_is_there_or_named_as_not_built(stored: dict[str, Any]) -> None:
    here = {row["measure"] for row in stored["rows"]}
    elsewhere = {one["measure"] for one in stored["elsewhere"]}
    made = {one.id for one in (PERFORMANCE, ROBUSTNESS, *PATH_DECLARATIONS)}
    assert elsewhere == made
    assert here | elsewhere == set(declarations())
    assert not here & elsewhere
    assert {one["measure"] for one in stored["not_built"]} == {one.id for one in PLANNED}
    assert {one["scenario"] for one in stored["scenarios"]} == set(TRIALS)


def test_what_fails_has_a_reason_and_stands_in_red_on_the_page(stored: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert text == page(stored)
    failing = [row for row in stored["rows"] if row["verdict"] in ("fails", "wrong")]
    for row in failing:
        assert row["reason"], f"{row['measure']}: {row['figure']} fails for no known reason"
        assert row["reason"] in text
        line = f"| {row['scenario']} | {row['measure']} | {row['figure']} | "
        assert line in text.split("## Coverage of all measures")[0]
    assert text.count("🔴 **") == len(failing)


def test_the_pictures_are_of_these_scores(stored: dict[str, Any]) -> None:
    for name in PICTURES.values():
        assert digest(stored) in (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_no_record_was_rejected_that_was_not_planted(stored: dict[str, Any]) -> None:
    assert [one["rejects_not_planted"] for one in stored["scenarios"]] == [0] * len(TRIALS)
    assert [one["rejects_missed"] for one in stored["scenarios"]] == [0] * len(TRIALS)


def test_the_generator_of_the_docs_knows_the_page() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "validation.md" in module.pages()
