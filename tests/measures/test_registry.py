"""Every declared measure keeps what it declares: example, formula, interval, refusal, page."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from howfar.schema.estimate import Result
from howfar.schema.formula import evaluate
from howfar.schema.measure import Declaration, registry
from howfar.schema.needs import lacks
from howfar.schema.tables import DIMENSIONS
from howfar.store.engine import compile_for_spark
from howfar.store.inventory import take_inventory

DOCS = Path(__file__).resolve().parents[2] / "docs"
MEASURES = sorted(registry())
Pick = Callable[..., Result]

KINDS = {
    "week blocks": "confidence",
    "day blocks": "confidence",
    "bootstrap": "confidence",
    "clustered": "confidence",
    "delta": "confidence",
    "wilson": "confidence",
    "normal": "confidence",
    "posterior": "posterior",
    "prediction interval": "confidence",
    "exact": "bound",
    "bounds": "bound",
    "range": "range",
}
"""Words with which a declaration may name its uncertainty, and the kind of interval they mean."""


def declared(name: str) -> Declaration:
    return registry()[name].declaration


TAKEN: dict[str, list[Result]] = {}


def examples(bench: Any, name: str) -> list[Result]:
    """All results of a worked example, computed once."""
    if name not in TAKEN:
        example = declared(name).example
        TAKEN[name] = bench.take(name, example.rows, example.window)
    return TAKEN[name]


@pytest.mark.parametrize("name", MEASURES)
def test_example_gives_the_declared_value_and_interval(bench: Any, pick: Pick, name: str) -> None:
    example = declared(name).example
    estimate = pick(examples(bench, name), **example.where).estimate
    assert estimate.value == pytest.approx(example.value, rel=1e-12, abs=1e-12)
    assert (estimate.low, estimate.high) == example.interval


@pytest.mark.parametrize("name", MEASURES)
def test_formula_on_its_parts_gives_the_value(name: str) -> None:
    d = declared(name)
    assert set(d.parts) == set(d.example.parts)
    assert evaluate(d.formula, d.example.parts) == pytest.approx(
        d.example.value, rel=1e-12, abs=1e-12
    )


@pytest.mark.parametrize("name", MEASURES)
def test_every_interval_holds_its_value_and_is_of_a_declared_kind(bench: Any, name: str) -> None:
    said = declared(name).uncertainty.lower()
    kinds = {kind for word, kind in KINDS.items() if word in said}
    assert kinds, f"{said!r} names none of {sorted(KINDS)}"
    found = set()
    for result in examples(bench, name):
        assert set(result.dims) <= set(DIMENSIONS)
        e = result.estimate
        if e.status != "measured":
            assert e.reason
            continue
        assert e.low <= e.value <= e.high
        assert e.low_kind in kinds
        assert (e.confidence == 0.95) is (e.low_kind in ("confidence", "posterior"))
        assert e.unit
        assert e.method
        found.add(e.low_kind)
    assert found


def refused(bench: Any, name: str, rows: Mapping[str, Any]) -> None:
    """Every figure on these rows is typed 'not measured'; where there is none, a need says why."""
    d = declared(name)
    results = bench.take(name, rows, d.example.window)
    if results:
        assert [r for r in results if r.estimate.status == "measured"] == []
        assert all(r.estimate.reason for r in results)
        return
    tables = bench.tables(rows)
    observed = rows.get("observed", ())
    compared = {r["channel"] for r in observed if r.get("role") in ("ours", "peer")}
    missing = lacks(d.needs, take_inventory(tables, frozenset(compared), 0))
    assert missing, f"{name} is silent on too little data and no need explains it"
    assert all(lack.why and lack.remedy for lack in missing)


@pytest.mark.parametrize("name", MEASURES)
def test_too_few_posts_are_refused_with_a_reason(bench: Any, name: str) -> None:
    d = declared(name)
    rows = dict(d.example.rows)
    if d.min_posts == 0:
        rows = {}
    else:
        rows["observed"] = list(rows["observed"])[: d.min_posts - 1]
    refused(bench, name, rows)


@pytest.mark.parametrize("name", MEASURES)
def test_no_data_is_refused_with_a_reason(bench: Any, name: str) -> None:
    refused(bench, name, {})


@pytest.mark.parametrize("name", MEASURES)
def test_the_engine_work_compiles_for_spark(bench: Any, name: str) -> None:
    expression = registry()[name].reduce(bench.unbound())
    sql = compile_for_spark(expression)
    assert "SELECT" in sql


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_generate"] = module
    spec.loader.exec_module(module)
    return module


def test_every_reference_page_is_the_one_that_the_declarations_give() -> None:
    assert generator().stale() == []


def test_an_edited_a_missing_and_a_leftover_page_are_found(tmp_path: Path) -> None:
    docs = generator()
    docs.write(tmp_path)
    assert docs.stale(tmp_path) == []
    first, second = MEASURES[:2]
    page = tmp_path / "measures" / f"{first}.md"
    page.write_text(page.read_text(encoding="utf-8").replace("# ", "## ", 1), encoding="utf-8")
    (tmp_path / "measures" / f"{second}.md").unlink()
    (tmp_path / "readers" / "gone.md").write_text("left over", encoding="utf-8")
    assert docs.stale(tmp_path) == sorted(
        [f"measures/{first}.md", f"measures/{second}.md", "readers/gone.md"]
    )
    docs.write(tmp_path)
    assert docs.stale(tmp_path) == []


def altered(formula: str) -> list[str]:
    """The formula with one operator exchanged, for each of its operators."""
    swaps = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
    found = []
    for n, node in enumerate(ast.walk(ast.parse(formula, mode="eval"))):
        if isinstance(node, ast.BinOp) and type(node.op) in swaps:
            tree = ast.parse(formula, mode="eval")
            target = list(ast.walk(tree))[n]
            assert isinstance(target, ast.BinOp)
            target.op = swaps[type(node.op)]()
            found.append(ast.unparse(tree))
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_an_altered_formula_no_longer_gives_the_value(name: str) -> None:
    """The worked example tells each operator of the formula from its opposite."""
    d = declared(name)
    for formula in altered(d.formula):
        with np.errstate(all="ignore"):
            given = evaluate(formula, d.example.parts)
        assert given != pytest.approx(d.example.value, rel=1e-9), formula


def test_every_measure_names_its_source_and_what_to_beware_of() -> None:
    for name in MEASURES:
        d = declared(name)
        assert d.source, name
        assert d.beware, name
        assert d.asks.endswith("?"), name
