"""The files of `howfar index`: a table and a tree in; scores, steps, checklist and report out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from howfar.assess.appraise import Appraisal, appraise
from howfar.assess.document import document_of
from howfar.assess.feed import from_table
from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.matrix import Matrix
from howfar.assess.rows import index_rows, robustness_rows
from howfar.errors import StudyError
from howfar.publish.results import Measured, result_tables
from howfar.report.index_page import render_index
from howfar.store.durable import write_atomically
from howfar.study.file import read_text
from howfar.study.index_part import parse_index
from howfar.study.units_table import parse_units


def appraise_files(
    table: Path, tree: Path, profile: Sequence[str], confidence: float, seed: int
) -> Appraisal:
    """Read a table and a tree, and appraise the index; StudyError tells all that is wrong."""
    part = parse_index(_read(tree, "a tree of an index"), tree.name)
    measured = [one.id for one in part.indicators if one.measure]
    if measured or part.link_figures:
        raise StudyError(
            f"figures of measures ({', '.join(measured) or 'link_figures'}) need posts, and a "
            "table has none",
            tree.name,
            "columns of the table",
            "put the index into a study: [index] in study.toml, then howfar run",
        )
    units = parse_units(
        _read(table, "a table of units"), table.name, part.unit_column, part.time_column
    )
    fed = from_table(part, units)
    rng = np.random.default_rng(seed)
    return appraise(part, fed, rng, where=tree.name, confidence=confidence, profile=profile)


def _read(path: Path, what: str) -> str:
    if path.is_dir() or not path.exists():
        raise StudyError(
            f"there is no file {path}", str(path), what, "howfar explain index tells both formats"
        )
    return read_text(path)


def document_and_rows(found: Appraisal) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document of an index, and its figures as rows of the results."""
    document = document_of(found)
    estimates, _ = result_tables(_name(found), "index", _measured(found), {})
    return document, estimates.to_pylist()


def scores(found: Appraisal) -> list[dict[str, Any]]:
    """One row a unit (and period): place and scores of all groups and indicators."""
    index = found.index
    rows: list[dict[str, Any]] = []
    for row, unit in enumerate(index.units):
        rank = index.ranks[row, -1]
        rows.append(
            {
                "unit": unit,
                "label": found.fed.labels.get(unit, unit),
                **({"time": index.times[row]} if index.times else {}),
                "rank": None if rank != rank else int(rank),
                **{
                    node: None if score != score else float(score)
                    for node, score in reversed(
                        list(zip(index.nodes, index.scores[row], strict=True))
                    )
                },
            }
        )
    rows.sort(key=lambda one: (one["rank"] is None, one.get("time"), one["rank"], one["unit"]))
    return rows


def _name(found: Appraisal) -> str:
    return found.part.title or "index"


def _measured(found: Appraisal) -> list[Measured]:
    return [
        Measured(PERFORMANCE, tuple(index_rows(found))),
        Measured(ROBUSTNESS, tuple(robustness_rows(found))),
    ]


def write_index(out: Path, found: Appraisal, table: Path, tree: Path, seed: int) -> list[Path]:
    """Write everything that an index gives, and return the paths.

    scores.csv; steps/: the data after each verb; results.csv: every figure with its interval;
    index.json: tree, recipe, log, checklist; checklist.md; report.html.
    """
    out.mkdir(parents=True, exist_ok=True)
    document = document_of(found)
    inputs = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (table, tree)}
    document |= {"inputs": inputs, "seed": seed, "confidence": found.confidence}
    run = hashlib.sha256(json.dumps([inputs, seed], sort_keys=True).encode()).hexdigest()[:12]
    estimates, _ = result_tables(_name(found), run, _measured(found), {})
    flat = scores(found)
    rows = estimates.to_pylist()
    texts = {
        "scores.csv": _csv(list(flat[0]), (list(row.values()) for row in flat)),
        "results.csv": _csv(list(rows[0]), (list(row.values()) for row in rows)),
        "index.json": json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
        "checklist.md": _markdown(document),
        "report.html": render_index(document, estimates, found.confidence, run),
    }
    for number, (verb, matrix) in enumerate(found.index.steps.items(), start=1):
        texts[f"steps/{number}-{verb}.csv"] = _step(matrix)
    paths = []
    for name, text in texts.items():
        path = out / name
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, text.encode())
        paths.append(path)
    return paths


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _step(matrix: Matrix) -> str:
    times = matrix.times or ()
    head = ["unit", *(["time"] if times else []), *matrix.columns]
    return _csv(
        head,
        (
            [unit, *([times[n]] if times else []), *("" if x != x else x for x in map(float, row))]
            for n, (unit, row) in enumerate(zip(matrix.units, matrix.values, strict=True))
        ),
    )


def _markdown(document: dict[str, Any]) -> str:
    lines = [f"# The ten steps: {document['title']}", ""]
    for check in document["checklist"]:
        state = {"done": "done", "partly": "in part", "not": "not done"}[check["state"]]
        lines.append(f"{check['number']}. **{check['title']}** ({state}). {check['said']}")
    return "\n".join(lines) + "\n"
