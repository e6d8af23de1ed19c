"""The page in a browser without a network: nothing asked for, nothing wrong, nothing cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.report.chromium import SMALLEST_TEXT, VIEWS, findings, needs_chromium

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def file(page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme", "media"), VIEWS)
def test_no_axe_findings_and_nothing_wider_than_the_page(
    opened: Any, width: int, scheme: str, media: Any
) -> None:
    tab = opened(width, scheme)
    tab.emulate_media(media=media, color_scheme=scheme)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_all_tables_open_have_no_axe_findings(opened: Any, width: int) -> None:
    tab = opened(width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


CUT = """() => {
  const wrong = [];
  for (const part of document.querySelectorAll('.chart > div')) {
    if (!part.getClientRects().length) continue;
    const chart = part.querySelector('svg'), frame = chart.getBoundingClientRect();
    const edge = document.documentElement.clientWidth;
    for (const text of chart.querySelectorAll('text')) {
      const box = text.getBoundingClientRect(), size = parseFloat(getComputedStyle(text).fontSize);
      const scale = frame.width / chart.viewBox.baseVal.width;
      if (!text.textContent.trim()) continue;
      if (size * scale < SMALLEST - 0.25) wrong.push(`small ${size * scale}: ${text.textContent}`);
      if (box.left < 0 || box.right > edge) wrong.push(`cut: ${text.textContent}`);
      if (box.top < frame.top - 3 || box.bottom > frame.bottom + 3)
        wrong.push(`over: ${text.textContent}`);
    }
  }
  return wrong;
}""".replace("SMALLEST", str(SMALLEST_TEXT))


@pytest.mark.parametrize("width", [1280, 900, 390])
def test_texts_in_charts_are_large_enough_and_not_cut(opened: Any, width: int) -> None:
    assert opened(width).evaluate(CUT) == []


OVERLAPS = """() => {
  const wrong = [];
  for (const part of document.querySelectorAll('.chart > div')) {
    if (!part.getClientRects().length) continue;
    const boxes = [...part.querySelectorAll('svg text')]
      .filter(t => t.textContent.trim() && !t.getAttribute('stroke'))
      .map(t => [t.textContent, t.getBoundingClientRect()]);
    for (const [i, [a, x]] of boxes.entries()) for (const [b, y] of boxes.slice(i + 1)) {
      const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
      const high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      if (wide > 2 && high > 4) wrong.push(`${a} | ${b}`);
    }
  }
  return wrong;
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_texts_in_charts_do_not_lie_on_each_other(opened: Any, width: int) -> None:
    assert opened(width).evaluate(OVERLAPS) == []


def test_every_chart_is_visible_without_scripts(opened: Any) -> None:
    tab = opened(scripts=False)
    charts = tab.locator(".chart .wide svg")
    assert charts.count() > 15
    for n in range(charts.count()):
        box = charts.nth(n).bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 60


@pytest.mark.parametrize(("width", "kind"), [(1280, "wide"), (390, "narrow")])
def test_each_width_shows_its_own_drawing(opened: Any, width: int, kind: str) -> None:
    tab = opened(width)
    shown = tab.locator(".chart > div").evaluate_all(
        "divs => divs.filter(d => d.getClientRects().length).map(d => d.className)"
    )
    assert set(shown) == {kind}


@pytest.mark.parametrize("width", [1280, 390])
def test_pointing_at_a_chart_makes_it_live_with_tooltips(opened: Any, width: int) -> None:
    tab = opened(width)
    for name in ("coverage-days", "side-by-side", "weekly-posts", "weekly-medians", "young-posts"):
        box = tab.locator(f'[data-chart="{name}"]')
        drawn = box.bounding_box()
        box.hover(position={"x": 2, "y": 2})
        tab.wait_for_selector(f'[data-chart="{name}"][data-live]', timeout=20_000)
        live = box.bounding_box()
        assert drawn is not None
        assert live is not None
        assert abs(drawn["height"] - live["height"]) < 0.12 * drawn["height"] + 12, name
    cells = tab.locator('[data-chart="coverage-days"] svg .mark-rect path:visible')
    cells.nth(30).hover(force=True)
    tab.wait_for_selector("#vg-tooltip-element.visible", timeout=5000)
    assert "2024" in tab.locator("#vg-tooltip-element").inner_text()
    assert findings(tab) == []


def test_print_shows_no_cut_figure_and_no_navigation(opened: Any) -> None:
    tab = opened(703)
    tab.emulate_media(media="print")
    page_height = 1010
    heights = tab.locator(".chart").evaluate_all(
        "all => all.map(a => a.getBoundingClientRect().height)"
    )
    assert max(heights) < page_height
    assert not tab.locator("nav").is_visible()
    assert tab.locator(".paper").first.is_visible()
    assert tab.locator(".chart .wide").first.is_visible()


def test_colours_follow_the_scheme(opened: Any) -> None:
    dots = ".chart .wide svg path[fill='var(--peer)']"
    colour = "e => getComputedStyle(e).fill"
    light = opened(scheme="light").locator(dots).first.evaluate(colour)
    dark = opened(scheme="dark").locator(dots).first.evaluate(colour)
    assert light == "rgb(0, 103, 166)"
    assert dark == "rgb(111, 185, 236)"
