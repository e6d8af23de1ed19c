"""The first paragraph: what was found, in figures with intervals and without judgement."""

from __future__ import annotations

from collections.abc import Sequence

from howfar.report.numbers import day, last_day, many, phrase, value_text
from howfar.report.path_view import path_summary, path_view
from howfar.report.results import Results, Row
from howfar.report.sections.coverage import HOLES
from howfar.report.words import say

_METRICS = ("reactions", "comments", "shares", "views")


def summary(results: Results) -> list[str]:
    """Sentences that an answer starts from; each figure with its interval, no ranks, no causes."""
    found = [_scope(results)]
    found += _spread(results, "summary.volume", _volume(results))
    for metric in _METRICS:
        rows = results.figures("engagement", category=metric, params="quantile=0.5")
        found += _spread(results, "summary.engagement", rows, what=say(f"metric.{metric}"))
    top = results.figures("top_share", category="reactions", params="top=0.1")
    found += _spread(results, "summary.top", top, percent=True)
    holes = [r for r in results.rows("coverage") if r["category"] in HOLES]
    gaps = [r for r in holes if r["value"] is not None]
    short = {r["channel"] or r["params"] for r in gaps}
    if short:
        found.append(say("summary.gaps", n=many(len(short), "series")))
    found += _index(results)
    view = path_view(results)
    found += path_summary(view) if view is not None else []
    if any(say("mark") in text for text in found):
        found.append(say("summary.marked"))
    found.append(say("summary.limits", level=results.confidence))
    return found


def _index(results: Results) -> list[str]:
    """That there is an index, and whether its ranking holds."""
    document = results.given.provenance.get("index")
    if document is None:
        return []
    key = "summary.index" if document["grade"] else "summary.index_unknown"
    return [say(key, called=document["called"], grade=document["grade"])]


def _scope(results: Results) -> str:
    window, zone = results.given.study.window, results.given.study.zone
    total = [
        row
        for row in results.rows("coverage", category="distinct posts", channel=None, params=None)
        if row["value"] is not None
    ]
    span = {"start": day(window.start_utc, zone), "end": last_day(window.end_utc, zone)}
    channels = many(len(results.names), "channel")
    if not total:
        return say("summary.scope_without", channels=channels, **span)
    return say(
        "summary.scope", posts=many(int(total[0]["value"]), "post"), channels=channels, **span
    )


def _volume(results: Results) -> list[Row]:
    return results.figures("publishing_volume", category=None, language=None)


def _spread(
    results: Results, key: str, rows: Sequence[Row], percent: bool = False, **values: str
) -> list[str]:
    """From the least to the most, without names: how far apart, not who is where."""
    measured = [r for r in rows if r["status"] == "measured"]
    if not measured:
        return []
    ours = [r for r in measured if results.roles[r["channel"]] == "ours"]
    if ours and len(ours) <= 3:
        named = "; ".join(f"{results.name(r['channel'])}: {phrase(r, percent)}" for r in ours)
        others = [r for r in measured if r not in ours]
        text = say(f"{key}.ours", ours=named, **values)
        if others:
            low, high = _ends(others)
            spread = phrase(low, percent), phrase(high, percent)
            text += " " + say("summary.peers", low=spread[0], high=spread[1])
        return [text]
    low, high = _ends(measured)
    if value_text(low, percent) == value_text(high, percent):
        return [say(f"{key}.one", value=phrase(low, percent), **values)]
    return [say(key, low=phrase(low, percent), high=phrase(high, percent), **values)]


def _ends(rows: Sequence[Row]) -> tuple[Row, Row]:
    return min(rows, key=lambda r: r["value"]), max(rows, key=lambda r: r["value"])
