"""What is written as an export is read by our own readers with the same values."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.simulate.export import cases
from tests.simulate.export.cases import FORMATS, read, scene, written

from howfar.errors import InputError
from howfar.readers.discovery import sure_guess
from howfar.simulate.export import Crawl, RejectSettings, Scene, pieces, post_ids
from howfar.simulate.export.files import FORMS
from howfar.simulate.export.reactions import SHARES
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.posts import ORIGINAL, QUOTE, REPLY, SHARE, Posts, together
from howfar.simulate.society import society
from howfar.simulate.texts import texts

RELATIONS = {ORIGINAL: "original", REPLY: "reply", SHARE: "repost", QUOTE: "quote"}
END = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
MAIN = Crawl("main", int(END.timestamp()) * 1_000_000)


class Told:
    """A world's posts, what was written of them, and what readers found, by native id."""

    def __init__(self, folder: Path, crawl: Crawl, *on: str, **settings: object) -> None:
        self.scene = scene(*on, **settings)
        parts = [cases.world(self.scene, part=n) for n in range(2)]
        self.writing = written(folder, self.scene, crawl, *parts)
        self.posts = together(parts)
        self.ids: list[str] = post_ids(self.scene, self.posts).to_pylist()
        self.texts = [
            text
            for n, posts in enumerate(parts)
            for text in texts(self.scene.plan, posts, self.scene.plan.generator("texts", n))
        ]
        self.rows: dict[str, dict[str, Any]] = {}
        self.shares: dict[str, dict[str, Any]] = {}
        self.rejects = []
        for file, records in self.writing.files.items():
            rows, rejects, others = read(folder, file)
            assert len(rows) + len(others.get("shares", ())) == records, file
            self.rows |= {row["post_id"]: {**row, "file": file} for row in rows}
            self.shares |= {row["post_id"]: row for row in others.get("shares", ())}
            self.rejects += [(file, r.line, r.reason) for r in rejects]

    def each(self, platform: str) -> list[tuple[int, dict[str, Any]]]:
        """Row of every post of a platform, and what was read of it."""
        rows = np.flatnonzero(self.posts["platform"] == PLATFORMS.index(platform))
        return [(n, self.rows[self.ids[n]]) for n in rows.tolist() if self.ids[n] in self.rows]

    def figure(self, row: int, name: str) -> int | None:
        value = int(self.posts[name][row])
        return None if value < 0 else value

    def handle(self, row: int) -> str:
        return self.scene.society.handles(self.posts["account"][[row]])[0]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("raw"), MAIN)


def test_every_post_is_read_once_and_nothing_is_rejected(told: Told) -> None:
    assert told.rejects == []
    assert len(told.ids) == len(set(told.ids)) == len(told.posts)
    assert told.rows.keys() | told.shares.keys() == set(told.ids)


def test_readers_recognise_the_files_and_know_their_columns(told: Told) -> None:
    folder = told.writing.folder
    for file in told.writing.files:
        platform = file.split("/")[1]
        if platform == "facebook-table":
            with pytest.raises(InputError):  # A plain table says nothing of itself.
                sure_guess(folder / file)
        else:
            assert sure_guess(folder / file)[0].declaration.id == FORMATS[platform], file


@pytest.mark.parametrize("platform", PLATFORMS)
def test_authors_times_and_words(told: Told, platform: str) -> None:
    unit = {"mastodon": 1_000, "facebook": 1_000}.get(platform, 1_000_000)
    found = told.each(platform)
    assert len(found) > 500
    for n, row in found:
        created = int(told.posts["created"][n])
        page = row["file"].startswith("main/facebook/")
        cut = created // (1_000_000 if page else unit) * (1_000_000 if page else unit)
        at = dt.datetime.fromisoformat(row["created_at"])
        assert int(at.timestamp()) * 1_000_000 + at.microsecond == cut
        if platform in ("x", "mastodon", "youtube") and "author_handle" in row:
            assert row["author_handle"].lstrip("@").split("@")[0] == told.handle(n)
        said = told.texts[n]
        if platform == "youtube" and row["kind"] == "video" and len(said) > 100:
            assert row["text"] == f"{said[:99]}…\n\n{said}"
        else:
            assert row["text"] == said
        if platform in ("x", "mastodon") or (platform == "youtube" and row["kind"] == "video"):
            assert row["language"] == LANGUAGES[told.posts["language"][n]]


def test_authors_are_those_of_the_channel_registry(told: Told) -> None:
    for n, row in told.each("telegram") + told.each("facebook"):
        account = int(told.posts["account"][n])
        number = int(row["author_id"].removeprefix("-100").lstrip("-"))
        bases = {"telegram": (1_500_000_000, 6_000_000_000), "facebook": (10**14, 10**14)}
        channel, person = bases[row["platform"]]
        own = account < len(told.scene.channels)
        assert number == account + (channel if own else person)


