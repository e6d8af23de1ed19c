"""An index in words: what it is in general, and what a study's latest run says of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from howfar.errors import StudyError
from howfar.run import latest_run, load_run

GENERAL = (
    "index: one figure for each unit, made of several indicators; never shown without them",
    "",
    "How one is made, each step a verb with logged arguments:",
    "  denominate  divide by what makes units comparable (population, budget)",
    "  impute      fill gaps, or leave them open",
    "  screen      drop units with too little data",
    "  treat       keep single far figures from ruling an indicator",
    "  normalise   bring all to one scale on which more is better",
    "  weigh       say how much each counts: equal where nobody has a reason",
    "  aggregate   make one figure of many; a plain mean lets a high figure make up for a low one",
    "",
    "What it may be called: communication performance; effectiveness only where outcomes with a "
    "basis (a survey, an experiment, rated records) feed it. The program decides that.",
    "How sure it is: chance (other weeks would have given somewhat other figures) gives sets of "
    "places with a confidence; choices (someone else could have made it otherwise, just as fairly) "
    "give a range, which is no confidence interval. Units that chance cannot tell apart are tied.",
    "Which choice decides: the part of all movement of places that one choice makes by itself, and "
    "with others (Sobol's first-order and total indices).",
    "The ten steps of the OECD/JRC Handbook stand at its end, filled in from what was done.",
    "",
    "files: howfar index TABLE.csv TREE.toml, or [index] in study.toml; docs/concepts/index.md",
    "next: howfar explain performance_index, howfar explain index_robustness, or --study FOLDER",
)


def index_document(study: Path) -> dict[str, Any]:
    """The document of the index of a study's latest run; StudyError where it has none."""
    document = load_run(study, latest_run(study)).provenance.get("index")
    if document is None:
        raise StudyError(
            "the latest run of this study has no index",
            where=str(study),
            next="declare an [index] in study.toml (docs/concepts/index.md), then howfar run",
        )
    return dict(document)


def index_lines(document: Mapping[str, Any]) -> list[str]:
    """What a study's index is, says and rests on."""
    names = {one["id"]: one["name"] for one in document["nodes"]}
    leaves = [one for one in document["nodes"] if one["kind"] == "indicator"]
    lines = [
        f"{document['title']}: an index of {document['called']}",
        f"{len(document['units'])} units ({document['unit']}), {len(leaves)} indicators",
    ]
    if document["framework"]:
        lines.append(f"why these: {document['framework']}")
    lines += ["", "what it is made of:"]
    for one in leaves:
        way = "more is better" if one["direction"] > 0 else "less is better"
        lines.append(
            f"  {one['name']} ({one['level']}, in {names[one['parent']]}): {one['share']:.1%} of "
            f"the index; {way}"
        )
    lines += ["", "how it was made:"]
    lines += [f"  {step['verb']}: {step['said']}" for step in document["log"]]
    lines += ["", "how sure it is:", f"  {document['verdict']}"]
    if document["ties"]:
        lines.append(f"  {document['ties']}")
    for pair in document["counter"]:
        lines.append(f"  {pair['a']} runs against {pair['b']} (correlation {pair['r']:.2f})")
    for pair in document["redundant"]:
        lines.append(f"  {pair['a']} and {pair['b']} say nearly the same ({pair['r']:.2f})")
    lines += ["", "the ten steps:"]
    states = {"done": "done", "partly": "in part", "not": "not done"}
    lines += [f"  {c['number']:>2}  {c['title']}: {states[c['state']]}"
              for c in document["checklist"]]  # fmt: skip
    lines.append("next: howfar explain performance_index --study FOLDER lists all figures")
    return lines
