"""What was asked: objectives, window, sources with their capture class, events."""

from __future__ import annotations

from howfar.report.model import Cell, Facts, Section, Table
from howfar.report.numbers import day, last_day
from howfar.report.results import Results
from howfar.report.words import say
from howfar.study.file import Study
from howfar.study.objectives import Objective


def asked_section(results: Results) -> Section:
    """The study as its file declares it."""
    study = results.given.study
    items: list[Facts | Table] = [Facts(_facts(results)), _sources(study)]
    if study.events:
        items.append(_events(study))
    return Section("asked", say("asked.title"), (say("asked.intro"),), tuple(items))


def _facts(results: Results) -> list[tuple[str, list[str | Cell]]]:
    study = results.given.study
    window, zone = study.window, study.zone
    found: list[tuple[str, list[str | Cell]]] = [(say("asked.question"), [study.about.question])]
    if study.objectives:
        found.append((say("asked.objectives"), [_objective(o) for o in study.objectives]))
    elif study.about.objectives_unknown:
        text = say("asked.no_objectives", why=study.about.objectives_unknown)
        found.append((say("asked.objectives"), [text]))
    span = say(
        "asked.span",
        start=day(window.start_utc, zone),
        end=last_day(window.end_utc, zone),
        zone=window.timezone,
    )
    found.append((say("asked.window"), [span]))
    roles = "; ".join(
        say("asked.role", role=say(f"role.{role}"), names=", ".join(names))
        for role in ("ours", "peer", "other")
        if (names := [results.names[c] for c in results.names if results.roles[c] == role])
    )
    found.append((say("asked.channels"), [roles or say("asked.no_channels")]))
    compared = say(
        "asked.compared",
        roles=say("or").join(say(f"role.{r}").lower() for r in study.peers.roles),
        capture=say("or").join(say(f"capture.{c}") for c in study.peers.capture),
    )
    found.append((say("asked.comparison"), [compared]))
    if study.about.retention_reason:
        found.append((say("asked.retention"), [study.about.retention_reason]))
    if study.about.contact:
        found.append((say("asked.contact"), [study.about.contact]))
    return found


def _objective(objective: Objective) -> str:
    parts = [say("asked.objective", statement=objective.statement, audience=objective.audience)]
    if objective.countries:
        parts.append(say("asked.countries", names=", ".join(objective.countries)))
    if objective.by:
        parts.append(say("asked.by", day=str(objective.by)))
    if objective.target is not None:
        key = "asked.target" if objective.direction > 0 else "asked.limit"
        parts.append(say(key, target=f"{objective.target:g}"))
    return "; ".join(parts)


def _sources(study: Study) -> Table:
    rows = []
    for source in study.sources:
        rows.append(
            (
                source.name,
                say(f"capture.{source.capture}"),
                say(f"use.{source.use}"),
                source.query or say("none"),
                source.timezone or say("asked.zone_in_data"),
                f"{source.observed_at:%Y-%m-%d %H:%M}"
                if source.observed_at
                else say("asked.time_in_data"),
            )
        )
    head = ("source", "capture", "use", "query", "zone", "observed")
    return Table(
        say("asked.sources"), tuple(say(f"head.{h}") for h in head), rows, dense=len(rows) > 30
    )


def _events(study: Study) -> Table:
    rows = []
    for n, event in enumerate(sorted(study.events, key=lambda e: e.bounds(study.zone)[0]), 1):
        start, end = event.bounds(study.zone)
        when = day(start, study.zone)
        if end is not None and last_day(end, study.zone) != when:
            when = f"{when} – {last_day(end, study.zone)}"
        link = event.evidence
        source = Cell(say("asked.evidence"), link) if link else Cell(say("none"))
        rows.append((str(n), event.title, when, source))
    head = tuple(say(f"head.{h}") for h in ("number", "event", "when", "evidence"))
    return Table(say("asked.events"), head, rows)
