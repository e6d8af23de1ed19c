"""fetch against a server on this machine that cuts, lies, refuses and forgets."""

import errno
import hashlib
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from howfar.collect import download
from howfar.collect.download import fetch
from howfar.errors import DataUnavailable

BODY = bytes(range(256)) * 1024
HASH = hashlib.sha256(BODY).hexdigest()


def get(site: Any, dest: Path, **more: Any) -> Path:
    more.setdefault("backoff", 0.001)
    more.setdefault("timeout", 5.0)
    return fetch(f"{site.url}/a.csv", dest, more.pop("sha256", HASH), **more)


def leftovers(dest: Path) -> list[str]:
    return sorted(path.name for path in dest.parent.iterdir() if path != dest)


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "data" / "a.csv"


def test_right_file_lands_whole_and_progress_reaches_the_end(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    steps: list[tuple[str, int, int | None]] = []
    assert get(site, dest, size=len(BODY), progress=lambda *step: steps.append(step)) == dest
    assert dest.read_bytes() == BODY
    assert steps[-1] == ("a.csv", 262144, 262144)
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert leftovers(dest) == []


def test_wrong_checksum_removes_the_file_and_shows_both_hashes(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = b"altered"
    with pytest.raises(DataUnavailable) as caught:
        get(site, dest)
    assert HASH[:12] in str(caught.value)
    assert hashlib.sha256(b"altered").hexdigest()[:12] in str(caught.value)
    assert HASH not in str(caught.value)
    assert "removed" in caught.value.what
    assert list(dest.parent.iterdir()) == []
    assert len(site.asked) == 1


def test_wrong_checksum_leaves_an_older_file_alone(site: Any, dest: Path) -> None:
    dest.parent.mkdir()
    dest.write_bytes(b"older")
    site.files["/a.csv"] = b"altered"
    with pytest.raises(DataUnavailable):
        get(site, dest)
    assert dest.read_bytes() == b"older"


def test_cut_download_goes_on_where_it_stopped(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.cuts["/a.csv"] = [100_000]
    get(site, dest)
    assert dest.read_bytes() == BODY
    assert site.asked == [
        ("/a.csv", None, None),
        ("/a.csv", "bytes=100000-", '"first"'),
    ]


def test_cut_download_is_resumed_by_a_later_run(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.cuts["/a.csv"] = [60_000]
    with pytest.raises(DataUnavailable, match=r"cut at 60000 of 262144 bytes"):
        get(site, dest, attempts=1)
    assert not dest.exists()
    assert leftovers(dest) == ["a.csv.part", "a.csv.part.json"]
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=60000-"]
    assert dest.read_bytes() == BODY
    assert leftovers(dest) == []


def test_a_file_that_changed_in_between_is_fetched_anew(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = b"x" * 1000
    site.cuts["/a.csv"] = [500]
    with pytest.raises(DataUnavailable):
        get(site, dest, attempts=1)
    site.files["/a.csv"], site.etag = BODY, '"second"'
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=500-"]
    assert dest.read_bytes() == BODY


def test_a_resumed_mixture_is_dropped_and_fetched_from_the_start(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = b"x" * len(BODY)
    site.cuts["/a.csv"] = [500]
    with pytest.raises(DataUnavailable):
        get(site, dest, attempts=1)
    site.files["/a.csv"] = BODY
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=500-", None]
    assert dest.read_bytes() == BODY


def test_server_that_ignores_range(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.cuts["/a.csv"] = [1000]
    site.ranges = False
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=1000-"]
    assert dest.read_bytes() == BODY


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_no_range_is_asked(
    site: Any, dest: Path, etag: str | None
) -> None:
    site.files["/a.csv"], site.etag = BODY, etag
    site.cuts["/a.csv"] = [1000]
    get(site, dest)
    assert site.ranges_asked() == [None, None]
    assert dest.read_bytes() == BODY


def test_a_part_longer_than_the_file_is_started_again(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.cuts["/a.csv"] = [1000]
    with pytest.raises(DataUnavailable):
        get(site, dest, attempts=1)
    dest.with_name("a.csv.part").write_bytes(BODY)
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=262144-", None]
    assert dest.read_bytes() == BODY


def test_a_server_that_resumes_elsewhere_is_asked_from_the_start(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.cuts["/a.csv"] = [1000]
    site.shift = 256
    get(site, dest)
    assert site.ranges_asked() == [None, "bytes=1000-", None]
    assert dest.read_bytes() == BODY


def test_a_file_without_length_is_fetched_up_to_its_size_only(site: Any, dest: Path) -> None:
    site.files["/a.csv"], site.length = BODY, False
    assert get(site, dest, size=len(BODY)).read_bytes() == BODY
    dest.unlink()
    seen: list[int] = []
    with pytest.raises(DataUnavailable, match="more than 1000 bytes"):
        get(site, dest, size=1000, attempts=2, progress=lambda _, done, __: seen.append(done))
    assert seen == []
    assert list(dest.parent.iterdir()) == []


def test_attempts_are_bounded_and_the_wait_doubles(
    site: Any, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(download.time, "sleep", waits.append)
    site.failures["/a.csv"] = [500] * 9
    with pytest.raises(DataUnavailable, match=r"4 attempts: the server answered 500"):
        get(site, dest, backoff=0.5)
    assert len(site.asked) == 4
    assert waits == [0.5, 1.0, 2.0]


def test_a_passing_failure_is_overcome(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    site.failures["/a.csv"] = [503, 500]
    assert get(site, dest).read_bytes() == BODY


@pytest.mark.parametrize(
    ("code", "words"), [(404, "no such file"), (410, "no such file"), (403, "refused the file")]
)
def test_final_answers_are_not_asked_for_again(
    site: Any, dest: Path, code: int, words: str
) -> None:
    site.failures["/a.csv"] = [code]
    with pytest.raises(DataUnavailable) as caught:
        get(site, dest)
    assert words in caught.value.what
    assert str(code) in caught.value.what
    assert caught.value.where == f"{site.url}/a.csv"
    assert "HOWFAR_DATASETS" in caught.value.next
    assert len(site.asked) == 1


def test_refused_connection(closed_port: int, dest: Path) -> None:
    url = f"http://127.0.0.1:{closed_port}/a.csv"
    with pytest.raises(DataUnavailable, match=r"2 attempts: the connection was refused"):
        fetch(url, dest, HASH, attempts=2, backoff=0.001, timeout=5)


def test_absent_host(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The name server must not be asked from a test, so its answer is played.
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(DataUnavailable, match="the host was not found"):
        fetch("https://absent.invalid/a", dest, HASH, attempts=2, backoff=0.001, timeout=5)


def test_a_file_of_another_size_is_refused_before_it_is_read(site: Any, dest: Path) -> None:
    site.files["/a.csv"] = BODY
    with pytest.raises(DataUnavailable, match="262144 bytes") as caught:
        get(site, dest, size=10)
    assert caught.value.expected == "10 bytes"
    assert list(dest.parent.iterdir()) == []


def test_full_disk(site: Any, dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    site.files["/a.csv"] = BODY
    monkeypatch.setattr(download, "_copy", full)
    with pytest.raises(DataUnavailable, match="no space left") as caught:
        get(site, dest)
    assert "HOWFAR_CACHE" in caught.value.next
    assert list(dest.parent.iterdir()) == []


def test_a_folder_that_cannot_be_made(site: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataUnavailable, match="cache cannot be written"):
        get(site, tmp_path / "file" / "a.csv")
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid/a",
        "http://127.0.0.1.example.invalid/a",
        "ftp://127.0.0.1/a",
        "file:///etc/hostname",
        "https:///a",
        "https://user:secret@example.invalid/a",
    ],
)
def test_addresses_that_are_not_fetched_from(url: str, dest: Path) -> None:
    with pytest.raises(DataUnavailable, match="not fetched from") as caught:
        fetch(url, dest, HASH)
    assert "secret" not in str(caught.value)
    assert not dest.parent.exists()


def test_redirect_on_this_machine_is_followed_with_its_range(site: Any, dest: Path) -> None:
    site.files["/b.csv"] = BODY
    site.cuts["/b.csv"] = [1000]
    site.redirects["/a.csv"] = f"{site.url}/b.csv"
    assert get(site, dest).read_bytes() == BODY
    assert site.ranges_asked() == [None, None, "bytes=1000-", "bytes=1000-"]


@pytest.mark.parametrize("target", ["http://example.invalid/a", "ftp://127.0.0.1/a"])
def test_redirect_to_elsewhere_is_refused(site: Any, dest: Path, target: str) -> None:
    site.redirects["/a.csv"] = target
    with pytest.raises(DataUnavailable, match="not fetched from"):
        get(site, dest)
    assert not dest.exists()


def test_offline_asks_nobody(site: Any, dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOWFAR_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match="HOWFAR_OFFLINE"):
        get(site, dest)
    assert site.asked == []


def test_no_proxy_is_asked_for_this_machine(
    site: Any, dest: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["/a.csv"] = BODY
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert get(site, dest, attempts=1).read_bytes() == BODY
