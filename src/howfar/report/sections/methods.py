"""What was not measured and why; how each figure was got; who is named; what it rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from howfar.report.model import Cell, Facts, Section, Table
from howfar.report.numbers import number
from howfar.report.results import Results, Row
from howfar.report.words import TEXT, say
from howfar.schema.measure import Declaration

_HASH = re.compile(r"[0-9a-f]{40,}")
_MANY = 8


def missing_section(results: Results) -> Section:
    """Figures that are not there, grouped by measure and reason."""
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for measure, of_measure in results.by_measure.items():
        for row in of_measure:
            skip = measure == "coverage" and row["category"] == "posts by day"
            if row["status"] != "measured" and not skip:
                alike = re.sub(r"\d[\d,.]*", "#", row["reason"] or "")
                found[measure, row["status"], alike].append(row)
    lines = []
    for (measure, status, _), rows in sorted(found.items()):
        declaration = results.declaration(measure)
        title = declaration.title if declaration else measure
        link = f"#method-{measure}" if declaration else None
        reasons = list(dict.fromkeys(r["reason"] or "" for r in rows))
        reason = reasons[0] if len(reasons) == 1 else say("missing.such_as", reason=reasons[0])
        what = _what(results, rows)
        lines.append((Cell(title, link), what, say(f"status.{status}"), reason))
    if not lines:
        return Section("missing", say("missing.title"), (say("missing.none"),))
    head = tuple(say(f"head.{h}") for h in ("measure", "of", "status", "why"))
    table = Table(say("missing.caption"), head, lines)
    return Section("missing", say("missing.title"), (say("missing.intro"),), (table,))


def _what(results: Results, rows: Sequence[Row]) -> str:
    """Which figures: channels and categories, shortened where they are many."""
    channels = list(dict.fromkeys(results.name(r["channel"]) for r in rows if r["channel"]))
    categories = list(dict.fromkeys(r["category"] for r in rows if r["category"]))
    parts = []
    if channels:
        every = len(results.names) > 1 and len(channels) == len(results.names)
        parts.append(say("missing.all") if every else _few(channels))
    if categories:
        parts.append(_few(categories))
    text = "; ".join(parts) or say("missing.whole")
    return text if len(rows) == 1 else say("missing.count", what=text, n=f"{len(rows):,}")


def _few(names: Sequence[str]) -> str:
    if len(names) <= _MANY:
        return ", ".join(names)
    return say("missing.more", names=", ".join(names[:_MANY]), n=len(names) - _MANY)


def methods_section(results: Results) -> tuple[Section, list[tuple[Declaration, Facts]]]:
    """The intro, and each measure's declaration as a list of definitions."""
    entries = []
    for declaration in sorted(results.given.declarations.values(), key=_number):
        entries.append((declaration, Facts(declaration_facts(declaration))))
    level = results.confidence
    section = Section("methods", say("methods.title"), (say("methods.intro", level=level),))
    return section, entries


def _number(declaration: Declaration) -> tuple[int, str]:
    digits = re.match(r"\d+", declaration.number)
    return (int(digits[0]) if digits else 10_000, declaration.id)


def declaration_facts(d: Declaration) -> list[tuple[str, list[str | Cell]]]:
    """A declaration as names with their values."""
    parts = [f"{name}: {meaning}" for name, meaning in d.parts.items()]
    found: list[tuple[str, list[str | Cell]]] = [
        (say("method.asks"), [d.asks]),
        (say("method.level"), [d.level]),
        (say("method.formula"), [d.formula, *parts]),
        (say("method.unit"), [d.unit]),
        (say("method.source"), [d.source]),
        (say("method.uncertainty"), [d.uncertainty]),
        (say("method.needs"), [", ".join(need_text(n) for n in d.needs) or say("none")]),
    ]
    if d.min_posts:
        found.append((say("method.min_posts"), [number(d.min_posts)]))
    if d.beware:
        found.append((say("method.beware"), [d.beware]))
    if not d.peer_comparable:
        found.append((say("method.comparable"), [say("method.own_only")]))
    given = "; ".join(f"{name} = {_part(value)}" for name, value in d.example.parts.items())
    text = say("method.example_text", parts=given, value=f"{d.example.value:.6g}")
    found.append((say("method.example"), [text]))
    return found


