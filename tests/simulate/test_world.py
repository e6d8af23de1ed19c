"""A world on disk: the same bytes from any number of processes, begun anew, never overwritten."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from howfar.errors import StudyError
from howfar.simulate.background import BackgroundSettings
from howfar.simulate.making import ROWS
from howfar.simulate.mechanisms import MECHANISMS
from howfar.simulate.plan import Plan
from howfar.simulate.posts import COLUMNS, SHARE
from howfar.simulate.scenarios import scenarios, together
from howfar.simulate.world import FORMAT, World, load, simulate


def plan(*names: str, seed: int = 7, size: int = 3_000) -> Plan:
    """A small world of several parts."""
    chosen = together(names)
    settings = {"BackgroundSettings": BackgroundSettings(rows=1_000), **chosen.settings}
    return Plan(seed, size, chosen.name, chosen.mechanisms, settings=settings)


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file below a folder, by path: the hash of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(tmp_path_factory.mktemp("world") / "all", plan("all"))


def test_two_processes_write_the_same_bytes(world: World, tmp_path: Path) -> None:
    simulate(tmp_path / "two", plan("all"), threads=2)
    one, two = bytes_of(world.folder), bytes_of(tmp_path / "two")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_writes_another_world_of_the_same_truth(world: World, tmp_path: Path) -> None:
    other = simulate(tmp_path / "other", plan("all", seed=8))
    one, two = bytes_of(world.folder), bytes_of(other.folder)
    assert one["raw/main/x/simulated_posts.jsonl"] != two["raw/main/x/simulated_posts.jsonl"]
    assert one["truth/figures.parquet"] == two["truth/figures.parquet"]
    mine, theirs = load(world.folder)["planted"], load(other.folder)["planted"]
    for name in ("background", "spread", "counts", "paid", "maturation", "opinions", "annotation"):
        assert mine[name] == theirs[name], name


def test_the_truth_tells_every_mechanism_that_is_on(world: World) -> None:
    truth = load(world.folder)
    assert truth["format"] == FORMAT
    assert truth["simulated"] is True
    assert "Simulated data" in truth["origin"]
    assert "seed 7, scenario all" in truth["origin"]
    assert sorted(truth["planted"]) == truth["mechanisms_on"]
    assert all(truth["planted"].values()), "a mechanism without a truth"
    assert (truth["numpy"], truth["pyarrow"]) == (np.__version__, pa.__version__)
    assert truth["posts"] == world.posts
    assert truth["files"] == dict(world.files)


def test_every_post_of_the_truth_is_whole(world: World) -> None:
    posts = pq.read_table(world.folder / "truth" / "posts.parquet")
    assert len(posts) == world.posts
    assert set(posts.column_names) == {*COLUMNS, "post_id", "text"}
    number = posts["number"].to_numpy()
    assert len(np.unique(number)) == len(number)
    assert (np.diff(number) > 0).all()
    assert len(np.unique(number // ROWS)) > 3
    for family in ("parent", "root"):
        named = posts[family].drop_null().to_numpy()
        assert len(named) > 100
        assert np.isin(named, number).all()
    keys = set(zip(posts["platform"].to_pylist(), posts["post_id"].to_pylist(), strict=True))
    assert len(keys) == len(number)
    assert (posts["created"].cast("int64").to_numpy() % 1_000_000 == 0).all()
    written = [bool(text) for text in posts["text"].to_pylist()]
    assert all(written)


def test_every_record_of_a_raw_file_is_a_post_that_the_crawl_could_see(world: World) -> None:
    posts = pq.read_table(world.folder / "truth" / "posts.parquet").to_pylist()
    crawls = load(world.folder)["planted"]["maturation"]["crawls"]
    by_id = {one["post_id"]: one for one in posts if one["platform"] == "x"}
    for crawl in crawls:
        file = world.folder / "raw" / crawl["name"] / "x" / "simulated_posts.jsonl"
        told = set()
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                told.add(str(json.loads(line)["id"]))
            except (ValueError, KeyError):
                continue  # planted
        visible = {
            name
            for name, one in by_id.items()
            if crawl["since_us"] <= one["created"].timestamp() * 1e6 < crawl["at_us"]
            and not (one["removed"] and one["removed"].timestamp() * 1e6 <= crawl["at_us"])
        }
        assert visible <= told
        assert {name for name in told - visible if name in by_id} == set()


def test_every_text_file_says_that_it_is_simulated(world: World) -> None:
    for name in bytes_of(world.folder):
        if name.endswith((".json", ".jsonl", ".csv", ".toml")):
            told = name + (world.folder / name).read_text(encoding="utf-8")
            # Names of accounts say it where a table has no column for words.
            assert "simulated" in told.lower() or "sim_" in told, name


def test_a_world_without_a_mechanism_has_nothing_of_it(tmp_path: Path) -> None:
    plain = simulate(tmp_path / "plain", plan("unmoved"))
    truth = load(plain.folder)
    assert truth["mechanisms_on"] == ["background", "counts", "news"]
    posts = pq.read_table(plain.folder / "truth" / "posts.parquet")
    for name in ("parent", "story", "group", "lookalike", "picture", "recycled", "removed"):
        assert posts[name].null_count == len(posts), name
    assert not any(posts["paid"].to_pylist())
    assert plain.rejects == 0


def test_star_mode_hides_parents_in_exports_alone(tmp_path: Path) -> None:
    plain = simulate(tmp_path / "plain", plan("plain"))
    star = simulate(tmp_path / "star", plan("plain", "star"))
    tables = [pq.read_table(one.folder / "truth" / "posts.parquet") for one in (plain, star)]
    assert tables[0].equals(tables[1])
    posts = tables[0].to_pylist()
    deep = [one for one in posts if one["generation"] > 1 and one["platform"] == "x"]
    assert len(deep) > 20
    by_number = {one["number"]: one["post_id"] for one in posts}
    for world, parent in ((plain, "parent"), (star, "root")):
        file = world.folder / "raw" / "main" / "x" / "simulated_posts.jsonl"
        told = {
            one["id"]: one["referenced_tweets"][0]["id"]
            for one in map(json.loads, file.read_text(encoding="utf-8").splitlines())
            if one.get("referenced_tweets")
        }
        assert all(told[one["post_id"]] == by_number[one[parent]] for one in deep)


def test_a_world_that_was_interrupted_is_begun_anew(world: World, tmp_path: Path) -> None:
    def stop(what: str, done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    out = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        simulate(out, plan("all"), progress=stop)
    assert not (out / "truth.json").exists()
    with pytest.raises(StudyError, match="no simulated world"):
        load(out)
    moves = []
    simulate(out, plan("all"), progress=lambda *move: moves.append(move))
    assert bytes_of(out) == bytes_of(world.folder)
    assert moves[-1] == ("posts", len(moves), len(moves))


def test_a_finished_world_stays_and_is_taken_for_the_same_plan_only(tmp_path: Path) -> None:
    out = tmp_path / "world"
    made = simulate(out, plan("unmoved"))
    before = bytes_of(out)
    assert simulate(out, plan("unmoved"), progress=_unwanted) == made
    for other in (
        plan("unmoved", seed=8),
        plan("plain"),
        plan("unmoved", size=4_000),
        Plan(7, 3_000, "unmoved", made_of("unmoved")),
    ):
        with pytest.raises(StudyError, match="another world"):
            simulate(out, other)
    assert bytes_of(out) == before


def _unwanted(*move: object) -> None:
    raise AssertionError(f"made again: {move}")


def made_of(name: str) -> frozenset[str]:
    return scenarios()[name].mechanisms


def test_a_folder_with_anything_else_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "mine.txt"
    kept.write_text("mine")
    with pytest.raises(StudyError, match="something already"):
        simulate(tmp_path, plan("unmoved"))
    with pytest.raises(StudyError, match="something already"):
        simulate(kept, plan("unmoved"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert kept.read_text() == "mine"


@pytest.mark.parametrize("content", ["{}", "[]", "", '{"format": "howfar-world/9"}'])
def test_a_file_that_only_has_the_name_costs_nobody_a_study(tmp_path: Path, content: str) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text("mine")
    (tmp_path / "unfinished.json").write_text(content)
    before = bytes_of(tmp_path)
    with pytest.raises(StudyError, match="something already"):
        simulate(tmp_path, plan("unmoved"))
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize("other", ["mine.txt", "study.old"])
def test_an_interrupted_world_with_anything_else_beside_it_stays(
    tmp_path: Path, other: str
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "mine.csv").write_text("mine")
    (tmp_path / "unfinished.json").write_text(json.dumps({"format": FORMAT}))
    (tmp_path / other).write_text("mine")
    before = bytes_of(tmp_path)
    with pytest.raises(StudyError, match="something already"):
        simulate(tmp_path, plan("unmoved"))
    assert bytes_of(tmp_path) == before


def test_a_run_stopped_at_its_first_file_is_begun_anew(tmp_path: Path) -> None:
    partial = tmp_path / "unfinished.json.partial"
    partial.write_text('{"form')
    simulate(tmp_path, plan("unmoved"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "raw",
        "study",
        "truth",
        "truth.json",
    ]


@pytest.mark.parametrize("content", ["[]", "7", "{}", "{"])
def test_a_truth_that_is_no_object_of_ours_is_no_world(tmp_path: Path, content: str) -> None:
    (tmp_path / "truth.json").write_text(content)
    with pytest.raises(StudyError, match="no simulated world"):
        load(tmp_path)


def test_a_world_of_another_format_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"format": "howfar-world/9"}')
    with pytest.raises(StudyError, match="format howfar-world/9"):
        load(tmp_path)


def test_shares_have_no_figures_and_each_part_its_own_numbers(world: World) -> None:
    posts = pq.read_table(world.folder / "truth" / "posts.parquet").to_pylist()
    shared = [one for one in posts if one["relation"] == "share"]
    assert len(shared) > 100
    assert {one["likes"] for one in shared} == {0}
    assert SHARE == 2


def test_every_mechanism_has_a_scenario_of_its_own_and_a_line_that_says_what_it_plants() -> None:
    known = scenarios()
    names = [mechanism.name for mechanism in MECHANISMS]
    assert len(names) == len(set(names))
    on = [name for name in names if name not in known["plain"].mechanisms]
    assert all(name in known[name].mechanisms for name in on)
    assert all(scenario.says and scenario.says != scenario.name for scenario in known.values())
    assert set(names) - known["all"].mechanisms == {"capture", "star"}


def test_scenarios_together() -> None:
    both = together(["paid", "star"])
    assert both.name == "paid-star"
    assert both.mechanisms == made_of("paid") | made_of("star")
    many = together(list(scenarios()))
    assert len(many.name) <= 48
    with pytest.raises(StudyError, match='unknown scenario "nope"'):
        together(["paid", "nope"])
