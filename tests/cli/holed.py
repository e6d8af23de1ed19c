"""A made-up study in which every kind of hole is planted, written as real exports."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

START, DAYS = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 119
GAP = range(35, 49)
"""Two weeks, 5 to 18 February, in which the source radio has nothing."""
ZEROS = range(67, 73)
"""8 to 13 March: delta has nothing, though its source goes on."""
CAP = 30
HELD_FROM = 70
"""From 11 March on every second post of theta is withheld in Germany."""
GONE = 7
"""So many posts of gamma are missing at the recheck."""

CHANNELS = {
    "alpha": ("mastodon", "radio"),
    "beta": ("mastodon", "radio"),
    "gamma": ("mastodon", "press"),
    "delta": ("mastodon", "press"),
    "epsilon": ("mastodon", "capped"),
    "zeta": ("mastodon", "search"),
    "eta": ("tiktok", "feed"),
    "theta": ("x", "tweets"),
    "iota": ("x", "tweets"),
}
COLUMNS = ("Id", "Date", "User", "Message", "Likes", "Comments", "Shares")
MAPPING = (
    'mapping = { post_id = "Id", created_at = "Date", author_handle = "User", '
    'platform = "=PLATFORM", text = "Message", reactions = "Likes", comments = "Comments", '
    'shares = "Shares" }'
)
HEAD = """[study]
id = "holed"
title = "Nine stations, and what their data lack"
question = "Can the figures of nine stations be trusted?"
replicates = 200
objectives_unknown = "A test."
retention_reason = "Invented posts of a test."

[window]
start = 2024-01-01
end = 2024-04-29
timezone = "UTC"
"""
SOURCES: dict[str, tuple[str, str]] = {
    "radio": ("complete", ""),
    "press": ("complete", ""),
    "press-again": ("complete", 'use = "recheck"\n'),
    "capped": ("capped", f"cap = {CAP}\n"),
    "search": ("keyword", 'query = "ferry"\n'),
    "feed": ("browsing", ""),
}
SEEN, LATER = "2024-05-03T00:00:00Z", "2024-05-10T00:00:00Z"


def volume(channel: str, rng: np.random.Generator) -> list[int]:
    """Posts of each day."""
    if channel == "epsilon":
        return [CAP if 40 <= day < 80 else int(rng.integers(8, CAP)) for day in range(DAYS)]
    posts = rng.poisson(8, DAYS) + 1
    if channel in ("alpha", "beta"):
        posts[list(GAP)] = 0
    if channel == "delta":
        posts[list(ZEROS)] = 0
    return [int(n) for n in posts]


def rows_of(channels: Sequence[str], rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Rows of a plain export in order of time; every day has posts at three hours."""
    rows = []
    for channel in channels:
        for day, posts in enumerate(volume(channel, rng)):
            for n in range(posts):
                at = START + dt.timedelta(days=day, hours=8 + n % 10, minutes=n)
                likes = int(rng.negative_binomial(2, 0.05))
                row = (f"{channel}-{day}-{n}", at.isoformat(), channel, "ferry news", likes)
                rows.append((*row, likes // 5, likes // 9))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def write_csv(path: Path, rows: Sequence[tuple[object, ...]]) -> None:
    """A plain CSV export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*COLUMNS, "Brand new"))
        writer.writerows((*row, "") for row in rows)


def write_tweets(path: Path, rng: np.random.Generator) -> None:
    """Pages of the X API in which posts are withheld in Germany since a date."""
    with path.open("w", encoding="utf-8") as file:
        for day, posts in enumerate(volume("theta", rng)):
            data = []
            for n in range(2 * posts):
                at = START + dt.timedelta(days=day, hours=8, minutes=n)
                likes = int(rng.negative_binomial(2, 0.05))
                public = {"like_count": likes, "reply_count": likes // 5}
                public |= {"retweet_count": 0, "quote_count": 0, "impression_count": 900 + likes}
                post = {
                    "id": str(1_700_000_000_000_000_000 + day * 1000 + n),
                    "text": "ferry news",
                    "author_id": "78" if n >= posts else "77",
                    "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
                    "lang": "en",
                    "public_metrics": public,
                }
                if day >= HELD_FROM and n < posts and n % 2 == 0:
                    post["withheld"] = {"copyright": False, "country_codes": ["DE"]}
                data.append(post)
            users = [
                {"id": i, "username": u, "name": u} for i, u in (("77", "theta"), ("78", "iota"))
            ]
            stamp = {"version": "2.14", "retrieved_at": SEEN}
            page = {"data": data, "includes": {"users": users}, "__twarc": stamp}
            file.write(json.dumps(page) + "\n")


def make_holed(root: Path) -> Path:
    """The study folder, with its exports beside it."""
    rng = np.random.default_rng(20240101)
    folder = root / "holed"
    folder.mkdir(parents=True)
    text = HEAD
    press: list[tuple[object, ...]] = []
    for source, (capture, more) in SOURCES.items():
        held = [c for c, (_, s) in CHANNELS.items() if s == source]
        if source == "press-again":
            mine = [row for row in press if row[2] == "gamma"]
            rows = [row for row in press if row not in mine[100 : 100 + GONE]]
        else:
            rows = rows_of(held, rng)
        if source == "press":
            press = rows
            rows = [*rows, rows[5], ("", rows[6][1], "gamma", "no id", 1, 0, 0)]
        write_csv(root / f"{source}.csv", rows)
        platform = CHANNELS[held[0]][0] if held else "mastodon"
        seen = LATER if source == "press-again" else SEEN
        text += f'\n[[sources]]\nname = "{source}"\npath = "../{source}.csv"\n'
        text += f'format = "table-csv"\ncapture = "{capture}"\n{more}timezone = "UTC"\n'
        text += f"observed_at = {seen}\n{MAPPING.replace('PLATFORM', platform)}\n"
    write_tweets(root / "tweets.jsonl", rng)
    text += '\n[[sources]]\nname = "tweets"\npath = "../tweets.jsonl"\n'
    text += f'format = "x-api-v2"\ncapture = "complete"\nobserved_at = {SEEN}\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    head = "channel,name,organisation,platform,handle,country,languages,paths,role,basis,evidence"
    lines = [
        f"{c},{c.title()},{c.title()} Radio,{platform},{c},DE,en,media,peer,registered_medium,"
        f"https://example.org/{c}"
        for c, (platform, _) in CHANNELS.items()
    ]
    (folder / "channels.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return folder
