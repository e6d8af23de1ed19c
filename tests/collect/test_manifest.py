"""obtain: the cache is filled once and completed, a folder of one's own wins, both are checked."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from howfar.collect.manifest import Manifest, load_manifest, obtain
from howfar.errors import DataUnavailable, StudyError

A, B = b"a,b\n1,2\n", b"c\n3\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def text_of(address: str) -> str:
    return f"""
[dataset]
name = "two-files"
title = "Two files"
licence = "CC0-1.0"
citation = "nobody"
repository = "some/one"
commit = "abc"
address = "{address}"
[[files]]
path = "a.csv"
sha256 = "{sha256(A)}"
size = {len(A)}
[[files]]
path = "deep/b c.csv"
sha256 = "{sha256(B)}"
size = {len(B)}
"""


@pytest.fixture
def manifest(site: Any, tmp_path: Path) -> Manifest:
    site.files["/some/one/abc/a.csv"] = A
    site.files["/some/one/abc/deep/b%20c.csv"] = B
    path = tmp_path / "fetch.toml"
    path.write_text(text_of(site.url + "/{repository}/{commit}/{path}"))
    return load_manifest(path)


def test_fills_the_cache_and_asks_no_second_time(
    site: Any, manifest: Manifest, cache: Path
) -> None:
    seen: list[str] = []
    folder = obtain(manifest, lambda name, done, total: seen.append(name))
    assert folder == cache / "datasets" / "two-files"
    assert (folder / "a.csv").read_bytes() == A
    assert (folder / "deep" / "b c.csv").read_bytes() == B
    assert seen == ["a.csv", "b c.csv"]
    obtain(manifest)
    assert len(site.asked) == 2


def test_completes_a_partial_cache_and_mends_an_altered_file(
    site: Any, manifest: Manifest, cache: Path
) -> None:
    folder = obtain(manifest)
    (folder / "a.csv").write_bytes(b"A" * len(A))
    obtain(manifest)
    (folder / "deep" / "b c.csv").unlink()
    obtain(manifest)
    assert [path for path, _, _ in site.asked[2:]] == [
        "/some/one/abc/a.csv",
        "/some/one/abc/deep/b%20c.csv",
    ]
    assert (folder / "a.csv").read_bytes() == A


def test_own_folder_wins(
    site: Any, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own" / "two-files"
    (own / "deep").mkdir(parents=True)
    (own / "a.csv").write_bytes(A)
    (own / "deep" / "b c.csv").write_bytes(B)
    monkeypatch.setenv("HOWFAR_DATASETS", str(tmp_path / "own"))
    monkeypatch.setenv("HOWFAR_OFFLINE", "1")
    assert obtain(manifest) == own
    assert site.asked == []


def test_own_folder_with_an_altered_file_is_an_error_and_stays_as_it_is(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own" / "two-files"
    own.mkdir(parents=True)
    (own / "a.csv").write_bytes(b"other")
    monkeypatch.setenv("HOWFAR_DATASETS", str(tmp_path / "own"))
    with pytest.raises(DataUnavailable, match="wrong checksum") as caught:
        obtain(manifest)
    assert caught.value.where == str(own / "a.csv")
    assert "left as it is" in caught.value.what
    assert (own / "a.csv").read_bytes() == b"other"


def test_own_folder_without_a_file_is_an_error(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own" / "two-files").mkdir(parents=True)
    monkeypatch.setenv("HOWFAR_DATASETS", str(tmp_path / "own"))
    with pytest.raises(DataUnavailable, match=r"two-files, but not a\.csv"):
        obtain(manifest)


def test_own_folder_that_lacks_this_data_set_leaves_the_cache_in_charge(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("HOWFAR_DATASETS", str(tmp_path / "own"))
    assert obtain(manifest).is_relative_to(cache)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('path = "a.csv"', 'path = "../a.csv"', "stays inside"),
        ('path = "a.csv"', 'path = "/a.csv"', "stays inside"),
        ('name = "two-files"', 'name = "../up"', "dataset.name"),
        ('title = "Two files"', 'titel = "Two files"', "dataset.tit"),
        ("[dataset]", "[dataset", "not valid TOML"),
        ('address = "x"', 'address = ""', r"either dataset\.address or \[package\]"),
    ],
)
def test_wrong_manifests(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "fetch.toml").write_text(text_of("x").replace(old, new, 1))
    with pytest.raises(StudyError, match=message):
        load_manifest(tmp_path)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        load_manifest(tmp_path)
