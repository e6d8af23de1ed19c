"""The store: one writer, readers that never wait, and nothing that is half there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from howfar.errors import HowfarError, InputError, StoreError, StudyError
from howfar.readers.ingest import Outcome
from howfar.schema.tables import CHANNELS, SCHEMA_VERSION, TABLES
from howfar.store import migrations
from howfar.store.engine import open_engine
from howfar.store.locks import READERS, has_readers, reader_pin
from howfar.store.manifest import Manifest, read_manifest, write_manifest
from howfar.store.migrations import migrate
from howfar.store.tables import TableStore, verify

Read = Callable[..., list[Outcome]]
Contents = Callable[[Path], dict[str, bytes]]

HOLD = """
import sys, time
from pathlib import Path
from howfar.store.tables import TableStore
with getattr(TableStore(Path(sys.argv[1])), sys.argv[2])():
    print("held", flush=True)
    time.sleep(600)
"""


def hold(folder: Path, how: str) -> subprocess.Popen[str]:
    """A process that is inside ``writing`` or ``reading`` of a store."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), how], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def kill(child: subprocess.Popen[str]) -> None:
    """End it with SIGKILL."""
    child.kill()
    child.communicate()


def test_the_same_files_twice_change_nothing(study: Path, read_study: Read, contents: Contents):
    first = read_study(study)
    before = contents(study)
    second = read_study(study)
    assert [o.known for o in first] == [False] * 3
    assert [o.known for o in second] == [True] * 3
    assert [o.read for o in first] == [o.read for o in second]
    assert contents(study) == before
    assert verify(TableStore(study)) == []


def test_a_second_writer_is_refused_at_once(study: Path, read_study: Read):
    read_study(study)
    child = hold(study, "writing")
    try:
        with pytest.raises(StoreError, match="another howfar is writing") as refused:
            read_study(study)
        assert "wait" in refused.value.next
        # Reading takes no part in this.
        with TableStore(study).reading() as manifest:
            assert len(manifest.inputs) == 3
    finally:
        kill(child)
    # The lock went with the killed process, its file did not.
    assert (study / "tables" / ".lock").exists()
    read_study(study)


def test_a_second_writer_in_one_process_is_refused(study: Path):
    with TableStore(study).writing(), pytest.raises(StoreError), TableStore(study).writing():
        pass


def test_a_commit_needs_the_lock(study: Path):
    with pytest.raises(RuntimeError):
        TableStore(study).commit(Manifest())


def test_left_overs_go_under_the_lock_only(study: Path, read_study: Read):
    read_study(study)
    store = TableStore(study)
    stray = study / "tables" / "posts" / "1-000009.parquet"
    half = study / "tables" / "manifest.json.tmp"
    stray.write_bytes(b"half")
    half.write_bytes(b"{")
    with store.reading():
        pass
    verify(store)
    assert stray.exists()
    with store.writing():
        assert not stray.exists()
        assert not half.exists()


def test_a_failed_file_leaves_those_before_it(
    study: Path, tmp_path: Path, read_study: Read, contents: Contents
):
    (tmp_path / "exports" / "page2000.csv").write_text("no,such,columns\n1,2,3\n")
    with pytest.raises(InputError):
        read_study(study)
    store = TableStore(study)
    assert [i.input for i in store.manifest().inputs] == [1, 2, 3]
    assert verify(store) == []
    assert set(contents(study)) == {*store.manifest().all_segments(), "manifest.json"}


def test_a_reader_keeps_its_state_through_a_rebuild(
    study: Path, read_study: Read, contents: Contents
):
    read_study(study)
    store = TableStore(study)
    with store.reading() as before:
        read_study(study, fresh=True)
        assert store.manifest().generation == 2
        assert len(store.read("posts", before)) == len(store.read("posts"))
    old = set(before.all_segments())
    assert old <= set(contents(study))
    with store.writing():
        assert not old & set(contents(study))
    assert not list((study / "tables" / READERS).iterdir())


def test_a_killed_reader_holds_nothing(study: Path, read_study: Read):
    read_study(study)
    store = TableStore(study)
    child = hold(study, "reading")
    assert has_readers(store.folder)
    kill(child)
    assert len(list((store.folder / READERS).iterdir())) == 1
    assert not has_readers(store.folder)
    assert not list((store.folder / READERS).iterdir())


def test_many_readers_at_once(study: Path, read_study: Read):
    read_study(study)
    folder = study / "tables"
    with reader_pin(folder), reader_pin(folder):
        assert has_readers(folder)
    assert not has_readers(folder)


def test_a_read_only_study_can_be_read(
    study: Path, read_study: Read, monkeypatch: pytest.MonkeyPatch
):
    read_study(study)
    # Root may write everywhere, so that the permission itself would not show it.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with TableStore(study).reading() as manifest:
        assert len(manifest.inputs) == 3
        assert not (study / "tables" / READERS).exists()


def segment(study: Path, table: str = "posts") -> Path:
    """The first segment of a table."""
    return study / "tables" / TableStore(study).manifest().segments(table)[0].file


