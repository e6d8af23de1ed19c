"""The ready studies: they load, their manifests hold, and what their comments claim is so."""

import csv
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from howfar.collect import ready
from howfar.collect.manifest import data_sets_of, load_manifest, obtain
from howfar.collect.ready import ready_studies, ready_study
from howfar.errors import StudyError
from howfar.study.channels import check_references, load_channels
from howfar.study.file import load_study
from howfar.study.files import source_files
from howfar.study.window import instant

NAMES = ("elections-2016", "newsrooms-2016")


def test_both_are_found() -> None:
    assert tuple(sorted(ready_studies())) == NAMES


def test_an_unknown_one_is_an_error_that_names_the_known() -> None:
    with pytest.raises(StudyError, match="elections-2016, newsrooms-2016"):
        ready_study("elections-2020")


def test_those_of_the_installed_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "ready" / "elections-2016"
    inside.mkdir(parents=True)
    (inside / "study.toml").write_text("")
    monkeypatch.setattr(ready, "_PLACES", (tmp_path / "ready", *ready._PLACES))
    assert ready_study("elections-2016") == inside
    assert ready_study("newsrooms-2016") != inside


@pytest.mark.parametrize("name", NAMES)
def test_study_registry_and_manifest_agree(name: str) -> None:
    folder = ready_study(name)
    study = load_study(folder)
    registry = load_channels(folder)
    check_references(study, registry, (folder / "study.toml").read_text("utf-8"), "study.toml")
    manifest = load_manifest(folder)
    assert {source.dataset for source in study.sources} == {name} == {manifest.dataset.name}
    assert [s.path for s in study.sources] == [file.path for file in manifest.files]
    assert all(channel.named for channel in registry)
    assert set(registry.peers) == set(registry.ids)
    start, end = study.window.start_utc, study.window.end_utc
    onsets = [event.bounds(study.zone)[0] for event in study.events]
    assert onsets == sorted(onsets)
    assert start < onsets[0]
    assert onsets[-1] < end
    assert all(event.evidence for event in study.events)


def test_a_source_of_another_data_set_is_an_error() -> None:
    with pytest.raises(StudyError, match='is of data set "newsrooms-2016", not "other"'):
        data_sets_of(ready_study("newsrooms-2016"))("other")


def posts_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def local(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOWFAR_DATASETS", str(shared / "datasets"))
    monkeypatch.setenv("HOWFAR_OFFLINE", "1")
    return shared / "datasets" / "newsrooms-2016"


def test_newsrooms_files_are_the_pinned_ones(local: Path) -> None:
    manifest = load_manifest(ready_study("newsrooms-2016"))
    assert obtain(manifest) == local
    assert len(manifest.files) == 15
    assert manifest.address_of(manifest.files[0]) == (
        "https://raw.githubusercontent.com/minimaxir/interactive-facebook-reactions/"
        "ae1478bbfd8272e9dc386968f92c8a5565e331af/data/abcnews_facebook_statuses.csv"
    )


def test_newsrooms_declarations_fit_the_files(local: Path) -> None:
    folder = ready_study("newsrooms-2016")
    study, registry = load_study(folder), load_channels(folder)
    distinct: set[str] = set()
    repeated = 0
    for source in study.sources:
        (file,) = source_files(study, folder, source.name, data_sets_of(folder))
        posts = posts_of(file)
        channel = registry.get(source.channel or "")
        assert channel is not None
        assert {post["status_id"].split("_")[0] for post in posts} == {channel.account_id}
        zone = study.zone
        last = max(datetime.fromisoformat(post["status_published"]) for post in posts)
        assert source.timezone == study.window.timezone == "UTC-05:00"
        assert source.observed_at is not None
        observed = instant(source.observed_at, zone)
        # The first full hour after the last post.
        assert timedelta(0) < observed - instant(last, zone) <= timedelta(hours=1)
        assert instant(source.observed_at, zone).minute == 0
        assert study.window.start_utc <= min(
            instant(datetime.fromisoformat(post["status_published"]), zone) for post in posts
        )
        assert observed < study.window.end_utc
        if source.use == "main":
            distinct |= {post["status_id"] for post in posts}
            repeated += len(posts) - len({post["status_id"] for post in posts})
    # As counted independently when the data set was described.
    assert len(distinct) == 68_071
    assert repeated == 14


def test_newsrooms_recheck_is_the_same_page_two_days_earlier(local: Path) -> None:
    study = load_study(ready_study("newsrooms-2016"))
    by_name = {source.name: source for source in study.sources}
    earlier, main = by_name["bbcworldnews"], by_name["bbcnews"]
    assert [s.name for s in study.sources if s.use == "recheck"] == ["bbcworldnews"]
    assert earlier.channel == main.channel == "bbcnews"
    assert isinstance(earlier.observed_at, datetime)
    assert isinstance(main.observed_at, datetime)
    assert main.observed_at - earlier.observed_at == timedelta(days=2, hours=3)
    counts = {
        name: {
            post["status_id"]: int(post["num_reactions"])
            for post in posts_of(local / by_name[name].path)
        }
        for name in ("bbcworldnews", "bbcnews")
    }
    common = counts["bbcworldnews"].keys() & counts["bbcnews"].keys()
    assert len(common) == 4773
    assert sum(counts["bbcnews"][i] for i in common) > sum(
        counts["bbcworldnews"][i] for i in common
    )


def test_newsrooms_zone(local: Path) -> None:
    """Two moments that the world knows, one in winter time and one in summer time."""
    study = load_study(ready_study("newsrooms-2016"))
    posts = posts_of(local / "bbcnews_facebook_statuses.csv")

    def first(word: str, day: str) -> datetime:
        published = min(
            post["status_published"]
            for post in posts
            if word in post["status_message"] and post["status_published"].startswith(day)
        )
        return instant(datetime.fromisoformat(published), study.zone)

    blasts = first("two blasts", "2016-03-22")
    assert blasts.isoformat() == "2016-03-22T07:21:58+00:00"
    closed = first("olls close", "2016-06-23")
    assert closed.isoformat() == "2016-06-23T21:13:59+00:00"
    onsets = {event.id: event.bounds(study.zone) for event in study.events}
    assert onsets["brussels"][0] < blasts
    end_of_vote = onsets["eu-referendum"][1]
    assert end_of_vote is not None
    assert end_of_vote < closed


def test_every_newsroom_file_was_scraped_soon_after_its_last_post(local: Path) -> None:
    """Why the last post's hour may stand for the moment of observation: it is still young."""
    for source in load_study(ready_study("newsrooms-2016")).sources:
        posts = sorted(posts_of(local / source.path), key=lambda post: post["status_published"])
        reactions = [int(post["num_reactions"]) for post in posts]
        assert all(a["status_published"] <= b["status_published"] for a, b in pairwise(posts))
        median = sorted(reactions)[len(reactions) // 2]
        assert reactions[-1] < 0.6 * median, source.name
