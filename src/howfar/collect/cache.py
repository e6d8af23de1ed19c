"""Where fetched data lives, and the checks that every file passes before it is used."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from howfar.errors import DataUnavailable

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes so far, and the bytes in all (None: not known)."""

_BLOCK = 1 << 20


def cache_folder() -> Path:
    """The user's cache for fetched data; HOWFAR_CACHE names another folder."""
    chosen = os.environ.get("HOWFAR_CACHE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("howfar"))


def datasets_folder() -> Path | None:
    """The folder of local copies that HOWFAR_DATASETS names, or None where it is not set."""
    chosen = os.environ.get("HOWFAR_DATASETS")
    return Path(chosen).expanduser() if chosen else None


def by_hand(dest: Path) -> str:
    """How a user without a connection can provide the file that belongs at `dest`."""
    datasets = cache_folder() / "datasets"
    name = dest.relative_to(datasets) if dest.is_relative_to(datasets) else Path(dest.name)
    return f"put the file as {name.as_posix()} into a folder and name that in HOWFAR_DATASETS"


def refuse_if_offline(dest: Path, where: str) -> None:
    """Raise before any connection where HOWFAR_OFFLINE=1."""
    if os.environ.get("HOWFAR_OFFLINE", "") not in ("", "0"):
        raise DataUnavailable(
            what=f"{dest.name} is not in the cache, and HOWFAR_OFFLINE forbids connections",
            where=where,
            expected="a cached or local copy",
            next=f"unset HOWFAR_OFFLINE, or {by_hand(dest)}",
        )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def is_intact(path: Path, sha256: str, size: int | None = None) -> bool:
    """Whether the file is there and is byte for byte the expected one."""
    if not path.is_file() or (size is not None and path.stat().st_size != size):
        return False
    return sha256_of(path) == sha256


def short(sha256: str) -> str:
    """The first twelve digits of a checksum: enough to tell two apart in a message."""
    return f"{sha256[:12]}…"


def wrong_checksum(where: str, found: str, expected: str, removed: bool) -> DataUnavailable:
    """The error for a file whose content is not the pinned one."""
    fate = "it was removed" if removed else "it was left as it is"
    return DataUnavailable(
        what=f"wrong checksum: the file has SHA-256 {short(found)}; {fate}",
        where=where,
        expected=f"SHA-256 {short(expected)}",
        next=(
            "try again; if it happens again, the file was changed at its source or on the way"
            if removed
            else "replace the file, or unset HOWFAR_DATASETS so that it is fetched"
        ),
    )


def storage_error(folder: Path, error: OSError) -> DataUnavailable:
    """The error for a cache folder that is full, cannot be made or cannot be written."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return DataUnavailable(
            what=f"the cache cannot be written ({error.strerror or type(error).__name__})",
            where=str(folder),
            expected="a folder that you may write to",
            next="set HOWFAR_CACHE to another folder",
        )
    return DataUnavailable(
        what="no space left on the disk",
        where=str(folder),
        expected="room for the download",
        next="free some space, or set HOWFAR_CACHE to a folder on another disk",
    )