def test_a_missing_segment_is_named(study: Path, read_study: Read):
    read_study(study)
    path = segment(study)
    path.unlink()
    (found,) = verify(TableStore(study))
    assert found.where == str(path)
    assert "missing" in found.what
    assert "howfar read --fresh" in found.next
    with pytest.raises(StoreError, match="missing"):
        TableStore(study).read("posts")


def test_a_cut_segment_is_refused(study: Path, read_study: Read):
    read_study(study)
    path = segment(study)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="bytes"):
        TableStore(study).read("posts")
    assert len(verify(TableStore(study))) == 1


def test_a_changed_byte_is_found(study: Path, read_study: Read):
    read_study(study)
    path = segment(study, "counts")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    (found,) = verify(TableStore(study))
    assert found.where == str(path)
    assert "SHA-256" in found.what


def test_a_rebuild_mends_a_damaged_store(study: Path, read_study: Read, contents: Contents):
    read_study(study)
    (study / "tables" / "manifest.json").write_bytes(b"\x00")
    with pytest.raises(StoreError):
        read_study(study)
    read_study(study, fresh=True)
    store = TableStore(study)
    assert verify(store) == []
    # Above every generation on the disk, so that no old file could be taken for a new one.
    assert store.manifest().generation == 2
    assert set(contents(study)) == {*store.manifest().all_segments(), "manifest.json"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: b"", "no JSON"),
        (lambda raw: json.dumps(raw).encode()[:-9], "no JSON"),
        (lambda raw: b"[" * 100_000, "no JSON"),
        (lambda raw: b"[]", "schema version"),
        (lambda raw: {**raw, "schema_version": True}, "schema version"),
        (lambda raw: {k: v for k, v in raw.items() if k != "inputs"}, "damaged"),
        (lambda raw: {**raw, "inputs": 3}, "damaged"),
        (lambda raw: {**raw, "surplus": 3}, "surplus"),
        (lambda raw: {**raw, "inputs": raw["inputs"] * 2}, "two inputs have one number"),
        (lambda raw: with_segment(raw, file="../../outside.parquet"), "no segment of"),
        (lambda raw: with_segment(raw, file="/etc/passwd"), "no segment of"),
        (lambda raw: with_segment(raw, file="counts/1-000001.parquet"), "no segment of"),
        (lambda raw: with_segment(raw, rows="many"), "rows is str"),
        (lambda raw: with_segment(raw, sha256="abc"), "not as declared"),
        (lambda raw: with_segment(raw, bytes=-1), "not as declared"),
    ],
)
def test_a_damaged_manifest_is_refused(
    study: Path, read_study: Read, change: Callable[[dict], dict | bytes], message: str
):
    read_study(study)
    path = study / "tables" / "manifest.json"
    changed = change(json.loads(path.read_bytes()))
    path.write_bytes(changed if isinstance(changed, bytes) else json.dumps(changed).encode())
    with pytest.raises(StoreError, match=message) as refused:
        TableStore(study).manifest()
    assert refused.value.where == str(path)
    assert "howfar read --fresh" in refused.value.next
    assert [e.what for e in verify(TableStore(study))] == [refused.value.what]


def with_segment(raw: dict, **changes: object) -> dict:
    """The manifest with its first posts segment changed."""
    raw["inputs"][0]["segments"]["posts"].update(changes)
    return raw


def test_the_manifest_survives_writing_and_reading(study: Path, read_study: Read, tmp_path: Path):
    read_study(study)
    manifest = TableStore(study).manifest()
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert (tmp_path / "manifest.json").read_bytes() == manifest.to_bytes()
    assert not (tmp_path / "manifest.json.tmp").exists()


def test_a_manifest_of_a_later_howfar_is_refused(study: Path, read_study: Read):
    read_study(study)
    path = study / "tables" / "manifest.json"
    raw = json.loads(path.read_bytes()) | {"schema_version": SCHEMA_VERSION + 1}
    path.write_text(json.dumps(raw))
    with pytest.raises(StoreError, match="knows versions up to"):
        TableStore(study).manifest()


def test_an_older_manifest_migrates_on_reading(
    study: Path, read_study: Read, monkeypatch: pytest.MonkeyPatch, contents: Contents
):
    read_study(study)
    path = study / "tables" / "manifest.json"
    before = path.read_bytes()
    raw = json.loads(before)
    # As if version 0 had called the settings something else.
    raw["schema_version"] = 0
    for entry in raw["inputs"]:
        entry["options"] = entry.pop("settings")
    old = json.dumps(raw).encode()
    path.write_bytes(old)
    with pytest.raises(StoreError, match="nothing leads") as refused:
        TableStore(study).manifest()
    assert "--fresh" in refused.value.next

    def rename(raw: dict) -> dict:
        inputs = [{**i, "settings": i["options"]} for i in raw["inputs"]]
        return {**raw, "inputs": [{k: v for k, v in i.items() if k != "options"} for i in inputs]}

    monkeypatch.setitem(migrations.MIGRATIONS, 0, rename)
    assert TableStore(study).manifest().schema_version == SCHEMA_VERSION
    assert path.read_bytes() == old
    # The next commit writes the new form.
    store = TableStore(study)
    with store.writing() as manifest:
        store.commit(manifest)
    assert path.read_bytes() == before


