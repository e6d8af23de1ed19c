"""The report on the real newsroom pages, as a reader opens it: whole, quiet, readable by all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.report.chromium import VIEWS, findings, needs_chromium

from howfar.cli.read import read_study
from howfar.run import report_study, run_study

pytestmark = [needs_chromium, pytest.mark.xdist_group("newsrooms")]


@pytest.fixture(scope="module")
def file(newsrooms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the ready study, made from the raw files."""
    folder = tmp_path_factory.mktemp("real") / "newsrooms-2016"
    shutil.copytree(ROOT / "studies" / "newsrooms-2016", folder)
    settings = {
        "HOWFAR_DATASETS": str(newsrooms.parent),
        "HOWFAR_KEYS": str(folder.parent / "keys"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        read_study(folder, quiet=True)
        run_study(folder)
        return report_study(folder)


def test_it_is_one_file_under_two_megabytes(file: Path) -> None:
    assert file.stat().st_size < 2_000_000
    page = file.read_text(encoding="utf-8")
    assert "68,071" in page
    assert page.count("<svg") >= 15


@pytest.mark.parametrize(("width", "scheme", "media"), VIEWS)
def test_no_axe_findings_no_request_no_complaint(
    opened: Any, width: int, scheme: str, media: Any
) -> None:
    tab = opened(width, scheme)
    tab.emulate_media(media=media, color_scheme=scheme)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_with_all_tables_open_too(opened: Any, width: int) -> None:
    tab = opened(width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
