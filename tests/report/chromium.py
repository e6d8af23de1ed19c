"""What the browser tests share: where Chromium is, how it is started, what axe is asked."""

from __future__ import annotations

import shutil
from importlib import resources

import pytest
from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
VIEWS = [
    pytest.param(width, scheme, media, id=f"{width}-{scheme}-{media}")
    for width in (1280, 390)
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print"))
]
SMALLEST_TEXT = 11

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")


def findings(tab: Page) -> list[str]:
    """What axe finds against WCAG 2 A and AA, with where."""
    source = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    # Evaluated by the browser's own protocol, not by the page: its policy stays as it is.
    tab.evaluate(source)
    found = tab.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    assert len(found["passes"]) > 10
    return [f"{v['id']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]
