"""The study folder that goes with a world's exports: study.toml and channels.csv."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from howfar.simulate import insights
from howfar.simulate.capture import CaptureSettings, capture_of
from howfar.simulate.export import table
from howfar.simulate.export.facebook_page import ZONE
from howfar.simulate.export.ids import (
    FACEBOOK_PAGE,
    MASTODON_ACCOUNT,
    TELEGRAM_CHANNEL,
    TELEGRAM_MARKED,
    X_USER,
    youtube_channels,
)
from howfar.simulate.export.piece import Crawl
from howfar.simulate.export.scene import INSTANCE, Scene
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import SECOND, Plan
from howfar.study.channels import COLUMNS
from howfar.study.template import source_lines, toml_value

_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "x": {"path": "*.jsonl", "format": "x-api-v2"},
    "youtube": {"path": "*.json", "format": "youtube-data-api"},
    "telegram": {"path": "*/result.json", "format": "telegram-desktop"},
    "mastodon": {"path": "*.jsonl", "format": "mastodon"},
    "facebook": {"path": "*.csv", "format": "facebook-page-csv", "timezone": ZONE},
    "facebook-table": {"path": "*.csv", "format": "table-csv", "mapping": table.MAPPING},
}
"""How the files of a folder are named in the study file."""


def study_files(
    scene: Scene,
    crawls: Sequence[Crawl],
    files: Mapping[str, int],
    raw: str = "../raw",
    *,
    events: Sequence[Mapping[str, object]] = (),
) -> Iterator[tuple[str, bytes]]:
    """Path in the study folder and content of study.toml and channels.csv.

    files: as Writing.files has them. raw: the folder of the crawls as seen from the study.
    events: keys of each of [[events]].
    """
    sources = [*_sources(scene.plan, crawls, files, raw), *_insights(scene, crawls)]
    yield "study.toml", _study(scene.plan, sources, events).encode()
    yield "channels.csv", _channels(scene).encode()


def _study(
    plan: Plan, sources: Sequence[Mapping[str, object]], events: Sequence[Mapping[str, object]]
) -> str:
    made = f"planted by howfar simulate, seed {plan.seed}, scenario {plan.scenario}"
    tables: list[tuple[str, Mapping[str, object]]] = [
        (
            "[study]",
            {
                "id": f"simulated-{plan.scenario}-{plan.seed}".lower(),
                "title": f"Simulated world: scenario {plan.scenario}, seed {plan.seed}",
                "question": "Does the program find in simulated posts what was planted in them?",
                "simulated": f"{made}, about {plan.size} posts",
                "retention_reason": "Simulated posts: nobody wrote them, nobody can be named.",
            },
        ),
        (
            "[[objectives]]",
            {
                "id": "known-truth",
                "statement": "Find, in simulated posts, what truth.json says was planted",
                "audience": "whoever relies on the program's figures",
                "indicators": ["publishing_volume", "engagement", "attention_inequality"],
            },
        ),
        (
            "[window]",
            {
                "start": plan.start,
                "end": plan.start + dt.timedelta(days=plan.days),
                "timezone": "UTC",
            },
        ),
        ("[peers]", {"roles": ["ours", "peer"], "capture": ["complete", "sample"]}),
        *(("[[events]]", event) for event in events),
    ]
    lines = ["# A simulated world: no account, post or event in it is real.", ""]
    for head, values in tables:
        lines += [head, *(f"{key} = {toml_value(value)}" for key, value in values.items()), ""]
    for source in sources:
        lines += source_lines(source)
    return "\n".join(lines)


def _sources(
    plan: Plan, crawls: Sequence[Crawl], files: Mapping[str, int], raw: str
) -> Iterator[dict[str, object]]:
    folders = {name.rsplit("/", 1)[0] for name in files}
    for crawl in crawls:
        for folder, told in _FORMATS.items():
            here = f"{crawl.name}/{folder}"
            if not any(one == here or one.startswith(f"{here}/") for one in folders):
                continue
            known = dict(told)
            platform = folder.split("-")[0]
            capture = capture_of(plan, PLATFORMS.index(platform))
            yield {
                "name": folder if crawl.use == "main" else f"{folder}-{crawl.name}",
                "path": f"{raw}/{here}/{known.pop('path')}",
                **known,
                "capture": capture,
                "query": _asked(plan.of(CaptureSettings), capture),
                "observed_at": _moment(crawl),
                "use": crawl.use,
            }


def _asked(settings: CaptureSettings, capture: str) -> str | None:
    if capture == "keyword":
        return " OR ".join(settings.topics)
    # A cap of the study file is one of the whole source.
    return f"newest {settings.cap} posts a day and account" if capture == "capped" else None


def _moment(crawl: Crawl) -> dt.datetime:
    return dt.datetime.fromtimestamp(crawl.at // SECOND, dt.UTC)


def _insights(scene: Scene, crawls: Sequence[Crawl]) -> Iterator[dict[str, object]]:
    if not scene.plan.on("insights"):
        return
    for channel, files in insights.paths(scene.society).items():
        for file in files:
            what = file.rsplit(".", 2)[1]
            yield {
                "name": f"insights-{channel}-{what}",
                "path": file,
                "format": insights.FORMAT,
                "channel": channel,
                "timezone": insights.ZONE,
                "capture": "complete",
                "observed_at": max(_moment(crawl) for crawl in crawls if crawl.use == "main"),
            }


def _channels(scene: Scene) -> str:
    out = io.StringIO()
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    rows.writeheader()
    youtube = youtube_channels(np.arange(len(scene.channels)))
    for account, channel in enumerate(scene.channels):
        platform = PLATFORMS[channel.platform]
        handle = channel.channel
        ids = {
            "x": X_USER + account,
            "youtube": youtube[account],
            "telegram": TELEGRAM_MARKED - TELEGRAM_CHANNEL - account,
            "mastodon": MASTODON_ACCOUNT + account,
            "facebook": FACEBOOK_PAGE + account,
        }
        rows.writerow(
            {
                "channel": channel.channel,
                "name": channel.name,
                "organisation": channel.owner,
                "platform": platform,
                "handle": f"{handle}@{INSTANCE}" if platform == "mastodon" else handle,
                "account_id": ids[platform],
                "country": COUNTRIES[channel.country].code,
                "languages": ";".join(LANGUAGES[n] for n in channel.languages),
                "paths": ";".join(channel.paths),
                "role": channel.role,
                "declared_owner": channel.owner,
                "basis": channel.basis,
                "evidence": f"https://example.org/simulated/{handle}" if channel.basis else "",
            }
        )
    return out.getvalue()