@pytest.mark.parametrize("platform", ["x", "mastodon", "telegram", "facebook", "youtube"])
def test_parents(told: Told, platform: str) -> None:
    parent, relation = told.posts["parent"], told.posts["relation"]
    seen = set()
    for n, row in told.each(platform):
        kind = RELATIONS[int(relation[n])]
        seen.add(kind)
        if platform == "youtube":
            kind = "original" if kind == "quote" else kind  # YouTube knows no quotes.
        if platform == "telegram":
            kind = "reply" if kind == "quote" else kind  # Nor does Telegram.
        assert row["relation"] == kind
        above = int(parent[n])
        if platform == "youtube" and kind == "reply":
            while relation[above] == SHARE:
                above = int(parent[above])
        if kind == "original" or (platform == "telegram" and kind == "repost"):
            assert "parent_id" not in row
        else:
            assert row["parent_id"] == told.ids[above]
            if platform in ("x", "mastodon"):
                assert row["parent_author_handle"].split("@")[0] == told.handle(above)
    assert "reply" in seen


def test_figures(told: Told) -> None:
    for n, row in told.each("x"):
        assert row.get("views") == told.figure(n, "views")
        assert row.get("reactions") == row.get("reaction_like") == told.figure(n, "likes")
        assert row.get("comments") == told.figure(n, "comments")
        assert row.get("shares") == told.figure(n, "shares")
        assert row["author_followers"] == told.scene.society.followers[told.posts["account"][n]]
    for n, row in told.each("youtube"):
        if row["kind"] == "video":
            assert row.get("views") == told.figure(n, "views")
            assert row.get("comments") == told.figure(n, "comments")
            assert (row.get("exposure") == "paid") == bool(told.posts["paid"][n])
        assert row.get("reactions") == told.figure(n, "likes")
    for n, row in told.each("mastodon"):
        if told.posts["relation"][n] != SHARE:
            assert row.get("reactions") == told.figure(n, "likes")
            assert row.get("comments") == told.figure(n, "comments")
            assert row.get("shares") == told.figure(n, "shares")
    for n, row in told.each("telegram"):
        assert row.get("reactions", 0) == max(0, int(told.posts["likes"][n]))
    for n, row in told.each("facebook"):
        assert row.get("reactions") == told.figure(n, "likes")
        assert row.get("comments") == told.figure(n, "comments")
        assert row.get("shares") == told.figure(n, "shares")


def test_kinds_of_reactions_are_whole_and_in_the_stated_shares(told: Told) -> None:
    for platform in ("telegram", "facebook"):
        for n, row in told.each(platform):
            total = int(told.posts["likes"][n])
            if total < 0 or row["file"].startswith("main/facebook-table"):
                continue
            place = int(told.posts["sentiment"][n]) + 1
            named = [row.get(f"reaction_{kind}", 0) for kind in SHARES]
            # Hand arithmetic: 100 reactions to a negative post are 30 angry, 15 sad, 5 haha, ...
            assert named == [int(total * parts[place]) for parts in SHARES.values()]
            assert sum(named) + row.get("reaction_like", 0) == total


def test_links_pictures_places_and_what_is_withheld(told: Told) -> None:
    hosts = {"example.org", "example.com", "example.net"}
    for platform in ("x", "mastodon", "telegram", "facebook"):
        for n, row in told.each(platform):
            original = told.posts["relation"][n] != SHARE
            if original:
                assert (row.get("link") in hosts) == (told.posts["object"][n] >= 0), (platform, row)
    countries = [COUNTRIES[c].code for c in told.posts["withheld"].tolist()]
    for n, row in told.each("x") + told.each("youtube") + told.each("facebook"):
        if row["kind"] == "comment" or row["file"].startswith("main/facebook/"):
            continue
        withheld = told.posts["withheld"][n] >= 0
        assert row.get("withheld_in") == ([countries[n]] if withheld else None)
        if withheld:
            assert row["availability"] == "withheld"
    places = [row["country"] for _, row in told.each("x") if "country" in row]
    assert 0.05 < len(places) / len(told.each("x")) < 0.2


def test_playlists_are_shares_of_the_video_that_was_meant(told: Told) -> None:
    shares = 0
    for n in np.flatnonzero(told.posts["platform"] == PLATFORMS.index("youtube")).tolist():
        if told.posts["relation"][n] == SHARE:
            above = int(told.posts["parent"][n])
            while told.posts["relation"][above] in (SHARE, REPLY):
                above = int(told.posts["parent"][above])
            assert told.shares[told.ids[n]]["object"] == told.ids[above]
            shares += 1
    assert shares == len(told.shares) > 50


