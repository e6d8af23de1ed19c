"""The objects in exports have the shape of real ones: no member that a real sample lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.readers.cassettes import bodies
from tests.simulate.export import cases

from howfar.readers.json_lines import json_lines
from howfar.simulate.export import Crawl, account_pieces, pieces
from howfar.simulate.texts import texts

_SIMULATED = {
    # Members that the documentation names and none of these samples happens to have.
    "x": {
        "withheld": "object",
        "withheld.copyright": "bool",
        "withheld.country_codes": "list",
        "withheld.country_codes[]": "str",
        "geo.country_code": "str",  # Where twarc has put the place inside.
    },
    "videos": {
        "contentDetails.regionRestriction": "object",
        "contentDetails.regionRestriction.blocked": "list",
        "contentDetails.regionRestriction.blocked[]": "str",
        "paidProductPlacementDetails": "object",
        "paidProductPlacementDetails.hasPaidProductPlacement": "bool",
        "snippet.defaultLanguage": "str",
        **dict.fromkeys(("contentDetails", "statistics", "status"), "object"),
        **dict.fromkeys([f"statistics.{n}Count" for n in ("view", "like", "comment")], "str"),
        **dict.fromkeys(("status.uploadStatus", "status.privacyStatus"), "str"),
    },
    "playlists": {"snippet.videoOwnerChannelId": "str"},
    "channels": {"snippet.customUrl": "str"},
    "mastodon": {
        "media_attachments[]": "object",
        **dict.fromkeys([f"media_attachments[].{n}" for n in ("id", "type", "url")], "str"),
    },
}


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every member's path and kind of value; null tells no kind."""
    if path in ("reblog", "quote.quoted_status"):
        path = ""  # A status inside of one is a status.
    if isinstance(value, dict):
        if path:
            yield path, "object"
        for name, inner in value.items():
            yield from shape(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path, "list"
        for inner in value:
            yield from shape(inner, f"{path}[]")
    elif value is not None:
        yield path, {int: "number", float: "number"}.get(type(value), type(value).__name__)


@pytest.fixture(scope="module")
def ours() -> dict[str, list[Any]]:
    """Objects of a world by what they are."""
    scene = cases.scene()
    posts = cases.world(scene, 2_000)
    crawl = Crawl("main", scene.plan.ends)
    said = texts(scene.plan, posts, scene.plan.generator("t"))
    made = pieces(scene, crawl, posts, said) | account_pieces(scene, crawl)
    data = {name.removeprefix("main/"): piece.data.decode() for name, piece in made.items()}

    def lines(name: str) -> list[Any]:
        return [json.loads(line) for line in data[name].split("\n")]

    def items(name: str) -> list[Any]:
        return _items(data[f"youtube/simulated_{name}.json"])

    return {
        "x": lines("x/simulated_posts.jsonl"),
        "mastodon": lines("mastodon/simulated_statuses.jsonl"),
        **{name: items(name) for name in ("videos", "playlists", "channels")},
    }


def _items(text: str) -> list[Any]:
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        page, at = decoder.raw_decode(text, at)
        found += page["items"]
        at += 1  # The line end between pages.
    return found


def real(shared: Path, what: str) -> Iterator[Any]:
    samples = shared / "samples"
    if what == "x":
        for path in (samples / "x-api-v2").glob("*.jsonl"):
            for _, value, reason in json_lines(path):
                data = {} if reason else value.get("data", value)
                yield from data if isinstance(data, list) else [data]
    elif what == "mastodon":
        for path in (samples / "mastodon").glob("*.yaml"):
            for body in bodies(path):
                value = json.loads(body or "[]")
                yield from value if isinstance(value, list) else [value]
    else:
        kind = {"videos": "video", "playlists": "playlistItem", "channels": "channel"}[what]
        for path in (samples / "youtube-data-api").glob("*.json"):
            value = json.loads(path.read_text("utf-8"))
            for item in value.get("items", [value]):
                if item.get("kind") == f"youtube#{kind}":
                    yield item


@pytest.mark.parametrize("what", _SIMULATED)
def test_no_member_that_real_objects_lack(shared: Path, ours: Any, what: str) -> None:
    known: dict[str, set[str]] = {path: {kind} for path, kind in _SIMULATED[what].items()}
    for value in real(shared, what):
        for path, kind in shape(value):
            known.setdefault(path, set()).add(kind)
    found = {pair for value in ours[what] for pair in shape(value)}
    assert found
    strange = {(path, kind) for path, kind in found if kind not in known.get(path, set())}
    assert strange == set()
