"""forget, verify, keys and the retention clocks, as they are typed."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import CHANNELS, STUDY, Call, posts_csv

from howfar.cli.app import EXIT_CODES
from howfar.cli.retention import clocks, refuse_overdue
from howfar.errors import RetentionError
from howfar.privacy.keys import load_key
from howfar.privacy.pseudonyms import Pseudonymiser

NOW = datetime(2024, 3, 20, tzinfo=UTC)


def authors(folder: Path) -> set[str]:
    files = sorted(folder.glob("tables/posts/*.parquet"))
    return {a for path in files for a in pq.ParquetFile(path).read()["author"].to_pylist()}


@pytest.fixture
def of_persons(study: Path) -> Path:
    """The study without a registry: its three accounts are persons."""
    (study / "channels.csv").unlink()
    return study


def test_keys_on_a_second_machine_go_on_with_the_same_pseudonyms(
    howfar: Call, of_persons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert howfar("read", of_persons).code == 0
    before = authors(of_persons)
    backup = tmp_path / "stick" / "three.key"
    assert howfar("keys", "backup", of_persons, "--file", backup).code == 0
    # Another machine: the same study folder, no key.
    monkeypatch.setenv("HOWFAR_KEYS", str(tmp_path / "elsewhere"))
    posts_csv(tmp_path / "more.csv", ("nordwelle", "newcomer"))
    text = (of_persons / "study.toml").read_text(encoding="utf-8")
    more = text[text.index("[[sources]]") :].replace('"posts"', '"more"')
    more = more.replace("../posts.csv", "../more.csv")
    (of_persons / "study.toml").write_text(f"{text}\n{more}", encoding="utf-8")
    refused = howfar("read", of_persons)
    assert refused.code == 3
    assert "howfar keys import" in refused.err
    assert howfar("keys", "import", of_persons, "--file", backup).code == 0
    assert howfar("read", of_persons).code == 0
    assert len(authors(of_persons)) == 4
    assert before < authors(of_persons)


def test_another_key_is_refused_and_not_mixed_in(
    howfar: Call, of_persons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    howfar("read", of_persons)
    monkeypatch.setenv("HOWFAR_KEYS", str(tmp_path / "elsewhere"))
    made = tmp_path / "elsewhere" / "three.key"
    made.parent.mkdir()
    made.write_text("howfar key 1\nstudy three\n" + "ab" * 32 + "\n", encoding="utf-8")
    made.chmod(0o600)
    for command in (("read", of_persons), ("forget", of_persons, "--person", "mastodon:@a")):
        refused = howfar(*command)
        assert refused.code in (4, 5)
        assert "another key" in refused.err


def test_after_destroy_nothing_can_be_linked(
    howfar: Call, of_persons: Path, tmp_path: Path
) -> None:
    howfar("read", of_persons)
    names = Pseudonymiser(load_key("three", of_persons))
    assert names.person("mastodon", "@nordwelle") in authors(of_persons)
    told = json.loads(howfar("keys", "destroy", of_persons, "--yes", "--json").out)
    assert [Path(path).name for path in told["raw_files"]] == ["posts.csv"]
    assert list((tmp_path / "keys").iterdir()) == []
    # No command makes a new key for what is there, which would look like the old one lost.
    for command in (
        ("read", of_persons),
        ("read", of_persons, "--fresh"),
        ("forget", of_persons, "--person", "mastodon:@nordwelle"),
        ("keys", "backup", of_persons, "--file", tmp_path / "x.key"),
    ):
        refused = howfar(*command)
        assert refused.code == 3, command
        assert "is not on this machine" in refused.err
    # What was read can still be measured.
    assert howfar("run", of_persons).code == 0


def test_forget_by_handle_by_list_and_by_standard_input(
    howfar: Call, of_persons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    howfar("read", of_persons)
    assert len(authors(of_persons)) == 3
    done = howfar("forget", of_persons, "--person", "mastodon:@NordWelle")
    assert done.code == 0, done.err
    assert "rows removed: " in done.out
    assert "59 of posts" in done.out
    assert "posts.csv" in done.out
    assert "nordwelle" not in done.out.casefold()
    listed = tmp_path / "ids.txt"
    listed.write_text("@ostfunk\n", encoding="utf-8")
    done = howfar("forget", of_persons, "--persons-file", listed, "--platform", "mastodon")
    assert "59 of posts" in done.out
    monkeypatch.setattr("sys.stdin", io.StringIO("mastodon:westradio-0-0\n"))
    done = howfar("forget", of_persons, "--posts-file", "-")
    assert "1 of posts" in done.out
    assert len(authors(of_persons)) == 1
    again = howfar("forget", of_persons, "--person", "mastodon:@nordwelle")
    assert "nothing was changed" in again.out
    assert "posts.csv" in again.out


def test_forget_a_channel(howfar: Call, study: Path) -> None:
    howfar("read", study)
    howfar("run", study)
    howfar("report", study)
    dry = howfar("forget", study, "--channel", "ostfunk", "--dry-run")
    assert "would be removed" in dry.out
    assert (study / "results" / "report.html").exists()
    done = howfar("forget", study, "--channel", "ostfunk")
    assert done.code == 0, done.err
    assert authors(study) == set(CHANNELS) - {"ostfunk"}
    assert not (study / "results" / "report.html").exists()
    assert howfar("read", study, "--fresh").code == 0
    assert authors(study) == set(CHANNELS) - {"ostfunk"}


def test_forget_a_compliance_job(howfar: Call, study: Path, shared: Path) -> None:
    howfar("read", study)
    job = shared / "samples" / "x-api-v2" / "tweets_compliance.jsonl"
    told = json.loads(howfar("forget", study, "--posts-file", job, "--json").out)
    assert (told["remembered"], told["rows"], told["raw_files"]) == (2, {}, [])


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ((), 2, "nothing to forget"),
        (("--person", "jane_doe"), 4, "--person number 1 is no platform:id"),
        (("--post", "x:1", "--post", "jane_doe"), 4, "--post number 2"),
        (("--channel", "nobody"), 3, "no channel 'nobody'"),
        (("--persons-file", "missing.txt"), 4, "cannot be read"),
        (("--person", "x:1", "--platform", "twotter"), 2, "twotter"),
    ],
)
def test_what_cannot_be_forgotten(
    howfar: Call, study: Path, arguments: tuple[str, ...], code: int, expected: str
) -> None:
    done = howfar("forget", study, *arguments)
    assert done.code == code
    assert expected in done.err
    assert "jane_doe" not in done.err + done.out


def test_verify_finds_what_was_changed(howfar: Call, study: Path) -> None:
    howfar("read", study)
    run = json.loads(howfar("run", study, "--json").out)["run"]
    told = howfar("verify", study)
    assert told.code == 0
    assert re.search(r"three: \d+ files of tables, 1 runs and 1 entries", told.out)
    results = study / "results"
    for path in (
        results / "runs" / run / "estimates.parquet",
        results / "runs.jsonl",
        next(study.glob("tables/posts/*.parquet")),
    ):
        body = path.read_bytes()
        path.write_bytes(body[:-9] + bytes([body[-9] ^ 1]) + body[-8:])
        told = howfar("verify", study)
        assert told.code == 5, path
        assert "problem: " in told.out
        problems = json.loads(howfar("verify", study, "--json").out)
        assert not problems["ok"]
        assert len(problems["problems"]) == 1
        path.write_bytes(body)
    assert howfar("verify", study).code == 0


def dated(study: Path, platform: str, reason: bool = False) -> Path:
    """The study as one of another platform, whose figures were read off on 15 March 2024."""
    text = STUDY.replace('platform = "Platform"', f'platform = "={platform}"')
    if not reason:
        text = text.replace('retention_reason = "Invented posts of a test."\n', "")
    (study / "study.toml").write_text(text, encoding="utf-8")
    registry = (study / "channels.csv").read_text(encoding="utf-8")
    (study / "channels.csv").write_text(registry.replace("mastodon", platform), encoding="utf-8")
    return study


@pytest.mark.parametrize("command", [("run",), ("report",), ("explain", "engagement", "--study")])
def test_an_overdue_study_does_not_report(
    howfar: Call, study: Path, command: tuple[str, ...]
) -> None:
    dated(study, "youtube")
    assert howfar("read", study).code == 0
    refused = howfar(*command, study)
    assert refused.code == 7
    assert refused.code in EXIT_CODES
    for words in ("YouTube API Services", "was due on 2024-04-14", "retention_reason", "recheck"):
        assert words in refused.err
    assert "retention: OVERDUE: YouTube API Services" in howfar("status", study).out
    assert json.loads(howfar("status", study, "--json").out)["clocks"][0]["overdue"]
    dated(study, "youtube", reason=True)
    assert howfar("run", study).code == 0
    assert howfar("report", study).code == 0
    assert "set aside by the study: Invented posts" in howfar("status", study).out


def test_the_clock_counts_from_the_last_crawl(howfar: Call, study: Path, tmp_path: Path) -> None:
    dated(study, "tiktok")
    howfar("read", study)
    due = datetime(2024, 3, 30, tzinfo=UTC)
    assert [(c.platform, c.due) for c in clocks(study, NOW)] == [("tiktok", due)]
    refuse_overdue(study, due - timedelta(seconds=1))
    with pytest.raises(RetentionError, match="TikTok Research API"):
        refuse_overdue(study, due)
    # Seen again five days later, all but one channel's posts: these are still as old as before.
    posts_csv(tmp_path / "again.csv", CHANNELS[:2])
    text = (study / "study.toml").read_text(encoding="utf-8")
    again = text[text.index("[[sources]]") :].replace('"posts"', '"again"')
    again = again.replace("posts.csv", "again.csv").replace("2024-03-15", "2024-03-20")
    again += 'use = "recheck"\n'
    (study / "study.toml").write_text(f"{text}\n{again}", encoding="utf-8")
    howfar("read", study)
    assert clocks(study, NOW)[0].due == due
    posts_csv(tmp_path / "again.csv")
    howfar("read", study, "--fresh")
    assert clocks(study, NOW)[0].due == due + timedelta(days=5)
    refuse_overdue(study, due)


def test_posts_that_nothing_dates_cannot_be_kept_under_a_clock(howfar: Call, study: Path) -> None:
    dated(study, "youtube")
    text = (study / "study.toml").read_text(encoding="utf-8")
    text = text.replace("observed_at = 2024-03-15T00:00:00+00:00\n", "")
    (study / "study.toml").write_text(text, encoding="utf-8")
    read = howfar("read", study)
    if read.code == 0:  # the format may ask for a time of observation itself
        refused = howfar("run", study)
        assert refused.code == 7
        assert "nothing says when they were collected" in refused.err


def test_platforms_without_a_number_of_days_only_tell_their_duty(howfar: Call, study: Path) -> None:
    dated(study, "x")
    howfar("read", study)
    assert howfar("run", study).code == 0
    assert "retention: X API: no published clock known in days" in howfar("status", study).out