def test_migrations_follow_one_another():
    steps = {
        1: lambda raw: {**raw, "trail": [1]},
        2: lambda raw: {**raw, "trail": [*raw["trail"], 2]},
    }
    done = migrate({"schema_version": 1}, Path("m"), "again", target=3, steps=steps)
    assert done == {"schema_version": 3, "trail": [1, 2]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('timezone = "UTC-05:00"', 'timezone = "UTC-04:00"'),
        ("observed_at = 2024-05-01", "observed_at = 2024-05-02"),
        ('capture = "complete"', 'capture = "sample"'),
        ('capture = "complete"', 'capture = "complete"\nchannel = "two"'),
        ('capture = "complete"', 'capture = "complete"\nmapping = { text = "status_message" }'),
        ('capture = "complete"', 'capture = "complete"\nuse = "main"\ncap = 9'),
        ("end = 2024-04-01", "end = 2024-03-01"),
    ],
)
def test_changed_settings_are_refused(
    study: Path, read_study: Read, contents: Contents, old: str, new: str
):
    read_study(study)
    before = contents(study)
    file = study / "study.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(StudyError, match="has changed since it was read") as refused:
        read_study(study)
    assert "howfar read --fresh" in refused.value.next
    assert contents(study) == before
    read_study(study, fresh=True)
    assert contents(study) != before
    read_study(study)


@pytest.mark.parametrize(
    ("old", "new", "refuse"),
    [
        ("facebook,1002,GB", "facebook,1003,GB", True),
        ("organisation,https://example.org/two", ",", True),
        ("two,Two,", "second,Two,", True),
        ("media,peer", "official,other", False),
        ("Two Media", "Second Media", False),
        ("1002,GB", "1002,FR", False),
    ],
)
def test_only_what_decides_the_rows_of_a_channel_counts(
    study: Path, read_study: Read, old: str, new: str, refuse: bool
):
    read_study(study)
    file = study / "channels.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    if refuse:
        with pytest.raises(StudyError, match="--fresh"):
            read_study(study)
    else:
        assert all(outcome.known for outcome in read_study(study))


def test_a_source_that_is_gone_is_refused(study: Path, read_study: Read):
    read_study(study)
    file = study / "study.toml"
    file.write_text(file.read_text().replace('name = "pages"', 'name = "others"'))
    with pytest.raises(StudyError, match="no longer names"):
        read_study(study)
    read_study(study, fresh=True)
    assert {i.source for i in TableStore(study).manifest().inputs} == {"others"}


def test_a_rebuild_that_fails_leaves_the_old_tables(
    study: Path, tmp_path: Path, read_study: Read, contents: Contents
):
    read_study(study)
    before = contents(study)
    (tmp_path / "exports" / "page2000.csv").write_text("no,such,columns\n1,2,3\n")
    with pytest.raises(HowfarError):
        read_study(study, fresh=True)
    assert contents(study) == before


def test_a_rebuild_gives_the_rows_of_a_first_read(study: Path, read_study: Read):
    read_study(study)
    store = TableStore(study)
    before = store.manifest()
    rows = {t: store.read(t) for t in ("posts", "counts", "coverage", "rejects")}
    read_study(study, fresh=True)
    after = store.manifest()
    assert {t: store.read(t) for t in rows} == rows
    assert (before.generation, after.generation) == (1, 2)
    assert [i.settings for i in after.inputs] == [i.settings for i in before.inputs]
    # Same bytes, other names.
    assert [s.sha256 for s in after.all_segments().values()] == [
        s.sha256 for s in before.all_segments().values()
    ]


def test_a_table_without_segments_is_empty(study: Path):
    table = TableStore(study).read("posts")
    assert len(table) == 0
    assert isinstance(table, pa.Table)
    assert not (study / "tables").exists()


def test_segments_of_the_first_version_lack_columns_and_are_read_with_nulls(
    study: Path, read_study: Read
):
    """Version 2 gave coverage four columns: tables of version 1 need not be read again."""
    read_study(study)
    store, path = TableStore(study), study / "tables" / "manifest.json"
    raw = json.loads(path.read_bytes()) | {"schema_version": 1}
    for entry in raw["inputs"]:
        segment = entry["segments"]["coverage"]
        file = study / "tables" / segment["file"]
        rows = pq.read_table(file)
        assert None not in rows["notes"].to_pylist()
        pq.write_table(rows.drop_columns(["supplies", "unknown", "reasons", "notes"]), file)
        content = file.read_bytes()
        segment |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    path.write_text(json.dumps(raw))
    assert store.manifest().schema_version == SCHEMA_VERSION
    rows = store.read("coverage")
    assert rows.schema == TABLES["coverage"].arrow()
    assert set(rows["notes"].to_pylist()) == {None}
    with open_engine(store, store.manifest(), CHANNELS.arrow().empty_table()) as (_, stored):
        seen = stored.coverage.to_pyarrow()
    assert seen.schema.names == rows.schema.names
    assert seen["records"].to_pylist() == rows["records"].to_pylist()
    assert set(seen["reasons"].to_pylist()) == {None}
