"""The report of an index that was made of a table alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.report.index_view import IndexView
from howfar.report.model import Facts, Section
from howfar.report.page import render_sections
from howfar.report.sections.index import index_section
from howfar.report.sections.index_made import made_section
from howfar.report.sections.index_sure import sure_section
from howfar.report.sections.methods import declaration_facts
from howfar.report.words import say


def render_index(
    document: Mapping[str, Any], estimates: pa.Table, confidence: float, run: str
) -> str:
    """The page of an index: what it says, how sure it is, how it was made."""
    view = IndexView.of(document, estimates, confidence)
    methods = [(one, Facts(declaration_facts(one))) for one in (PERFORMANCE, ROBUSTNESS)]
    sections = [index_section(view), sure_section(view), made_section(view)]
    intro = (say("methods.intro", level=view.confidence),)
    sections.append(Section("methods", say("methods.title"), intro))
    return render_sections(
        title=document["title"],
        question=say("page.index_question", title=document["title"]),
        summary=[
            say("index.summary", n=len(view.units), **view.words, k=len(view.indicators)),
            document["verdict"],
        ],
        sections=sections,
        methods=methods,
        declarations={one.id: one for one in (PERFORMANCE, ROBUSTNESS)},
        run=run,
    )
