"""A world's exports and study, read by the program as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.simulate.export import cases
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.simulate.export import (
    Crawl,
    RejectSettings,
    Writing,
    account_pieces,
    pieces,
    post_ids,
    study_files,
)
from howfar.simulate.plan import DAY
from howfar.simulate.texts import texts
from howfar.store.tables import TableStore
from howfar.study import load_channels, load_study


def test_a_world_goes_through_read_with_the_planted_rejects_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOWFAR_KEYS", str(tmp_path / "keys"))
    scene = cases.scene("rejects", RejectSettings=RejectSettings(rate=0.02))
    posts = cases.world(scene)
    said = texts(scene.plan, posts, scene.plan.generator("texts"))
    crawls = (
        Crawl("main", scene.plan.ends + DAY),
        Crawl("recheck", scene.plan.ends - 30 * DAY, use="recheck"),
    )
    writing = Writing(tmp_path / "raw")
    for crawl in crawls:
        writing.add(account_pieces(scene, crawl))
    for crawl in crawls:
        writing.add(pieces(scene, crawl, posts, said))
    writing.close()
    folder = tmp_path / "study"
    folder.mkdir()
    for name, content in study_files(scene, crawls, writing.files):
        (folder / name).write_bytes(content)

    done = CliRunner().invoke(app, ["read", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    files = json.loads(done.stdout)["files"]
    told = sorted(
        (
            Path(file["path"]).resolve().relative_to(tmp_path / "raw").as_posix(),
            r["line"],
            r["reason"],
        )
        for file in files
        for r in file["rejects"]
    )
    planted = [(p["file"], p["line"], p["reason"]) for p in writing.rejects.to_pylist()]
    assert told == planted
    assert len(planted) > 50
    assert all(file["rejects_not_listed"] == 0 for file in files)

    store = TableStore(folder)
    table = store.read("posts")
    main = [n for n in writing.files if n.startswith("main/")]
    playlists = [n for n in main if n.endswith(("_playlists.json", "_channels.json"))]
    expected = sum(writing.files[n] for n in main) - sum(writing.files[n] for n in playlists)
    sources = table.filter(pc.invert(pc.match_substring(table["source"], "recheck")))
    assert (
        len(sources)
        == expected
        == len(post_ids(scene, posts)) - int((posts["platform"] == 1)[posts["relation"] == 2].sum())
    )
    # Every named channel is known by its posts; the nameless two stay persons.
    named = {c.channel for c in scene.channels if c.basis}
    written = np.unique(posts["account"][posts["account"] < len(scene.channels)])
    found = set(pc.unique(table["channel"]).to_pylist()) - {None}
    assert found == named & {scene.channels[n].channel for n in written.tolist()}
    followers = store.read("account_counts")
    youtube = pc.sum(pc.equal(followers["source"], "youtube")).as_py()
    assert youtube >= sum(c.platform == 1 for c in scene.channels)


def test_the_study_says_that_it_is_simulated(tmp_path: Path) -> None:
    scene = cases.scene()
    crawl = Crawl("main", scene.plan.ends)
    for name, content in study_files(scene, [crawl], {"main/x/simulated_posts.jsonl": 3}):
        (tmp_path / name).write_bytes(content)
    study, channels = load_study(tmp_path), load_channels(tmp_path)
    assert "planted by howfar simulate, seed 7, scenario test" in (study.about.simulated or "")
    assert study.about.title.startswith("Simulated world")
    assert [source.name for source in study.sources] == ["x"]
    assert all(row.name.startswith("Simulated") for row in channels)
    assert {row.evidence is None for row in channels if row.named} == {False}
    assert len(list(channels)) == len(scene.channels)
