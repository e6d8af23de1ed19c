"""A small study's tables written by hand: persons who refer to each other, a channel."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from howfar.privacy.pseudonyms import Pseudonymiser, fingerprint
from howfar.schema.tables import TABLES
from howfar.store.manifest import Input
from howfar.store.run_log import Entry, append_entry
from howfar.store.segments import SegmentSet
from howfar.store.tables import TableStore

KEY = b"0123456789abcdef0123456789abcdef"
NAMES = Pseudonymiser(KEY)
AT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
FILES = ("raw/one.jsonl", "raw/two.jsonl")


def person(name: str, platform: str = "x") -> str:
    return NAMES.person(platform, name)


def message(post_id: str, platform: str = "x") -> str:
    return NAMES.post(platform, post_id)


def post(line: int, post_id: str, author: str, **told: Any) -> dict[str, Any]:
    """A post of a person; with channel=True of the channel that author names."""
    own = told.pop("channel", False)
    return {
        "platform": "x",
        "post_id": post_id if own else message(post_id),
        "channel": author if own else None,
        "author": author if own else person(author),
        "relation": "original",
        "created_at": AT,
        "text": f"words of post {post_id}",
        "country": "KE",
        "line": line,
        **told,
    }


def reply(line: int, post_id: str, author: str, to: str, to_author: str | None = None) -> Any:
    return post(
        line,
        post_id,
        author,
        relation="reply",
        parent_id=message(to),
        parent_author=person(to_author) if to_author else None,
        thread_id=message(to),
    )


def repost(line: int, post_id: str, author: str, of: str, of_author: str | None = None) -> Any:
    return {**reply(line, post_id, author, of, of_author), "relation": "repost"}


POSTS: tuple[list[dict[str, Any]], ...] = (
    [
        post(1, "10", "jane"),
        post(2, "11", "omar"),
        reply(3, "12", "omar", "10", "jane"),
        repost(4, "13", "li", "10", "jane"),
        post(5, "20", "harbour", channel=True),
        reply(6, "14", "jane", "20"),
    ],
    [
        reply(1, "15", "li", "10"),  # whose the post is was not exported
        repost(2, "16", "omar", "13", "li"),
        post(3, "17", "li"),
        reply(4, "18", "omar", "20"),
    ],
)


def tables(rows: list[dict[str, Any]], number: int) -> dict[str, list[dict[str, Any]]]:
    """What a reader would have made of these posts: counts and followers too."""
    stamp = {"source": "s", "input": number}
    counts = [
        {**{k: r[k] for k in ("platform", "post_id", "line")}, "metric": "views", "value": 7}
        for r in rows
    ]
    followers = [
        {"platform": "x", "account": r["author"], "metric": "followers", "value": 5}
        | {"line": r["line"]}
        for r in rows
    ]
    shares = [
        {**{k: r[k] for k in ("platform", "post_id", "line")}, "account": r["author"]}
        | {"object": r.get("parent_id") or "example.org", "shared_at": AT}
        | {"object_kind": "post" if r.get("parent_id") else "link"}
        for r in rows
    ]
    reject = {"file": "one", "reason": "json", "detail": "x", "line": 99}
    made = {"posts": rows, "counts": counts, "account_counts": followers, "shares": shares}
    made |= {"rejects": [reject], "coverage": [{"records": len(rows) + 1, "file": "one"}]}
    return {name: [{**stamp, **row} for row in each] for name, each in made.items()}


def write_study(
    folder: Path, inputs: tuple[list[dict[str, Any]], ...] = POSTS, group: int = 2
) -> TableStore:
    """Commit the tables; segments have row groups of so many rows."""
    store = TableStore(folder)
    with store.writing() as manifest:
        for number, rows in enumerate(inputs, start=1):
            with SegmentSet(store.folder, manifest.generation, number) as segments:
                for name, each in tables(rows, number).items():
                    whole = pa.Table.from_pylist(each, schema=TABLES[name].arrow())
                    for start in range(0, len(whole), group):
                        segments.write(name, whole.slice(start, group))
                added = Input(
                    number,
                    "s",
                    FILES[(number - 1) % 2] if number < 3 else f"raw/{number}.jsonl",
                    f"{number:064x}",
                    "x-api-v2",
                    1,
                    "settings",
                    len(rows) + 1,
                    len(rows),
                    1,
                    segments.close(),
                )
            manifest = manifest.plus(added, fingerprint(NAMES))
        store.commit(manifest)
    return store


def all_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but locks and pins."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def many(inputs: int, rows: int, persons: int) -> tuple[list[dict[str, Any]], ...]:
    """Posts of many persons, each with a text, every third one an answer to another."""
    made = []
    for number in range(inputs):
        each = []
        for line in range(1, rows + 1):
            author, own = f"p{(number + line) % persons}", f"{number}-{line}"
            if line % 3:
                each.append(post(line, own, author))
            else:
                each.append(reply(line, own, author, f"{number}-{line - 1}"))
        made.append(each)
    return tuple(made)


def kept_run(folder: Path, store: TableStore, name: str) -> Path:
    """A kept run as the program leaves it, resting on the tables as they are."""
    run = folder / "results" / "runs" / name
    run.mkdir(parents=True)
    (run / "estimates.parquet").write_bytes(b"figures")
    segments = {s.file: s.sha256 for s in store.manifest().all_segments().values()}
    (run / "provenance.json").write_text(json.dumps({"segments": segments}))
    for file in ("report.html", "results.xlsx", ".results.csv.part", "runs.jsonl"):
        (folder / "results" / file).touch()
    (folder / "results" / "figures").mkdir(exist_ok=True)
    (folder / "results" / "figures" / "one.svg").write_text(name)
    return run


def write_log(folder: Path) -> Callable[[Mapping[str, int]], None]:
    """Logs a deletion as the program does, at a time that is always the same."""

    def log(counts: Mapping[str, int]) -> None:
        entry = Entry("forget", "1", "a" * 64, "b" * 64, None, None, None, AT, AT, dict(counts))
        append_entry(folder / "results" / "runs.jsonl", entry)

    return log