def need_text(need: str) -> str:
    """A need in words: 'counts.views' is 'counts of views'."""

    def one(option: str) -> str:
        if option.startswith("counts."):
            return say("need.metric", metric=option.removeprefix("counts.").replace("_", " "))
        return say(f"need.{option}") if f"need.{option}" in TEXT else option.replace("_", " ")

    return say("need.or").join(one(option) for option in need.split("|"))


def _part(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:g}"
    items = [f"{x:g}" if isinstance(x, int | float) else str(x) for x in value]
    return (
        f"({', '.join(items)})"
        if len(items) <= 8
        else (f"({', '.join(items[:4])}, … {items[-1]}; {len(items)})")
    )


def provenance_section(results: Results) -> Section:
    """What the figures rest on: run, seed, versions, inputs with the start of their hashes."""
    # How the index was made has a section of its own.
    given = {k: v for k, v in results.given.provenance.items() if k != "index"}
    rows: list[tuple[str, list[str | Cell]]] = []
    tables = []
    for key in sorted(given, key=lambda k: (k != "run", k)):
        value = given[key]
        if isinstance(value, Sequence) and not isinstance(value, str):
            if value and all(isinstance(item, Mapping) for item in value):
                tables.append(_records(key, value))
            else:
                rows.append((_name(key), [_shown(v) for v in value]))
        elif isinstance(value, Mapping):
            if len(value) <= 20:
                rows.append((_name(key), [_pair(k, value[k]) for k in sorted(value)]))
            else:
                rows.append((_name(key), [say("provenance.many", n=len(value))]))
        elif value is not None:
            rows.append((_name(key), [_shown(value)]))
    paragraphs = (say("provenance.intro"),)
    return Section("provenance", say("provenance.title"), paragraphs, (Facts(rows), *tables))


def _records(key: str, records: Sequence[Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(name for record in records for name in record))
    lines = [tuple(_counted(r.get(c)) for c in columns) for r in records]
    numbers = frozenset(
        n for n, c in enumerate(columns) if all(isinstance(r.get(c), int) for r in records)
    )
    return Table(_name(key), tuple(_name(c) for c in columns), lines, numbers)


def _counted(value: Any) -> Cell:
    return Cell(f"{value:,}") if isinstance(value, int) else _shown(value)


def _pair(key: str, value: Any) -> Cell:
    shown = _shown(value)
    return Cell(f"{key} {shown.text}", None, shown.title)


def _shown(value: Any) -> Cell:
    if value is None:
        return Cell(say("none"))
    text = str(value)
    if _HASH.fullmatch(text):
        return Cell(text[:12] + "…", None, text)
    return Cell(text)


def _name(key: str) -> str:
    text = key.replace("_sha256", " (SHA-256)").replace("sha256", "SHA-256").replace("_", " ")
    return text[:1].upper() + text[1:]


def named_section(results: Results) -> Section:
    """Who is named, on which basis, with the evidence."""
    lines = []
    for channel in results.names:
        row = results.given.channels.get(channel)
        if row is None:
            continue
        basis = say(f"basis.{row.basis}") if row.basis else say("none")
        evidence = Cell(_host(row.evidence), row.evidence) if row.evidence else Cell(say("none"))
        paths = ", ".join(say(f"path.{p}") for p in row.paths)
        owner = row.declared_owner or say("none")
        place = row.country or say("none")
        line = (results.names[channel], row.organisation, row.platform, place, paths, owner)
        lines.append((*line, basis, evidence))
    if not lines:
        return Section("named", say("named.title"), (say("named.nobody"),))
    head = ("channel", "organisation", "platform", "country", "paths", "owner", "basis", "evidence")
    table = Table(say("named.caption"), tuple(say(f"head.{h}") for h in head), lines)
    return Section("named", say("named.title"), (say("named.intro"),), (table,))


def _host(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address).split("/")[0]
