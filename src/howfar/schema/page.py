"""Reference pages, made from declarations alone, so that no page can drift from the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from howfar.schema.formula import Part
from howfar.schema.measure import Declaration, Example
from howfar.schema.reader import NOTES, REASONS, WHOLE_FILES, ReaderDeclaration

_ROWS_SHOWN = 5
_PARTS_SHOWN = 8


def measure_page(declaration: Declaration) -> str:
    """The Markdown page of a measure."""
    d = declaration
    facts = [
        ("Measure", f"`{d.id}` (number {d.number}, version {d.version})"),
        ("Level", f"{d.level} (AMEC Integrated Evaluation Framework)"),
        ("Unit", d.unit),
        ("Uncertainty", d.uncertainty),
        ("Needs", ", ".join(f"`{need}`" for need in d.needs).replace("|", "` or `")),
        ("Fewest posts", str(d.min_posts) if d.min_posts else "none"),
        ("Compared between channels", "yes" if d.peer_comparable else "no, only with its own past"),
        ("Never from", f"{', '.join(d.barred)} sources" if d.barred else "–"),
        ("Source", d.source),
    ]
    sections = [
        f"# {d.title}",
        d.asks,
        _table(("", ""), facts),
        f"## Formula\n\n```text\n{d.formula}\n```",
        "\n".join(f"- `{name}`: {meaning}" for name, meaning in d.parts.items()),
    ]
    if d.rules:
        sections.append(f"## Rules\n\n{d.rules}")
    if d.beware:
        sections.append(f"## Beware\n\n{d.beware}")
    sections.append(_example(d))
    return _page(sections, "its declaration")


def reader_page(declaration: ReaderDeclaration) -> str:
    """The Markdown page of a reader."""
    d = declaration
    facts = [
        ("Format", f'`format = "{d.id}"` (version {d.version})'),
        ("Platform", d.platform),
        ("Exported by", d.exported_by),
        ("Gives", ", ".join(f"`{name}`" for name in d.supplies)),
        ("Lacks", d.lacks),
        ("The study must declare", ", ".join(f"`{need}`" for need in d.needs) or "nothing"),
        ("Tested on", d.tested_on),
    ]
    sections = [f"# {d.title}", _table(("", ""), facts)]
    if d.how_to_obtain:
        sections.append(f"## How to obtain such a file\n\n{d.how_to_obtain}")
    return _page(sections, "the reader's declaration")


def index_page(title: str, pages: Mapping[str, str]) -> str:
    """A list of pages: id -> title."""
    links = "\n".join(f"- [{name}]({identifier}.md)" for identifier, name in pages.items())
    return _page([f"# {title}", links], "the declarations")


def _page(sections: Sequence[str], source: str) -> str:
    note = f"<!-- Made from {source} by docs/generate.py; edit that, then run `make docs`. -->"
    return "\n\n".join([note, *(s for s in sections if s)]) + "\n"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def readers_index(declarations: Sequence[ReaderDeclaration]) -> str:
    """The list of all readers: what they read, and on what that was tried."""
    rows = [[f"[{d.title}]({d.id}.md)", f"`{d.id}`", d.platform, d.tested_on] for d in declarations]
    told = (
        "Each recognises its format by itself, also packed (.gz, .zst) or in a .zip archive: "
        "[how files are read](../concepts/reading.md), [why records are rejected](reasons.md). "
        "Where 'documentation' stands no real export could be had, and the format is read as its "
        "documentation says."
    )
    table = _table(["format", "id", "platform", "tested on"], rows)
    return _page(["# Readers", told, table], "the declarations")


def reasons_page() -> str:
    """Every code that a reject or a remark can have."""
    wholes = {code: told for code, told in REASONS.items() if told.startswith(WHOLE_FILES)}
    records = {code: told for code, told in REASONS.items() if code not in wholes}

    def codes(found: Mapping[str, str]) -> str:
        return _table(["code", "meaning"], [[f"`{code}`", told] for code, told in found.items()])

    sections = [
        "# Reasons and remarks",
        "The codes are stable, and scripts may rely on them. `howfar explain CODE` tells each.",
        "## A record is rejected",
        codes(records),
        "## A file, or a member of an archive, is refused",
        "It then counts as one record, rejected. Other codes can stand there too: `encoding`, "
        "where the header of a table is no text, or `compression`, where an archive is cut.",
        codes(wholes),
        "## A record is kept with a remark",
        codes(NOTES),
    ]
    return _page(sections, "the codes in schema/reader.py")


def _example(d: Declaration) -> str:
    """The worked example: some rows, the parts, the arithmetic and the interval."""
    e = d.example
    where = ", ".join(f"{k} = {v}" for k, v in e.where.items() if v is not None)
    tables = [_sample(name, rows) for name, rows in e.rows.items() if rows]
    parts = "\n".join(f"- {name} = {_part(value)}" for name, value in e.parts.items())
    low, high = e.interval
    span = f"Window {e.window[0]} to {e.window[1]} (end exclusive)"
    return "\n\n".join(
        [
            "## Worked example",
            f"{span}; figure: {where or 'the total'}.",
            *tables,
            parts,
            f"```text\n{d.formula}\n= {e.value:.12g}\n```",
            f"{_interval_words(e)}: {low:.6g} to {high:.6g} (200 replicates, fixed seed).",
        ]
    )


def _interval_words(e: Example) -> str:
    return "Exact or bounded" if e.interval[0] == e.interval[1] else "Interval"


def _sample(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    shown = [[_cell(row.get(c)) for c in columns] for row in rows[:_ROWS_SHOWN]]
    more = len(rows) - len(shown)
    rest = f"\n\n... and {more} more rows." if more else ""
    return f"Table `{name}`, {len(rows)} rows:\n\n{_table(columns, shown)}{rest}"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _part(value: Part) -> str:
    if not isinstance(value, Sequence):
        return f"{value:g}"
    shown = ", ".join(f"{x:g}" for x in value[:_PARTS_SHOWN])
    return f"({shown}{', ...' if len(value) > _PARTS_SHOWN else ''}), {len(value)} values"
