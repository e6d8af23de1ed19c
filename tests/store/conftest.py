"""Small studies with generated page files, made the same in every test."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from howfar.readers.ingest import Outcome, ingest, source_files
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

KEY = b"0123456789abcdef0123456789abcdef"

STUDY = """\
[study]
id = "pages"
title = "Pages"
question = "How much do the pages publish?"
objectives_unknown = "a test has none"

[window]
start = 2024-01-01
end = 2024-04-01

[[sources]]
name = "pages"
path = "{exports}/*.csv"
capture = "complete"
timezone = "UTC-05:00"
observed_at = 2024-05-01
"""

CHANNELS = """\
channel,name,organisation,platform,account_id,country,paths,role,basis,evidence
one,One,One Media,facebook,1001,US,media,ours,organisation,https://example.org/one
two,Two,Two Media,facebook,1002,GB,media,peer,organisation,https://example.org/two
"""

HEADER = [
    *("status_id", "status_message", "link_name", "status_type", "status_link"),
    *("status_published", "num_reactions", "num_comments", "num_shares", "num_likes"),
    *("num_loves", "num_wows", "num_hahas", "num_sads", "num_angrys"),
]


def page_rows(page: int, rows: int, seed: int) -> list[list[str]]:
    """Posts of one page; one in 200 has a damaged figure."""
    rng = random.Random(f"{seed}/{page}")
    made = []
    for n in range(rows):
        likes, others = rng.randrange(2000), [rng.randrange(50) for _ in range(5)]
        made.append(
            [
                f"{page}_{10_000_000 + n}",
                f"Post {n} von @someone{rng.randrange(90)}: {'été 新闻 ' * rng.randrange(8)}",
                "a link",
                rng.choice(["link", "photo", "video", "status"]),
                f"https://www.example.org/{n}",
                f"2024-0{rng.randrange(1, 4)}-{rng.randrange(1, 29):02} {n % 24:02}:{n % 60:02}:07",
                "many" if rng.randrange(200) == 0 else str(likes + sum(others)),
                str(rng.randrange(300)),
                str(rng.randrange(900)),
                str(likes),
                *map(str, others),
            ]
        )
    return made


def write_page(path: Path, rows: list[list[str]]) -> Path:
    """A page file in the layout of the Graph API scrapers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


@pytest.fixture(scope="session")
def make_exports() -> Callable[..., Path]:
    """Write page files into a folder."""

    def make(folder: Path, pages: int = 3, rows: int = 40, seed: int = 7) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for page in range(1001, 1001 + pages):
            write_page(folder / f"page{page}.csv", page_rows(page, rows, seed))
        return folder

    return make


@pytest.fixture(scope="session")
def make_study() -> Callable[[Path, Path], Path]:
    """Write a study folder that reads the page files of a folder."""

    def make(folder: Path, exports: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.toml").write_text(STUDY.format(exports=exports.as_posix()))
        (folder / "channels.csv").write_text(CHANNELS)
        return folder

    return make


@pytest.fixture(scope="session")
def read_study() -> Callable[..., list[Outcome]]:
    """Ingest all files of a study folder in this process."""

    def read(folder: Path, *, fresh: bool = False, batch_rows: int = 50_000) -> list[Outcome]:
        study = load_study(folder)
        files = source_files(study, folder, lambda name: folder)
        return ingest(
            study,
            load_channels(folder),
            TableStore(folder),
            files,
            KEY,
            fresh=fresh,
            batch_rows=batch_rows,
        )

    return read


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every committed byte of a study's tables: all Parquet files and the manifest."""

    def read(folder: Path) -> dict[str, bytes]:
        tables = folder / "tables"
        files = [*tables.rglob("*.parquet"), tables / "manifest.json"]
        return {p.relative_to(tables).as_posix(): p.read_bytes() for p in sorted(files)}

    return read


@pytest.fixture
def study(
    tmp_path: Path, make_exports: Callable[..., Path], make_study: Callable[[Path, Path], Path]
) -> Path:
    """A study folder with three page files that nothing has been read of yet."""
    return make_study(tmp_path / "study", make_exports(tmp_path / "exports"))
