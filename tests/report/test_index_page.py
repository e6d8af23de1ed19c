"""The page of an index: ties are told, ranges named, and a browser finds nothing wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.report.chromium import findings, needs_chromium
from tests.report.test_browser import CUT

from howfar.assess.appraise import appraise
from howfar.assess.document import document_of
from howfar.assess.feed import from_table
from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.rows import index_rows, robustness_rows
from howfar.publish.results import Measured, result_tables
from howfar.report.index_page import render_index
from howfar.study.index_part import parse_index
from howfar.study.units_table import parse_units

TREE = """title = "Made & counted"
units = "station"
label_column = "name"
draws = 200
[choices]
normalise = ["min_max", "z"]
aggregate = ["arithmetic", "geometric"]
leave_out = "indicators"
[[groups]]
id = "index"
[[groups]]
id = "output"
parent = "index"
[[groups]]
id = "out-take"
parent = "index"
"""
NAMES = (
    "Alpha <b>",
    "Beta",
    "قناة الأخبار الدولية",
    "国际新闻",
    "The Very Long Named Service",
    "Z",
)


@pytest.fixture(scope="module")
def page() -> str:
    """An index of eight stations on five indicators, two of them nearly the same."""
    tree, rng = TREE, np.random.default_rng(3)
    for n in range(5):
        group = "output" if n < 2 else "out-take"
        tree += f'[[indicators]]\nid = "i{n}"\nparent = "{group}"\nstandard_error = "se"\n'
        tree += 'level = "out-take"\n' if n >= 2 else ""
    values = rng.normal(50, 10, size=(8, 5))
    values[:, 4] = values[:, 3] + rng.normal(0, 0.5, 8)
    values[1] = values[0] + 0.1
    lines = ["station,name,se,i0,i1,i2,i3,i4"]
    for n, row in enumerate(values):
        name = NAMES[n] if n < len(NAMES) else f"Station {n}"
        lines.append(f's{n},"{name}",2,' + ",".join(f"{x:.3f}" for x in row))
    part = parse_index(tree, "tree.toml")
    fed = from_table(part, parse_units("\n".join(lines), "t.csv"))
    one = appraise(part, fed, rng, where="tree.toml")
    measured = [
        Measured(PERFORMANCE, tuple(index_rows(one))),
        Measured(ROBUSTNESS, tuple(robustness_rows(one))),
    ]
    estimates, _ = result_tables("made", "run", measured, {})
    return render_index(document_of(one), estimates, 0.95, "run")


@pytest.fixture(scope="module")
def file(page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file."""
    path = tmp_path_factory.mktemp("index") / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def test_verdict_ties_and_choices_are_told_before_any_picture(page: str) -> None:
    sure = page[page.index('id="index-sure"') :]
    told = sure[: sure.index("<figure")]
    assert "The ranking is" in told
    assert "Rule: a pair of units is firm" in told
    assert "can be told apart" in told
    assert "from the least to the most" in told
    assert "Sobol" not in told


def test_ranges_are_never_called_intervals_of_confidence(page: str) -> None:
    assert "range over choices (no interval)" in page
    assert "nearly the same" in page
    assert "Alpha &lt;b&gt;" in page
    assert "Alpha <b>" not in page


def test_what_is_missing_is_said(page: str) -> None:
    assert "does not say why these indicators" in page
    assert "not done" in page
    assert "may not be called effectiveness" in page


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_finds_nothing_wrong(opened: Any, width: int, scheme: str) -> None:
    tab = opened(width, scheme)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(CUT) == []
