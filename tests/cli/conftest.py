"""Whole-program runs in this process, on small studies, with keys and caches of their own."""

import csv
import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from howfar.cli import main

CHANNELS = ("nordwelle", "ostfunk", "westradio")
WEEKS = 10
COLUMNS = ("Id", "Date", "User", "Platform", "Message", "Likes", "Comments", "Shares")

STUDY = """#:schema study.schema.json
[study]
id = "three"
title = "Three stations"
question = "How strongly do people react to three stations?"
replicates = 200
retention_reason = "Invented posts of a test."

[[objectives]]
id = "talk"
statement = "Make listeners talk"
audience = "listeners"

[window]
start = 2024-01-01
end = 2024-03-11
timezone = "UTC"

[[sources]]
name = "posts"
path = "../posts.csv"
format = "table-csv"
capture = "complete"
timezone = "UTC"
observed_at = 2024-03-15T00:00:00+00:00
mapping = { post_id = "Id", created_at = "Date", author_handle = "User", platform = "Platform", \
text = "Message", reactions = "Likes", comments = "Comments", shares = "Shares" }
"""


@dataclass(frozen=True)
class Outcome:
    """What a call of the program gave."""

    code: int
    out: str
    err: str


Call = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, cache or connection of the machine that runs the tests."""
    monkeypatch.setenv("HOWFAR_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOWFAR_OFFLINE", "1")
    monkeypatch.delenv("HOWFAR_DATASETS", raising=False)


@pytest.fixture
def howfar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the program with arguments, as a shell would."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["howfar", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        told = capsys.readouterr()
        return Outcome(code, told.out, told.err)

    return call


def posts_csv(path: Path, channels: tuple[str, ...] = CHANNELS) -> Path:
    """Fifty-nine posts of each channel in ten weeks, five to seven a week, unlike figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place, channel in enumerate(channels, start=1):
            for week in range(WEEKS):
                for day in range(5 + week % 3):
                    at = dt.datetime(2024, 1, 1, 10) + dt.timedelta(days=7 * week + day)
                    likes = 10 * place + (7 * week + 3 * day + place) % 11
                    row = (f"{channel}-{week}-{day}", at.isoformat(), channel, "mastodon")
                    writer.writerow((*row, "news of the day", likes, 1 + likes // 3, likes % 4))
    return path


def registry_csv(channels: tuple[str, ...] = CHANNELS, country: str = "DE") -> str:
    """A channel registry in which each channel is a peer that may be named."""
    head = "channel,name,organisation,platform,handle,country,languages,paths,role,basis,evidence"
    rows = [
        f"{c},{c.title()},{c.title()} Radio,mastodon,{c},{country},de,media,peer,"
        f"registered_medium,https://example.org/{c}"
        for c in channels
    ]
    return "\n".join([head, *rows]) + "\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The folder of a small study of three channels; nothing is read yet."""
    return make_study(tmp_path)


def make_study(root: Path) -> Path:
    """Write posts.csv and a study folder three/ beside it."""
    folder = root / "three"
    folder.mkdir(parents=True)
    posts_csv(root / "posts.csv")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "channels.csv").write_text(registry_csv(), encoding="utf-8")
    return folder
