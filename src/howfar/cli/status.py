"""`howfar status`: what a study holds and which runs it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, say, say_json
from howfar.cli.retention import told
from howfar.run import kept_runs, latest_run
from howfar.store.forget import raw_paths
from howfar.store.lookalikes import lookalikes
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study


def command(study: StudyFolder = HERE, json: AsJson = False) -> None:
    """Show the files read, the rows kept, the runs, and what to do next."""
    about, channels = load_study(study), load_channels(study)
    store = TableStore(study)
    manifest = store.manifest()
    inputs = manifest.inputs
    clocks = told(study, datetime.now(UTC))
    purge = raw_paths(manifest, manifest.to_purge)
    with store.reading() as pinned:
        ledger = {row["input"]: row for row in store.read("coverage", pinned).to_pylist()}
        alike = lookalikes(store, pinned)
    runs = kept_runs(study)
    latest = latest_run(study) if runs else None
    if json:
        say_json(
            {
                "study": about.id,
                **origin(about),
                "channels": len(channels.ids),
                "inputs": [
                    {
                        "file": i.path,
                        "source": i.source,
                        "format": i.format,
                        "records": i.records,
                        "read": i.read,
                        "rejected": i.rejected,
                        **_ledger(ledger.get(i.input, {})),
                    }
                    for i in inputs
                ],
                "clocks": clocks,
                "forgotten": manifest.tombstones.rows if manifest.tombstones else 0,
                "to_purge": purge,
                "lookalikes": [asdict(one) for one in alike],
                "runs": runs,
                "latest": latest,
            }
        )
        return
    window = about.window
    say(f"{about.about.title} ({about.told})")
    say(f"window: {window.start} to {window.end}, end exclusive, {window.timezone}")
    say(f"channels: {len(channels.ids)}; sources: {len(about.sources)}; files: {len(inputs)}")
    for i in inputs:
        say(f"  {i.source}: {i.read:,} of {i.records:,} records kept, as {i.format}")
        for name, found in _ledger(ledger.get(i.input, {})).items():
            if found and name != "capture":
                say(f"    {_TITLES[name]}: {_listed(found)}")
    for clock in clocks:
        state = "OVERDUE: " if clock["overdue"] else ""
        aside = f" (set aside by the study: {clock['set_aside']})" if clock["set_aside"] else ""
        say(f"retention: {state}{clock['reason']}{aside}")
    for one in alike:
        say(
            f"{one.source}: {one.accounts:,} accounts ({one.posts:,} posts) have handles that look "
            f"like that of channel {one.channel}; they are not matched to it"
        )
    if manifest.tombstones:
        say(f"forgotten persons, posts and channels: {manifest.tombstones.rows:,}")
    for path in purge:
        say(f"holds something forgotten, purge it yourself: {path}")
    say(f"runs: {', '.join(runs) or 'none'}" + (f"; latest {latest}" if latest else ""))
    say("next: " + _next(study.as_posix(), bool(inputs), latest))


_TITLES = {
    "query": "query",
    "cap": "cap",
    "reasons": "rejected",
    "notes": "kept with a remark",
    "unknown": "columns that the reader does not know",
}


def _ledger(row: Mapping[str, Any]) -> dict[str, Any]:
    """How a file was captured, and what the ledger says of its records, by code."""
    found = {name: row.get(name) for name in ("capture", "query", "cap")}
    for name in ("reasons", "notes", "unknown"):
        pairs = (pair.rpartition("=") for pair in row.get(name) or ())
        found[name] = {code: int(records) for code, _, records in pairs}
    return found


def _listed(found: Any) -> str:
    if isinstance(found, dict):
        return ", ".join(f"{code} {records:,}" for code, records in found.items())
    return f"{found:,}" if isinstance(found, int) else str(found)


def _next(folder: str, anything_read: bool, latest: str | None) -> str:
    if not anything_read:
        return f"howfar read {folder}"
    return f"howfar run {folder}" if latest is None else f"howfar report {folder}"
