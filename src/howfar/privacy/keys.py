"""Keys of studies: random, one a study, kept outside the study folder.

The study folder can then be handed on; who holds it without the key cannot find out whether a
given account is in it.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import platformdirs

from howfar.errors import StudyError
from howfar.privacy.pseudonyms import KEY_BYTES

ENVIRONMENT = "HOWFAR_KEYS"
_HEADER = "howfar key 1"


def keys_folder() -> Path:
    """Where keys are kept: HOWFAR_KEYS, or the user's configuration folder."""
    set_by_user = os.environ.get(ENVIRONMENT)
    if set_by_user:
        return Path(set_by_user)
    return Path(platformdirs.user_config_dir("howfar", appauthor=False)) / "keys"


def key_path(study_id: str, study_folder: Path) -> Path:
    """The file of a study's key; StudyError where it would lie inside the study folder."""
    if not study_id or {"/", "\\", "\0"} & set(study_id) or study_id.startswith("."):
        raise StudyError(f'"{study_id}" is no study id', expected="a short name without slashes")
    path = keys_folder() / f"{study_id}.key"
    _refuse_inside(path, study_folder)
    return path


def create_key(study_id: str, study_folder: Path) -> bytes:
    """Make the key of a new study; StudyError where there is one already."""
    key = secrets.token_bytes(KEY_BYTES)
    _write(key_path(study_id, study_folder), study_id, key)
    return key


def load_key(study_id: str, study_folder: Path) -> bytes:
    """The key of a study; StudyError where it is missing, damaged or open to other users."""
    path = key_path(study_id, study_folder)
    key = _read(path, study_id)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StudyError(
            "other users of this machine can read the key",
            str(path),
            "mode 0600",
            f"chmod 600 {path}",
        )
    return key


def has_key(study_id: str, study_folder: Path) -> bool:
    """Whether the study has a key on this machine."""
    return key_path(study_id, study_folder).exists()


def backup_key(study_id: str, study_folder: Path, target: Path) -> None:
    """Copy the key to a new file outside the study folder, mode 0600."""
    _refuse_inside(target, study_folder)
    _write(target, study_id, load_key(study_id, study_folder))


def import_key(study_id: str, study_folder: Path, source: Path) -> bytes:
    """Take the key from a backup; StudyError where it is another study's or one is there."""
    key = _read(source, study_id)
    path = key_path(study_id, study_folder)
    if path.exists() and _read(path, study_id) == key:
        return key
    _write(path, study_id, key)
    return key


def destroy_key(study_id: str, study_folder: Path) -> None:
    """Remove the key: no pseudonym of the study can be recomputed from then on.

    The bytes are overwritten first; file systems and disks may keep copies all the same, so
    backups and raw exports must be purged by the user.
    """
    path = key_path(study_id, study_folder)
    if not path.exists():
        raise _missing(study_id, path)
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _refuse_inside(path: Path, study_folder: Path) -> None:
    if path.resolve().is_relative_to(study_folder.resolve()):
        raise StudyError(
            "a key must not lie inside the study folder, which may be handed on",
            str(path),
            "a folder outside the study",
            f"set {ENVIRONMENT} to another folder or name another file",
        )


def _missing(study_id: str, path: Path) -> StudyError:
    return StudyError(
        f"the key of study {study_id} is not on this machine",
        str(path),
        "a key file",
        "howfar keys import FILE, from a backup made with howfar keys backup",
    )


def _encode(study_id: str, key: bytes) -> bytes:
    return f"{_HEADER}\nstudy {study_id}\n{key.hex()}\n".encode()


def _write(path: Path, study_id: str, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise StudyError(
            "there is a key already; a new one would cut the study off from its pseudonyms",
            str(path),
            "no file of that name",
            f"howfar keys destroy, or move {path.name} away",
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(_encode(study_id, key))
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, study_id: str) -> bytes:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        raise _missing(study_id, path) from None
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 3 or lines[0] != _HEADER or not lines[1].startswith("study "):
        raise StudyError("not a key file of howfar, or a damaged one", str(path))
    if lines[1] != f"study {study_id}":
        raise StudyError(
            f"the key of another study ({lines[1].removeprefix('study ')})",
            str(path),
            f"the key of study {study_id}",
        )
    try:
        key = bytes.fromhex(lines[2])
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StudyError("the key is damaged", str(path), next="howfar keys import FILE")
    return key
