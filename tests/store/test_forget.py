"""Deletion: what goes, what stays, what is remembered, and that nothing else is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.store.forget_cases import (
    AT,
    FILES,
    NAMES,
    POSTS,
    all_bytes,
    kept_run,
    message,
    person,
    post,
    repost,
    write_study,
)

from howfar.errors import StoreError
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.privacy.requests import Request
from howfar.privacy.tombstones import by_tombstones, expunge
from howfar.store.forget import Deletion, forget
from howfar.store.stale import remove_stale, stale_runs
from howfar.store.tables import TableStore, verify
from howfar.store.tombstones import read_tombstones


def asked(**told: Any) -> Request:
    request = Request()
    for kind, names in told.items():
        if kind == "channels":
            request.channels |= set(names)
        else:
            getattr(request, kind)["x"] = set(names)
    return request


def rows(store: TableStore, table: str) -> list[dict[str, Any]]:
    return store.read(table).to_pylist()


def ids(store: TableStore) -> list[str]:
    known = {message(str(n)): str(n) for n in range(100)}
    return [known.get(r["post_id"], r["post_id"]) for r in rows(store, "posts")]


def plain(folder: Path) -> bytes:
    """Every byte of a folder, as stored and with Parquet columns unpacked."""
    found = b"".join(all_bytes(folder).values())
    for path in sorted(folder.rglob("*.parquet")):
        found += json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str).encode()
    return found


def test_a_person_goes_with_posts_counts_shares_figures_and_reposts(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    done = forget(store, asked(persons=["jane"]), NAMES)
    # 10 and 14 are Jane's, 13 reposts 10, 16 reposts the repost: the same words again.
    assert ids(store) == ["11", "12", "20", "15", "17", "18"]
    assert done.rows == {"account_counts": 2, "counts": 4, "posts": 4, "shares": 6}
    replies = {r["post_id"]: r for r in rows(store, "posts")}
    answer = replies[message("12")]
    assert (answer["parent_id"], answer["parent_author"], answer["thread_id"]) == (None,) * 3
    assert answer["text"] == "words of post 12"
    # Also where the export did not say whose post was answered.
    assert replies[message("15")]["parent_id"] is replies[message("15")]["thread_id"] is None
    # What does not concern her stays as it was.
    assert replies[message("18")]["parent_id"] == message("20")
    assert done.references == 5
    assert done.new == 1
    assert done.to_purge == FILES
    assert done.held == 0
    left = plain(tmp_path)
    gone = [person("jane"), *map(message, ("10", "13", "14", "16")), "words of post 10"]
    for name in (*gone, "words of post 13"):
        assert name.encode() not in left
    for table in ("counts", "shares"):
        assert {r["post_id"] for r in rows(store, table)} <= {
            r["post_id"] for r in replies.values()
        }
    assert len(rows(store, "rejects")) == len(rows(store, "coverage")) == 2
    assert verify(store) == []
    assert store.strays() == []


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    first = forget(store, asked(persons=["jane"], posts=["11"]), NAMES)
    before = all_bytes(tmp_path)
    logged: list[Any] = []
    second = forget(store, asked(persons=["jane"], posts=["11"]), NAMES, log=logged.append)
    assert first.anything
    assert not second.anything
    assert second.to_purge == first.to_purge == FILES
    assert all_bytes(tmp_path) == before
    assert logged == []


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    before = all_bytes(tmp_path)
    told = forget(store, asked(persons=["jane"], posts=["17"]), NAMES, dry_run=True)
    assert all_bytes(tmp_path) == before
    assert forget(store, asked(persons=["jane"], posts=["17"]), NAMES) == told


def test_a_post_goes_and_its_author_stays(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    done = forget(store, asked(posts=["10"]), NAMES)
    assert ids(store) == ["11", "12", "20", "14", "15", "17", "18"]
    answer = next(r for r in rows(store, "posts") if r["post_id"] == message("12"))
    assert (answer["parent_id"], answer["parent_author"]) == (None, person("jane"))
    assert set(done.rows) == {"counts", "posts", "shares"}


def test_the_post_of_a_channel_goes_by_its_native_id(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    forget(store, asked(posts=["20"]), NAMES)
    assert "20" not in ids(store)
    # Answers refer to it by its pseudonym where the export did not say whose it is.
    assert message("20") not in [r["parent_id"] for r in rows(store, "posts")]
    assert "harbour" in [r["account"] for r in rows(store, "account_counts")]


def test_a_channel_goes_with_everything(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    forget(store, asked(channels=["harbour"]), NAMES)
    assert b"harbour" not in plain(tmp_path)
    assert "20" not in ids(store)


def test_a_handle_finds_accounts_that_have_no_id(tmp_path: Path) -> None:
    inputs = ([post(1, "30", "@resident"), post(2, "31", "omar")],)
    store = write_study(tmp_path, inputs)
    forget(store, asked(persons=["@Resident"]), NAMES)
    assert ids(store) == ["31"]


def test_a_place_alone(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    done = forget(store, asked(places_of_persons=["jane"], places_of_posts=["11", "20"]), NAMES)
    assert len(rows(store, "posts")) == 10
    assert done.references == 4
    assert not any(done.rows.values())
    lost = {r["post_id"] for r in rows(store, "posts") if r["country"] is None}
    assert lost == {message("10"), message("14"), message("11"), "20"}


def test_tombstones_keep_what_was_forgotten_out_and_tell_nothing(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    before = {name: store.read(name) for name in ("posts", "counts", "account_counts", "shares")}
    forget(store, asked(persons=["jane"]), NAMES)
    stones = read_tombstones(store.folder, store.manifest().tombstones)
    assert stones.to_pylist() == sorted(stones.to_pylist())
    # The person and the posts that went; none of them by a name that older copies hold.
    assert len(stones) == 5
    assert all(stone.startswith("t_") for stone in stones.to_pylist())
    again = by_tombstones(NAMES, stones)
    for name in ("posts", "counts", "account_counts", "shares"):
        assert expunge(name, before[name], again).equals(store.read(name)), name
    other = by_tombstones(Pseudonymiser(bytes(32)), stones)
    for name, table in before.items():
        assert expunge(name, table, other) is table


def test_what_is_not_there_is_remembered_all_the_same(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    before = [store.read(name) for name in ("posts", "counts")]
    done = forget(store, asked(persons=["nobody"]), NAMES)
    assert (done.new, done.rows, done.references, done.to_purge) == (1, {}, 0, ())
    assert [store.read(name) for name in ("posts", "counts")] == before
    assert len(read_tombstones(store.folder, store.manifest().tombstones)) == 1


def test_nothing_is_left_of_an_input_that_held_nothing_else(tmp_path: Path) -> None:
    store = write_study(tmp_path, ([post(1, "1", "jane")], [post(1, "2", "omar")]))
    forget(store, asked(persons=["jane"]), NAMES)
    first, second = store.manifest().inputs
    assert set(first.segments) == {"rejects", "coverage"}
    assert "posts" in second.segments
    assert second.segments["posts"].file == "posts/1-000002.parquet"  # not written again
    assert verify(store) == []


def test_tombstones_outlive_a_rebuild_and_a_damaged_manifest(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    forget(store, asked(persons=["jane"]), NAMES)
    kept = store.manifest().tombstones
    with store.rebuilding() as manifest:
        assert manifest.tombstones == kept
        assert manifest.to_purge == store.manifest().to_purge
    (store.folder / "manifest.json").write_text("{")
    with store.rebuilding() as manifest:
        assert manifest.tombstones == kept
        store.commit(manifest)
    assert store.manifest().tombstones == kept


def test_lost_tombstones_are_an_error(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    forget(store, asked(persons=["jane"]), NAMES)
    kept = store.manifest().tombstones
    assert kept is not None
    (store.folder / kept.file).write_bytes(b"")
    with pytest.raises(StoreError, match="missing or damaged"):
        read_tombstones(store.folder, kept)
    assert len(verify(store)) == 1


def test_under_another_key_nothing_is_looked_for(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    with pytest.raises(StoreError, match="another key"):
        forget(store, asked(persons=["jane"]), Pseudonymiser(bytes(32)))


def test_a_reader_that_is_at_work_keeps_replaced_files_and_that_is_told(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    with store.reading():
        done = forget(store, asked(persons=["jane"]), NAMES)
        assert done.held > 0
        assert len(store.strays()) == done.held
    again = forget(store, asked(persons=["jane"]), NAMES)
    assert again.held == 0
    assert store.strays() == []
    assert person("jane").encode() not in plain(tmp_path)


def test_the_log_gets_counts_before_anything_is_visible(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    before = store.manifest()
    logged: list[dict[str, int]] = []

    def log(counts: Any) -> None:
        assert store.manifest() == before
        logged.append(dict(counts))

    done: Deletion = forget(store, asked(persons=["jane"]), NAMES, log=log)
    assert logged == [{"forgotten": 1, "references": done.references, **done.rows}]


def test_results_that_rest_on_what_is_gone_are_removed(tmp_path: Path) -> None:
    store = write_study(tmp_path)
    old = kept_run(tmp_path, store, "0a1b")
    assert stale_runs(tmp_path, store.manifest()) == []
    assert remove_stale(tmp_path, store.manifest()) == 0
    assert (tmp_path / "results" / "report.html").exists()
    forget(store, asked(persons=["jane"]), NAMES)
    half = tmp_path / "results" / "runs" / "ffff"
    half.mkdir()
    assert stale_runs(tmp_path, store.manifest()) == [old, half]
    assert remove_stale(tmp_path, store.manifest()) == 2
    left = sorted(
        p.relative_to(tmp_path / "results").as_posix() for p in (tmp_path / "results").rglob("*")
    )
    assert left == ["runs", "runs.jsonl"]
    new = kept_run(tmp_path, store, "2c3d")
    assert remove_stale(tmp_path, store.manifest()) == 0
    assert new.exists()


def test_reposts_among_many_inputs_are_found_to_the_end(tmp_path: Path) -> None:
    """A chain of reposts, each in a later or an earlier file than the one it reposts."""
    chain = [[repost(1, str(n + 1), f"p{n}", str(n))] for n in range(1, 8)]
    store = write_study(tmp_path, (*reversed(chain), [post(1, "1", "jane")]))
    forget(store, asked(posts=["1"]), NAMES)
    assert ids(store) == []
    assert POSTS[0][0]["created_at"] == AT
