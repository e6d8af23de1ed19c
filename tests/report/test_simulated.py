"""A report of simulated data says so on every part, in its figures and in its exports."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from tests.report.chromium import VIEWS, findings, needs_chromium
from tests.report.conftest import STUDY, Maker
from tests.report.test_browser import CUT, OVERLAPS
from tests.report.test_page import figures

from howfar.report import render, write_exports

HOW = "howfar simulate, seed 7, scenario plain"
MADE = STUDY.replace('title = "A', f'simulated = "{HOW}"\ntitle = "A')
BANNER = f"Simulated data: {HOW}. No real account, post or event."


@pytest.fixture(scope="module")
def simulated(make: Maker) -> str:
    """The report of the same rows, from a study that says that its data are simulated."""
    return render(make(study=MADE))


def test_every_section_figure_and_method_carries_the_origin(simulated: str) -> None:
    assert "<title>Simulated data: A made-up study" in simulated
    for section in re.findall(r"<section aria.*?</h2>\s*(.*?)\n", simulated)[1:]:
        assert BANNER in section
    drawn = figures(simulated)
    assert len(drawn) > 15
    for name, body in drawn.items():
        assert BANNER in body, name
        for chart in re.findall(r"<svg xmlns.*?</svg>", body, flags=re.DOTALL):
            assert ">Simulated data<" in chart, name
    methods = re.findall(r'<div class="method".*?</div>', simulated, flags=re.DOTALL)
    assert len(methods) > 15
    assert all(BANNER in method for method in methods)
    assert BANNER in simulated[simulated.index("<footer>") :]


def test_a_report_of_real_data_has_none_of_it(page: str) -> None:
    assert "imulated data" not in page
    assert 'class="simulated' not in page


def test_the_tables_name_it_in_every_row(make: Maker, tmp_path: Path) -> None:
    given = make(study=MADE)
    named = given.estimates.set_column(
        0, "study", [[given.study.told] * len(given.estimates)]
    ).cast(given.estimates.schema)
    write_exports(tmp_path, named, HOW)
    for name, encoding in (("results.csv", "utf-8"), ("results.excel.csv", "utf-8-sig")):
        rows = list(csv.DictReader(io.StringIO((tmp_path / name).read_text(encoding))))
        assert {row["study"] for row in rows} == {"made (simulated data)"}
    assert pq.read_schema(tmp_path / "results.parquet").metadata[b"simulated"] == HOW.encode()
    book = openpyxl.load_workbook(tmp_path / "results.xlsx")
    assert book["read me"]["A1"].value.startswith(f"SIMULATED DATA: {HOW}")
    assert book.properties.title.startswith("SIMULATED DATA")


@pytest.fixture(scope="module")
def file(simulated: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as a file."""
    path = tmp_path_factory.mktemp("simulated") / "report.html"
    path.write_text(simulated, encoding="utf-8")
    return path


@needs_chromium
@pytest.mark.parametrize(("width", "scheme", "media"), VIEWS)
def test_in_a_browser_the_band_stays_in_view_and_nothing_is_cut(
    opened: Any, width: int, scheme: str, media: Any
) -> None:
    tab = opened(width, scheme)
    tab.emulate_media(media=media, color_scheme=scheme)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if media == "screen":
        assert tab.evaluate(CUT) == []
        assert tab.evaluate(OVERLAPS) == []
    tab.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    assert tab.locator(".band").first.is_visible()
    if media == "screen":
        assert tab.locator(".band").first.bounding_box()["y"] == pytest.approx(0, abs=1)
