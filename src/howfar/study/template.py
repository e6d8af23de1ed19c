"""The commented study.toml that `howfar new` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from howfar.study.editor import FILE_NAME as SCHEMA_NAME

_NOT_STATED = "not stated yet: replace this line by [[objectives]]"


def toml_value(value: object) -> str:
    """A value in TOML notation: text, bool, number, date, time, list or table of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes are TOML escapes; only DEL is allowed raw in the one and not in the other.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{toml_value(str(k))} = {toml_value(v)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _one_line(text: str) -> str:
    """A text from an export as a comment: TOML allows neither line ends nor controls there."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def source_lines(source: Mapping[str, object]) -> list[str]:
    """The lines of one [[sources]] table."""
    lines = ["[[sources]]"]
    lines += [f"{key} = {toml_value(value)}" for key, value in source.items() if value is not None]
    return [*lines, ""]


def render_study_toml(
    *,
    study_id: str,
    title: str,
    question: str,
    start: date | datetime,
    end: date | datetime,
    timezone: str = "UTC",
    sources: Sequence[Mapping[str, object]] = (),
    settings: Mapping[str, object] | None = None,
    guesses: Sequence[str] = (),
    schema: str = SCHEMA_NAME,
) -> str:
    """The text of a study file with every part explained in comments.

    sources: keys of [[sources]] in the order to be written. settings: further keys of [study].
    guesses: what was inferred from an export, a sentence each, written at the top for the user
    to confirm. schema: path or address for editors, relative to the study folder.
    """
    head = [f"#:schema {schema}", "# A study for howfar: one question, its objectives, its data."]
    if guesses:
        head += ["#", "# Guessed from the export; check each:"]
        head += [f"#  - {_one_line(guess)}" for guess in guesses]
    about = {
        "id": study_id,
        "title": title,
        "question": question,
        "objectives_unknown": _NOT_STATED,
        **(settings or {}),
    }
    body = [
        "",
        "# First of all: what was meant to happen, for whom, by when (AMEC's step one). Take the",
        "# marks away, fill in, and remove objectives_unknown below.",
        "# [[objectives]]",
        '# id = "awareness"',
        '# statement = "Young adults in three countries know of the programme"',
        '# audience = "adults under 30"',
        '# countries = ["BR", "IN", "KE"]    # ISO 3166-1 alpha-2',
        '# languages = ["pt", "hi", "sw"]    # BCP 47',
        "# by = 2024-12-31",
        '# indicators = ["engagement"]       # ids of measures that speak of it',
        "",
        "[study]",
        *(f"{key} = {toml_value(value)}" for key, value in about.items() if value is not None),
        "# confidence = 0.95        level of the intervals",
        "# replicates = 2000        bootstrap replicates",
        "# minimum_persons = 10     smallest published number of persons; never below 5",
        '# retention_reason = "..." why no retention clock applies (published research data)',
        '# watched_names = ["..."]  names that are marked in others; else those of our channels',
        "",
        "# The time that the study speaks of: start inclusive, end exclusive.",
        "[window]",
        f"start = {toml_value(start)}",
        f"end = {toml_value(end)}",
        f"timezone = {toml_value(timezone)}    # IANA name, or a fixed offset such as UTC-05:00",
        "",
        "# Where the posts come from; capture: complete, sample, keyword, capped or browsing.",
    ]
    if not sources:
        body += [
            "# [[sources]]",
            '# name = "posts"',
            '# path = "../exports/*.jsonl"',
            '# format = "auto"',
            '# capture = "complete"',
            "",
        ]
    for source in sources:
        body += source_lines(source)
    body += [
        "# Dated happenings, drawn above the charts.",
        "# [[events]]",
        '# id = "launch"',
        "# start = 2024-03-01T09:00:00",
        '# title = "Launch of the programme"',
        "",
        "# What was changed on our own channels, to see what it did (see howfar explain path).",
        "# [[changes]]",
        '# id = "spanish"',
        "# date = 2024-03-15",
        '# channels = ["our-channel"]    # ids in channels.csv; they need a declared_owner',
        '# property = "language"         # latency, language, kind, frequency, time, openness, ...',
        '# what = "Half of all posts in Spanish"',
        '# outcome = "reactions"         # what it was for',
        '# practice = "languages"        # changes of one name, on several dates, are one effect',
        "",
        "# An experiment on our channels that is over (howfar experiment).",
        "# [[experiments]]",
        '# registration = "answers/registration.toml"',
        '# data = "answers.csv"',
        "",
        "# Whom to compare with whom (channels and their roles are in channels.csv).",
        "# [peers]",
        '# roles = ["ours", "peer"]',
    ]
    return "\n".join([*head, *body]) + "\n"