def test_a_star_hides_who_passed_on_from_whom(tmp_path: Path) -> None:
    told = Told(tmp_path, Crawl("main", MAIN.at, star=True))
    deep = 0
    for n, row in told.each("x"):
        if "parent_id" in row:
            assert row["parent_id"] == told.ids[int(told.posts["root"][n])]
            deep += int(told.posts["parent"][n] != told.posts["root"][n])
    assert deep > 100


def test_a_crawl_holds_what_there_was(tmp_path: Path) -> None:
    # Half of the window, and 30 days after its end, when what was removed is gone.
    scenery = scene()
    posts = cases.world(scenery)
    early = Crawl("early", (scenery.plan.begins + scenery.plan.ends) // 2)
    late = Crawl("late", scenery.plan.ends + 30 * 86_400_000_000)
    ids = post_ids(scenery, posts).to_pylist()
    for crawl, there in (
        (early, posts["created"] < early.at),
        (late, posts["removed"] == 0),
    ):
        writing = written(tmp_path, scenery, crawl, posts)
        read_ids = set()
        for file in writing.files:
            rows, _, others = read(tmp_path, file)
            read_ids |= {row["post_id"] for row in rows}
            read_ids |= {row["post_id"] for row in others.get("shares", ())}
        assert read_ids == {ids[n] for n in np.flatnonzero(there).tolist()}
        assert 0 < len(read_ids) < len(ids)


def test_rows_that_no_source_captured_stay_out(tmp_path: Path) -> None:
    scenery = scene()
    posts = cases.world(scenery, 400)
    half = np.arange(400) % 2 == 0
    said = texts(scenery.plan, posts, scenery.plan.generator("t"))
    one = pieces(scenery, MAIN, posts, said, half)
    other = pieces(scenery, MAIN, posts.with_columns(captured=half), said)
    assert one == other
    assert sum(piece.records for piece in one.values()) == 200


def test_planted_rejects_are_what_readers_reject(tmp_path: Path) -> None:
    told = Told(tmp_path, MAIN, "rejects", RejectSettings=RejectSettings(rate=0.15))
    planted = told.writing.rejects.to_pylist()
    assert sorted(told.rejects) == [(p["file"], p["line"], p["reason"]) for p in planted]
    for folder, form in FORMS.items():
        kinds = {p["kind"] for p in planted if p["file"].split("/")[1] == folder}
        assert kinds == form.damages.keys(), folder
    assert told.rows.keys() | told.shares.keys() == set(told.ids)
    assert len(planted) > 800


def test_without_the_mechanism_nothing_is_planted(told: Told) -> None:
    assert told.writing.rejects.num_rows == 0


def test_texts_that_try_the_formats(tmp_path: Path) -> None:
    scenery = scene("rejects", RejectSettings=RejectSettings(rate=0.3))
    posts: Posts = cases.world(scenery, 600)
    hard = [
        'say "so", or not',
        "two\nlines",
        "<b>&amp; & more</b>",
        "سلام، عالم",
        "a\\u0041\\",
        "🧪,;",
        "2024-01-01 10:00:00,5,reply,",
    ]
    said = [hard[n % len(hard)] for n in range(600)]
    writing = cases.Writing(tmp_path)
    writing.add(pieces(scenery, MAIN, posts, said))
    writing.close()
    found = []
    for file in writing.files:
        rows, rejects, _ = read(tmp_path, file)
        found += [(file, r.line, r.reason) for r in rejects]
        assert {row["text"] for row in rows} <= set(hard)
    assert sorted(found) == [
        (p["file"], p["line"], p["reason"]) for p in writing.rejects.to_pylist()
    ]


def test_pieces_do_not_depend_on_what_else_is_made() -> None:
    scenery = scene("rejects")
    parts = [cases.world(scenery, 500, part) for part in range(3)]
    said = [texts(scenery.plan, part, scenery.plan.generator("t")) for part in parts]
    there = [pieces(scenery, MAIN, p, t) for p, t in zip(parts, said, strict=True)]
    again = scene("rejects")
    back = [pieces(again, MAIN, parts[n], said[n]) for n in (2, 0, 1)]
    assert [back[1], back[2], back[0]] == there


def test_another_seed_plants_other_rejects() -> None:
    posts, made = cases.world(scene(), 2_000), []
    for seed in (1, 1, 2):
        plan = dataclasses.replace(scene("rejects").plan, seed=seed)
        settings = {"RejectSettings": RejectSettings(rate=0.05)}
        plan = dataclasses.replace(plan, settings=settings)
        found = pieces(Scene(plan, society(plan)), MAIN, posts, ["simulated"] * 2_000)
        made.append([(n, p.line) for n, piece in found.items() for p in piece.planted])
    assert made[0] == made[1] != made[2]
