"""The report as one HTML file that works offline, without scripts, in print and in the dark."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

import howfar
from howfar.report.charts import theme
from howfar.report.charts.scene import NARROW, WIDE, Drawing
from howfar.report.charts.svg import runtime, to_json, to_svg
from howfar.report.index_view import IndexView
from howfar.report.input import ReportInput
from howfar.report.model import Facts, Figure, Section
from howfar.report.path_view import path_view
from howfar.report.results import Results
from howfar.report.sections.asked import asked_section
from howfar.report.sections.attention import attention_section, talk_section
from howfar.report.sections.availability import availability_section
from howfar.report.sections.coverage import coverage_section
from howfar.report.sections.index import index_section
from howfar.report.sections.index_made import made_section
from howfar.report.sections.index_sure import sure_section
from howfar.report.sections.methods import (
    methods_section,
    missing_section,
    named_section,
    provenance_section,
)
from howfar.report.sections.mix import paths_section, reactions_section, young_section
from howfar.report.sections.path import path_section
from howfar.report.sections.path_steps import steps_section
from howfar.report.sections.peers import peers_section, profile_section
from howfar.report.sections.summary import summary
from howfar.report.sections.weeks import past_section, series_section
from howfar.report.words import say
from howfar.schema.measure import Declaration

_OVERHANG = 10
"""By how much axis labels may hang over the edges of a chart."""

MOST_BYTES = 2_000_000
"""A report must stay below this; the interactive runtime is left out where it would not."""


def render(report_input: ReportInput) -> str:
    """The report of a run as one HTML text.

    Every chart is in the text as SVG. The interactive runtime is added where the whole stays
    below MOST_BYTES. No clock and no chance: equal input gives an equal text.
    """
    results = Results.of(report_input)
    methods, entries = methods_section(results)
    sections = [
        asked_section(results),
        coverage_section(results),
        availability_section(results),
        peers_section(results),
        series_section(results),
        attention_section(results),
        talk_section(results),
        reactions_section(results),
        paths_section(results),
        past_section(results),
        young_section(results),
        profile_section(results),
        *_index(report_input),
        *_path(results),
        missing_section(results),
        methods,
        provenance_section(results),
        named_section(results),
    ]
    about = report_input.study.about
    return render_sections(
        title=about.title,
        question=about.question,
        summary=summary(results),
        sections=sections,
        methods=entries,
        declarations=report_input.declarations,
        run=report_input.provenance.get("run", say("none")),
        simulated=about.simulated,
    )


def render_sections(
    *,
    title: str,
    question: str,
    summary: Sequence[str],
    sections: Sequence[Section],
    methods: Sequence[tuple[Declaration, Facts]],
    declarations: Mapping[str, Declaration],
    run: str,
    simulated: str | None = None,
    files: str | None = None,
) -> str:
    """A page of sections as one HTML text, under the rules of ``render``.

    files: names of the files beside the page that hold every figure; else those of a run.
    """
    figures = _figures(sections)
    if simulated:
        figures = [_stamped(f) for f in figures]
    svg = {
        f.id: (
            Markup(to_svg(f.drawing.wide, f"{f.id}-w", WIDE + _OVERHANG)),
            Markup(to_svg(f.drawing.narrow, f"{f.id}-n", NARROW + _OVERHANG)),
        )
        for f in figures
    }

    def links(figure: Figure) -> list[tuple[str, str]]:
        return [(m, declarations[m].title) for m in figure.measures if m in declarations]

    common = {
        "say": say,
        "title": title,
        "simulated": say("page.simulated", how=simulated) if simulated else None,
        "question": question,
        "summary": summary,
        "sections": sections,
        "methods": methods,
        "svg": svg,
        "marks": _marks(),
        "links": links,
        "css": Markup(_css()),
        "version": howfar.__version__,
        "run": run,
        "files": files or say("page.files"),
    }
    live = _live(figures) if figures else None
    page = _template().render(**common, policy=_policy(live), live=live)
    if live is None or len(page.encode()) < MOST_BYTES:
        return page
    return _template().render(**common, policy=_policy(None), live=None)


def _index(given: ReportInput) -> tuple[Section, ...]:
    """The sections of the index, where the study has one."""
    document = given.provenance.get("index")
    if document is None:
        return ()
    view = IndexView.of(document, given.estimates, given.study.about.confidence)
    return index_section(view), sure_section(view), made_section(view)


def _path(results: Results) -> tuple[Section, ...]:
    """The enhancement path and its steps one by one, where the run laid one."""
    view = path_view(results)
    if view is None:
        return ()
    steps = steps_section(view)
    return (path_section(view), *(() if steps is None else (steps,)))


def _figures(sections: Sequence[Section]) -> list[Figure]:
    return [item for s in sections for item in s.items if isinstance(item, Figure)]


def _stamped(figure: Figure) -> Figure:
    """The figure with its origin inside the drawing, so that a picture of it alone tells it."""
    stamp: dict[str, Any] = {"text": [], "subtitle": say("page.simulated_short")}
    stamp |= {
        "subtitleFontWeight": 600,
        "subtitleColor": theme.OURS,
        "subtitleFontSize": theme.SIZE,
        "anchor": "start",
    }
    drawing = Drawing(
        figure.drawing.wide | {"title": stamp}, figure.drawing.narrow | {"title": stamp}
    )
    return replace(figure, drawing=drawing)


def _text(name: str) -> str:
    return resources.files("howfar.report").joinpath(name).read_text(encoding="utf-8")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("page.html"))


@dataclass(frozen=True, slots=True)
class _Live:
    """What makes charts live: a loader, and packed the runtime and the specifications.

    Packed they take a sixth of the room; the runtime's hash is that of its unpacked text.
    """

    loader: Markup
    runtime: Markup
    specs: Markup
    hashes: tuple[str, ...]


def _live(figures: list[Figure]) -> _Live:
    parts = (
        f'"{f.id}":{{"wide":{to_json(f.drawing.wide)},"narrow":{to_json(f.drawing.narrow)}}}'
        for f in figures
    )
    loader, (plain, packed) = _text("live.js"), _runtime()
    specs = _packed("{" + ",".join(parts) + "}")
    return _Live(Markup(loader), Markup(packed), Markup(specs), (_hash(loader), _hash(plain)))


@functools.cache
def _runtime() -> tuple[str, str]:
    """The interactive runtime, plain and packed; made once a process."""
    plain = runtime("window.vegaEmbed = vegaEmbed;")
    return plain, _packed(plain)


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _policy(live: _Live | None) -> str:
    """Nothing may be fetched; only the inline scripts with these hashes may run."""
    rules = ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    if live is not None:
        rules.append("script-src " + " ".join(f"'sha256-{h}'" for h in live.hashes))
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def _css() -> str:
    light = ";".join(f"--{name}:{colour}" for colour, name in theme.VARIABLES.items())
    dark = ";".join(f"--{name}:{colour}" for name, colour in theme.DARK.items())
    return _text("page.css").replace("LIGHT", light).replace("DARK", dark)


def _marks() -> dict[str, Markup]:
    """Small drawings for legends, in the same shapes and colours as the charts."""
    shapes = {
        "ours": '<path d="M7 1l6 6-6 6-6-6z" fill="var(--ours)"/>',
        "peer": '<circle cx="7" cy="7" r="4.6" fill="var(--peer)"/>',
        "other": '<path d="M2.5 2.5h9v9h-9z" fill="var(--other)"/>',
        "hatch": '<path d="M.5 1.5h13v11H.5z" fill="url(#hatch)" stroke="var(--line)"/>',
        "band": '<path d="M0 2h14v10H0z" fill="var(--band)"/><path d="M0 7h14" '
        'stroke="var(--peer)" stroke-width="1.8"/>',
        "event": '<path d="M7 0v14" stroke="var(--ink)" stroke-dasharray="3 2"/>',
        "line-confidence": '<path d="M0 7h14" stroke="var(--muted)" stroke-width="2"/>',
        "line-posterior": '<path d="M0 7h14" stroke="var(--muted)" stroke-width="2"/>',
        "line-bound": '<path d="M0 7h14" stroke="var(--muted)" stroke-width="7" opacity=".35"/>',
        "line-range": '<path d="M0 7h14" stroke="var(--muted)" stroke-width="2" '
        'stroke-dasharray="2 2"/>',
    }
    for n, colour in theme.FILLS.items():
        if n < -1:
            shapes[f"fill{n}"] = (
                f'<path d="M.5 1.5h13v11H.5z" fill="var(--{theme.VARIABLES[colour]})" '
                'stroke="var(--line)"/>'
            )
    for n in range(len(theme.STEPS)):
        shapes[f"step{n}"] = (
            f'<path d="M.5 1.5h13v11H.5z" fill="var(--step{n})" stroke="var(--line)"/>'
        )
    head = '<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false">'
    return {name: Markup(f"{head}{body}</svg>") for name, body in shapes.items()}
