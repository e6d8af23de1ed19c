"""Fetch one file by address and checksum: resumed where it was cut, never half in place."""

import errno
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO

from howfar.collect.cache import (
    Progress,
    by_hand,
    refuse_if_offline,
    sha256_of,
    storage_error,
    wrong_checksum,
)
from howfar.collect.connection import opener_for, reason, require_allowed
from howfar.errors import DataUnavailable

_BLOCK = 1 << 16
_LARGEST = 4 << 30
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


class _InterruptedError(Exception):
    """The attempt failed in a way that another attempt may mend."""


def fetch(
    url: str,
    dest: Path,
    sha256: str,
    size: int | None = None,
    progress: Progress | None = None,
    *,
    attempts: int = 4,
    backoff: float = 0.5,
    timeout: float = 30.0,
) -> Path:
    """Fetch `url` to `dest` and return `dest`, whose content then has the given SHA-256.

    Bytes go to `dest` + ".part" first; the name `dest` appears by one atomic rename after the
    checksum was verified. A cut download goes on where it stopped if the server gave a strong
    validator and honours Range and If-Range; otherwise it starts again. Tries at most
    `attempts` times, waiting `backoff`, twice, four times, ... seconds in between; `timeout`
    bounds each wait for the server, in seconds. `size` is in bytes.

    Errors: DataUnavailable for an address that is neither https nor loopback, no connection,
    an HTTP error, a wrong checksum or size (the bad file is removed) and a full disk.
    """
    require_allowed(url)
    refuse_if_offline(dest, url)
    part = _Part(dest)
    try:
        dest.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(dest.parent, error) from None
    failure = ""
    for attempt in range(attempts):
        if attempt:
            time.sleep(backoff * 2 ** (attempt - 1))
        try:
            resumed = _attempt(url, part, size, progress, timeout)
        except _InterruptedError as interruption:
            failure = str(interruption)
            continue
        found = sha256_of(part.path)
        if found == sha256:
            part.path.replace(dest)
            part.drop()
            return dest
        part.drop()
        failure = "a resumed download did not match its checksum"
        if not resumed:
            raise wrong_checksum(url, found, sha256, removed=True)
    raise DataUnavailable(
        what=f"the file could not be fetched in {attempts} attempts: {failure}",
        where=url,
        expected="a server that answers with the whole file",
        next=f"check the connection and try again; or {by_hand(dest)}",
    )


@dataclass(frozen=True)
class _Part:
    """The unfinished file, and beside it what is needed to go on with it in a later run."""

    dest: Path

    @property
    def path(self) -> Path:
        return self.dest.with_name(self.dest.name + ".part")

    @property
    def note(self) -> Path:
        return self.dest.with_name(self.dest.name + ".part.json")

    def validator(self, url: str) -> str:
        """The server's validator for the bytes that are here already, or ""."""
        try:
            note = json.loads(self.note.read_text("utf-8"))
            known = self.path.stat().st_size > 0 and note["url"] == url
            return str(note["validator"]) if known else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def remember(self, url: str, validator: str) -> None:
        self.note.write_text(json.dumps({"url": url, "validator": validator}), "utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _attempt(
    url: str, part: _Part, size: int | None, progress: Progress | None, timeout: float
) -> bool:
    """Fill the part file by one request; tells whether bytes of an earlier attempt were kept."""
    headers = {"User-Agent": "howfar", "Accept-Encoding": "identity"}
    validator = part.validator(url)
    if validator:
        headers["Range"] = f"bytes={part.path.stat().st_size}-"
        headers["If-Range"] = validator
    try:
        with opener_for(url).open(
            urllib.request.Request(url, headers=headers), timeout=timeout
        ) as answer:
            return _receive(answer, url, part, size, progress)
    except urllib.error.HTTPError as error:
        with error:
            _refused(error.code, url, part)
        raise _InterruptedError(f"the server answered {error.code}") from None
    except urllib.error.URLError as error:
        raise _InterruptedError(reason(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        # Errors of the file system name a file or are about space; those of sockets are neither.
        if isinstance(error, OSError) and (error.filename or error.errno in _NO_SPACE):
            part.drop()
            raise storage_error(part.dest.parent, error) from None
        raise _InterruptedError(reason(error)) from None


def _receive(
    answer: http.client.HTTPResponse,
    url: str,
    part: _Part,
    size: int | None,
    progress: Progress | None,
) -> bool:
    start = _start(answer, part)
    validator = _validator(answer.headers)
    length = answer.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else size
    if size is not None and total != size:
        part.drop()
        raise DataUnavailable(
            what=f"the server's file has {total} bytes",
            where=url,
            expected=f"{size} bytes",
            next="check the address: the file was changed at its source",
        )
    with part.path.open("r+b" if start else "wb") as file:
        file.seek(start)
        file.truncate()
        part.remember(url, validator)
        got = _copy(answer, file, start, total, part, progress)
    if total is not None and got < total:
        raise _InterruptedError(f"the download was cut at {got} of {total} bytes")
    return start > 0


def _copy(
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    got: int,
    total: int | None,
    part: _Part,
    progress: Progress | None,
) -> int:
    """Copy the body behind the `got` bytes that are there; returns the bytes in the file."""
    limit = _LARGEST if total is None else total
    while block := answer.read(_BLOCK):
        got += len(block)
        if got > limit:
            part.drop()
            raise _InterruptedError(f"the server sent more than {limit} bytes")
        file.write(block)
        if progress:
            progress(part.dest.name, got, total)
    return got


def _start(answer: http.client.HTTPResponse, part: _Part) -> int:
    """The position at which the body begins: where we asked, or 0 if Range was ignored."""
    if answer.status != 206:
        return 0
    have = part.path.stat().st_size
    match = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if not match or int(match[1]) != have:
        part.drop()
        raise _InterruptedError("the server resumed at another position than it was asked for")
    return have


def _validator(headers: Message) -> str:
    """A strong ETag, the only validator that promises the same bytes; else ""."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else ""


def _refused(code: int, url: str, part: _Part) -> None:
    """Raise for answers that another attempt cannot mend."""
    if code == 416:
        part.drop()
        return
    if code in _AGAIN:
        return
    words = "has no such file" if code in (404, 410) else "refused the file"
    raise DataUnavailable(
        what=f"the server {words} (HTTP {code})",
        where=url,
        expected="the file of the fetch manifest",
        next=f"check the address and the commit in fetch.toml; or {by_hand(part.dest)}",
    )
