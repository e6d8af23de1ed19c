"""The page of an effect: no causal word below grade B, and a browser finds nothing wrong."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.improve.made_effects import effect
from tests.report.chromium import findings, needs_chromium
from tests.report.test_browser import CUT

from howfar.improve.effect_document import effect_document
from howfar.improve.evidence import GRADES, Grade
from howfar.improve.lexicon import causal_words
from howfar.report.effect_page import render_effect


def page(grade: Grade, seen: bool = True) -> str:
    one = effect(grade, seen=seen)
    return render_effect(effect_document(one, "“boost <the> pace”"), "run")


def words(html: str) -> str:
    """What a reader sees: each text of the page, alone on its line."""
    body = re.sub(
        r"<(script|style|svg).*?</\1>", " ", html[html.index("<body>") :], flags=re.DOTALL
    )
    labels = re.findall(r'(?:aria-label|title)="([^"]*)"', body)
    # Words within a sentence stay together: a denial ends at its full stop, not at a tag.
    body = re.sub(r"</?(?:b|a|abbr)(?: [^>]*)?>", "", body)
    return unescape("\n".join([re.sub(r"<[^>]+>", "\n", body), *labels]))


@pytest.mark.parametrize("grade", GRADES)
def test_causal_words_from_grade_b_on_only(grade: Grade) -> None:
    found = set(causal_words(words(page(grade))))
    assert found == ({"raised"} if grade in "AB" else set())


def test_the_page_has_figures_checks_and_limits() -> None:
    html = page("C")
    for text in ("Grade C", "did not pass", "Not to be concluded", "2016-W17", "quasi-poisson"):
        assert text in html
    for anchor in ("effect", "checks", "limits", "done", "effect-periods"):
        assert f'id="{anchor}"' in html
    assert "boost &lt;the&gt; pace" in html
    assert "<the>" not in html


def test_without_seen_figures_there_is_one_panel() -> None:
    assert "seen (solid, dots)" in page("B")
    assert "seen (solid, dots)" not in page("B", seen=False)


@pytest.fixture(params=[True, False], ids=["seen", "parts"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The page as a file, with and without seen figures."""
    path = tmp_path / "effect.html"
    path.write_text(page("B", request.param), encoding="utf-8")
    return path


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_finds_nothing_wrong(opened: Any, width: int, scheme: str) -> None:
    tab = opened(width, scheme)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(CUT) == []
