"""`howfar methods`: the paragraphs that a paper needs, from declarations and provenance."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import errors, origin, say, say_json
from howfar.collect.manifest import FILE_NAME as FETCH
from howfar.collect.manifest import load_manifest
from howfar.readers.discovery import readers
from howfar.run import Run, latest_run, load_run
from howfar.schema.measure import Declaration, registry
from howfar.study.channels import load_channels
from howfar.study.file import FILE_NAME, Study, load_study
from howfar.study.registry import Registry

_NAMED = 5
"""Most sources that a sentence names one by one."""

_CAPTURE = {
    "complete": "all posts of the named channels that were there at collection",
    "sample": "a random part of the posts",
    "keyword": "posts that a query found, which are no sample of all posts",
    "capped": "the latest posts up to a number at which the platform cut",
    "browsing": "what a personalised feed showed, from which no share can be told",
}


def command(
    study: StudyFolder = HERE,
    run: Annotated[str, typer.Option(help="Run id, or its beginning.", show_default="latest")] = "",
    json: AsJson = False,
) -> None:
    """Print the methods section: data, window, capture, measures, intervals, versions, caveats."""
    done = load_run(study, run or latest_run(study))
    paragraphs = methods(study, done)
    changed = (
        sha256((study / FILE_NAME).read_bytes()).hexdigest() != done.provenance["study_sha256"]
    )
    if json:
        told = {"run": done.id, "study_changed": changed, "paragraphs": paragraphs}
        say_json(told | origin(load_study(study)))
        return
    if changed:
        errors.print(
            f"{FILE_NAME} was changed after this run, and the text below mixes both; "
            f"next: howfar run {study}",
            markup=False,
        )
    for number, text in enumerate(paragraphs.values()):
        if number:
            say()
        say(text)


def methods(folder: Path, run: Run) -> dict[str, str]:
    """Paragraphs by their subject: data, measures, uncertainty, protection, limits, software."""
    study, channels = load_study(folder), load_channels(folder)
    rows = run.estimates.to_pylist()
    declarations = {i: m.declaration for i, m in registry().items()}
    declarations |= {one.id: one for one in (PERFORMANCE, ROBUSTNESS)}
    paragraphs = {
        "data": _data(folder, study, channels, run, rows),
        "measures": _measures(rows, declarations),
        "index": _index(run),
        "uncertainty": _uncertainty(run, rows),
        "protection": _protection(study, rows),
        "limits": _limits(study, rows),
        "software": _software(run),
    }
    return {name: text for name, text in paragraphs.items() if text}


def _data(
    folder: Path, study: Study, channels: Registry, run: Run, rows: list[dict[str, Any]]
) -> str:
    window, inputs = study.window, run.provenance["inputs"]
    formats = sorted({i["format"].split()[0] for i in inputs})
    known = readers()
    titles = [known[f].declaration.title if f in known else f for f in formats]
    later = {source.name for source in study.sources if source.use == "recheck"}
    rechecks = [i for i in inputs if i["source"] in later]
    counts = _totals(rows)
    made = study.about.simulated
    text = [
        *([f"The data are simulated: {made}; no real account, post or event"] if made else []),
        f"The study asks: {study.about.question}",
        f"It covers the time from {_moment(window.start)} to {_moment(window.end)} (end "
        f"exclusive, {window.timezone}).",
        f"The data come from {_many(len(inputs), 'file')} ({_list(titles)}) with "
        f"{_many(sum(i['records'] for i in inputs), 'record')}, of which "
        f"{sum(i['rejected'] for i in inputs):,} could not be read and were left out.",
    ]
    if rechecks:
        text.append(
            f"{sum(i['read'] for i in rechecks):,} of them are of another collection of the same "
            "posts and only add observations."
        )
    if counts:
        text.append(
            f"After {_many(counts.get('duplicate rows', 0), 'repeated row')} and "
            f"{_many(counts.get('outside window', 0), 'post')} outside the window were set "
            f"aside, {_many(counts.get('distinct posts', 0), 'distinct post')} remained."
        )
    compared = channels.with_role(*study.peers.roles)
    if len(compared) > 1:
        roles = sorted({row.role for row in channels if row.role in study.peers.roles})
        text.append(f"{len(compared)} channels (role: {_list(roles)}) are compared.")
    text += _origin(folder)
    return " ".join(_sentence(part) for part in text)


def _origin(folder: Path) -> list[str]:
    """Citation and licence of a public data set that the study rests on."""
    if not (folder / FETCH).exists():
        return []
    data = load_manifest(folder).dataset
    commit = f", commit {data.commit}" if data.commit else ""
    return [f"Source of the data: {data.citation}{commit}; licence: {data.licence}"]


def _measures(rows: list[dict[str, Any]], declarations: dict[str, Declaration]) -> str:
    measured = {row["measure"] for row in rows if row["status"] == "measured"}
    used = [declarations[name] for name in declarations if name in measured]
    used.sort(key=lambda d: (int(d.number), d.id))
    lines = ["The following was measured."]
    for one in used:
        parts = "; ".join(f"{name}: {meaning}" for name, meaning in one.parts.items())
        where = f", where {parts}" if parts else ""
        said = [
            f"{one.title} ({one.id}, version {one.version}): {one.formula}{where}",
            f"Unit: {one.unit}",
            f"Interval: {one.uncertainty}",
            f"Source: {one.source}",
            *([f"Beware: {one.beware}"] if one.beware else []),
        ]
        lines.append(" ".join(_sentence(part) for part in said))
    return "\n- ".join(lines) if used else ""


def _index(run: Run) -> str:
    """How the index was made and how sure it is, from its document."""
    document = run.provenance.get("index")
    if document is None:
        return ""
    leaves = [one for one in document["nodes"] if one["kind"] == "indicator"]
    made = "; ".join(
        f"{one['name']} ({one['level']}, {one['share']:.1%} of the index"
        + (", less is better)" if one["direction"] < 0 else ")")
        for one in leaves
    )
    steps = "; ".join(
        f"{step['verb']} ({step['arguments']['method']}): {step['said']}"
        for step in document["log"]
    )
    tried = "; ".join(f"{verb}: {', '.join(ways)}" for verb, ways in document["choices"].items())
    said = [
        f"An index of {document['called']} was made for {len(document['units'])} units from "
        f"{len(leaves)} indicators: {made}",
        f"Steps: {steps}",
        f"Other choices, combined at random {document['variants']:,} times: {tried}",
        document["verdict"],
        document["ties"],
    ]
    return " ".join(_sentence(part) for part in said if part)


def _uncertainty(run: Run, rows: list[dict[str, Any]]) -> str:
    kinds = Counter(
        row["low_kind"]
        for row in rows
        if row["status"] == "measured" and not row["low"] == row["value"] == row["high"]
    )
    facts = run.provenance
    text = [
        f"Unless said otherwise, intervals are {facts['confidence']:.0%} confidence intervals from "
        f"{facts['replicates']:,} bootstrap replicates that draw whole calendar weeks (Monday to "
        "Sunday, UTC), the same weeks for all channels and measures, since posts come in bursts "
        "and are not independent of each other",
    ]
    if kinds["bound"]:
        text.append("Bounds are limits that the value cannot leave, and no confidence intervals")
    if kinds["range"]:
        text.append("Ranges span choices of the analyst, and are no confidence intervals")
    if kinds["posterior"]:
        text.append("Intervals of shrunk rates are posterior intervals")
    text.append(
        "The intervals tell how far chance could have moved a figure within posts like these; "
        "they do not cover posts that were never collected"
    )
    text.append(f"The seed of all random numbers is {facts['seed']}")
    return " ".join(_sentence(part) for part in text)


def _protection(study: Study, rows: list[dict[str, Any]]) -> str:
    suppressed = sum(row["status"] == "suppressed" for row in rows)
    text = [
        "Accounts that are not named channels were replaced by keyed pseudonyms (HMAC-SHA-256) "
        "when the files were read, and mentions, addresses and telephone numbers in texts were "
        "removed",
        f"No published figure of persons rests on fewer than {study.about.minimum_persons} of "
        "them or mostly on one; to that end, or to protect another figure, "
        f"{_many(suppressed, 'figure')} {'was' if suppressed == 1 else 'were'} suppressed",
    ]
    if study.about.retention_reason:
        text.append(f"On retention, the study states: {study.about.retention_reason}")
    return " ".join(_sentence(part) for part in text)


def _limits(study: Study, rows: list[dict[str, Any]]) -> str:
    text = []
    for capture in dict.fromkeys(source.capture for source in study.sources):
        names = [s.name for s in study.sources if s.capture == capture]
        text.append(f"The capture of {_few(names)} is declared as {capture}: {_CAPTURE[capture]}")
    declared = [s.name for s in study.sources if s.observed_at is not None]
    if declared:
        text.append(
            f"For {_few(declared)} the time at which the figures were taken is declared by the "
            "study, not told by the files"
        )
    text += _gaps(rows)
    reasons: dict[str, set[str | None]] = {}
    for row in rows:
        if row["status"] != "suppressed":
            reasons.setdefault(row["measure"], set()).add(row["reason"])
    measured = {row["measure"] for row in rows if row["status"] != "not_measured"}
    absent = {name: why for name, why in reasons.items() if name not in measured}
    if absent:
        listed = "; ".join(f"{name} ({_why(why)})" for name, why in sorted(absent.items()))
        text.append(f"Not measured: {listed}")
    text.append(
        "Reactions are out-takes: nothing here shows what people think or do, nor who caused it"
    )
    return " ".join(_sentence(part) for part in text)


def _gaps(rows: list[dict[str, Any]]) -> list[str]:
    """Days that the sources miss: after their last look, and in between."""
    text = []
    gaps = [
        row for row in rows if row["measure"] == "coverage" and row["category"] in ("gap", "zeros")
    ]
    known = [row for row in gaps if row["value"] is not None]
    late = [row for row in known if (row["reason"] or "").startswith("after the last")]
    early = [row for row in known if row not in late]
    if late:
        places = {row["params"] or row["channel"] for row in late}
        text.append(
            f"{_many(len(places), 'source')} {'ends' if len(places) == 1 else 'end'} before the "
            f"window does ({sum(row['value'] for row in late):,.1f} days in all), and nothing is "
            "said of these days"
        )
    if early:
        text.append(
            f"{_many(len(early), 'stretch', 'stretches')} of days without posts "
            f"({sum(row['value'] for row in early):,.0f} days in all) may be silence or a hole"
        )
    return text


def _why(reasons: set[str | None]) -> str:
    first, *others = sorted(reason for reason in reasons if reason)
    return first + (f"; and {_many(len(others), 'other reason')}" if others else "")


def _software(run: Run) -> str:
    facts = run.provenance
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    return (
        f"Computed with howfar {facts['howfar']} (source hash {facts['code_sha256'][:12]}) on "
        f"Python {facts['python']} with {libraries}. Run {run.id}: the id is a hash of inputs, "
        "study file, channel registry, settings, code and versions, so that equal ids mean equal "
        "results."
    )


def _totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    """The counts over all main sources."""
    return {
        row["category"]: int(row["value"])
        for row in rows
        if row["measure"] == "coverage"
        and row["params"] is None
        and row["channel"] is None
        and row["category"]
        and row["value"] is not None
    }


def _moment(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}".strip() if isinstance(moment, datetime) else str(moment)


def _many(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _list(words: Any) -> str:
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _few(names: list[str]) -> str:
    """Names of sources, or their number where they are many."""
    if len(names) > _NAMED:
        return f"{len(names)} sources"
    quoted = [f'"{name}"' for name in names]
    return f"the source{'s' if len(names) > 1 else ''} {_list(quoted)}"


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
