"""The members of a zip archive: which may be read, and why not the others."""

from __future__ import annotations

import functools
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from howfar.errors import InputError
from howfar.readers.unpacking import DamagedError, check_ratio

MOST_MEMBERS = 10_000
_LONGEST_DIRECTORY = 16 * 1024 * 1024
_TAIL = 66_000 + 76
_CHUNK = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the others the library unpacks whole blocks at once, however large."""

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
"""All that the library raises at a damaged archive or member (RuntimeError: what it cannot do)."""

_SPREADSHEET = "[Content_Types].xml"
_SYSTEM_PARTS = ("__MACOSX", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class Member:
    """One member that is a file: its place in the archive, from 0, and why it is refused."""

    place: int
    suffix: str
    reason: str = ""
    detail: str = ""


def members(path: Path) -> list[Member] | None:
    """The members of an archive in its order; null where the file is a spreadsheet (.xlsx).

    Folders and what operating systems add are no members. InputError where the archive's list
    of members cannot be read or is too long.
    """
    with _archive(path) as archive:
        infos = archive.infolist()
        if any(info.filename == _SPREADSHEET for info in infos):
            return None
        overlapping = _overlapping(infos)
        return [
            Member(place, _suffix(info.filename), *_fault(info, place in overlapping))
            for place, info in enumerate(infos)
            if not info.is_dir() and not set(_parts(info.filename)) & set(_SYSTEM_PARTS)
        ]


def member_chunks(path: Path, place: int, name: str) -> Iterator[bytes]:
    """The bytes of a member. DamagedError after the last intact ones, InputError for a bomb."""
    about = path.stat()
    archive = _kept_open(path, about.st_ino, about.st_size, about.st_mtime_ns)
    info = archive.infolist()[place]
    plain = 0
    try:
        with archive.open(info) as file:
            while chunk := file.read(_CHUNK):
                plain += len(chunk)
                check_ratio(info.compress_size, plain, name)
                yield chunk
    except _BROKEN:
        raise DamagedError from None


def check_spreadsheet(path: Path) -> None:
    """InputError where an .xlsx declares more bytes than its packed size can honestly hold.

    Its parts are never given more bytes than they declare.
    """
    with _archive(path) as archive:
        infos = archive.infolist()
        plain = sum(info.file_size for info in infos)
        check_ratio(sum(info.compress_size for info in infos), plain, path.name)
        if _overlapping(infos) or any(info.compress_type not in _METHODS for info in infos):
            raise _broken(path)


@functools.lru_cache(maxsize=1)
def _kept_open(path: Path, inode: int, size: int, changed: int) -> zipfile.ZipFile:
    """The archive whose members are read now: to read its list for each would cost its square."""
    return _archive(path)


def _archive(path: Path) -> zipfile.ZipFile:
    _check_directory(path)
    try:
        return zipfile.ZipFile(path)
    except _BROKEN:
        raise _broken(path) from None


def _broken(path: Path) -> InputError:
    return InputError(
        "the archive's list of members cannot be read",
        where=path.name,
        expected="a whole zip archive",
        next="download or copy it again; perhaps it was cut",
        reason="compression",
    )


def _check_directory(path: Path) -> None:
    """InputError where the list of members is too long to be taken into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    end, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    many = length = 0
    if 0 <= end <= len(tail) - 22:
        many, length = struct.unpack("<HI", tail[end + 10 : end + 16])
    if 0 <= large <= len(tail) - 56:
        many, length = struct.unpack("<QQ", tail[large + 32 : large + 48])
    if many > MOST_MEMBERS or length > _LONGEST_DIRECTORY:
        raise InputError(
            f"the archive lists {many:,} members",
            where=path.name,
            expected=f"at most {MOST_MEMBERS:,}",
            next="unpack it, and read the files that hold posts",
            reason="ratio",
        )


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _suffix(name: str) -> str:
    """The kind of file that a member's name tells, without that of a compression."""
    suffixes = PurePosixPath((_parts(name) or ("",))[-1]).suffixes[-2:]
    plain = [s.lower() for s in suffixes if s.lower() not in (".gz", ".zst", ".zstd")][-1:]
    return plain[0] if plain and plain[0][1:].isalnum() and len(plain[0]) < 8 else ""


def _fault(info: zipfile.ZipInfo, overlapping: bool) -> tuple[str, str]:
    parts = _parts(info.filename)
    if not parts or ".." in parts or parts[0] == "/" or PureWindowsPath(info.filename).drive:
        return "member_path", "expected a name that stays inside the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "member_path", "expected a file, not a link to another"
    if info.flag_bits & 1:
        return "encrypted", "expected a member that is not encrypted"
    if info.compress_type not in _METHODS:
        return "member", "expected a member that is packed as usual (deflate)"
    if overlapping:
        return "member", "expected a member that shares no bytes with another"
    if _suffix(info.filename) == ".zip":
        return "member", "expected no archive in an archive; unpack it first"
    return "", ""


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Places of members whose packed bytes lie within those of the one before."""
    order = sorted(range(len(infos)), key=lambda i: (infos[i].header_offset, i))
    found, end = set(), 0
    for place in order:
        start = infos[place].header_offset
        if start < end:
            found.add(place)
        end = max(end, start + 30 + infos[place].compress_size)
    return found
