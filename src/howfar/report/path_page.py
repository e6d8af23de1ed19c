"""The enhancement path on a page of its own: two minutes for whoever decides."""

from __future__ import annotations

from howfar.report.input import ReportInput
from howfar.report.model import Facts, Section
from howfar.report.page import render_sections
from howfar.report.path_view import path_summary, path_view
from howfar.report.results import Results
from howfar.report.sections.methods import declaration_facts
from howfar.report.sections.path import path_section
from howfar.report.sections.path_steps import steps_section
from howfar.report.words import say


def render_path(given: ReportInput) -> str | None:
    """The page of a run's path as one HTML text; null where the run laid none.

    First the tables of steps and how sure they are, then every step taken apart, then the methods.
    """
    results = Results.of(given)
    view = path_view(results)
    if view is None:
        return None
    found = [given.declarations[one] for one in view.measures if one in given.declarations]
    steps = steps_section(view)
    sections = [path_section(view), *([] if steps is None else [steps])]
    if found:
        intro = (say("methods.intro", level=view.confidence),)
        sections.append(Section("methods", say("methods.title"), intro))
    about = given.study.about
    return render_sections(
        title=about.title,
        question=say("path.page_question"),
        summary=path_summary(view),
        sections=sections,
        methods=[(one, Facts(declaration_facts(one))) for one in found],
        declarations=given.declarations,
        run=given.provenance.get("run", say("none")),
        simulated=about.simulated,
    )
