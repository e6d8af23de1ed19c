"""A wrong study file gives clear lines: what, where, what would be right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from howfar.errors import StudyError
from howfar.study import load_study
from howfar.study.channels import check_references, parse_channels
from howfar.study.file import parse_study
from howfar.study.files import source_files

GOOD = """\
[[objectives]]
id = "awareness"
statement = "Young adults know of the programme"
audience = "adults under 30"
countries = ["BR", "IN"]
languages = ["pt", "zh-Hant"]
by = 2024-12-31
indicators = ["engagement"]
target = 10

[study]
id = "demo"
title = "Demo"
question = "How far?"

[window]
start = 2024-03-01
end = 2024-04-01
timezone = "UTC-05:00"

[[sources]]
name = "pages"
path = "raw/*.csv"
capture = "complete"
timezone = "UTC-05:00"
observed_at = 2024-05-01T00:00:00Z
window = { start = 2024-03-01, end = 2024-03-15 }

[[sources]]
name = "later"
path = "raw/*.csv"
capture = "complete"
use = "recheck"
[sources.mapping]
id = "Post ID"

[[events]]
id = "launch"
start = 2024-03-02T09:00:00
title = "Launch"
"""


def failure(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    return str(caught.value)


def test_a_good_file_is_read_with_its_defaults() -> None:
    study = parse_study(GOOD)
    assert (study.id, study.about.confidence, study.about.replicates) == ("demo", 0.95, 2000)
    assert (study.about.seed, study.about.quotes, study.about.minimum_persons) == (1, False, 10)
    assert study.objectives[0].by == date(2024, 12, 31)
    assert study.objectives[0].target == 10.0
    assert study.sources[1].mapping == {"id": "Post ID"}
    assert study.peers.roles == ("ours", "peer")


def test_days_begin_in_the_declared_zone() -> None:
    # Midnight five hours behind UTC is 05:00 UTC.
    study = parse_study(GOOD)
    assert study.window.start_utc == datetime(2024, 3, 1, 5, tzinfo=UTC)
    assert study.window.end_utc == datetime(2024, 4, 1, 5, tzinfo=UTC)
    assert study.events[0].bounds(study.zone) == (datetime(2024, 3, 2, 14, tzinfo=UTC), None)


def test_summer_time_is_that_of_the_named_zone() -> None:
    text = GOOD.replace(
        'end = 2024-04-01\ntimezone = "UTC-05:00"', 'end = 2024-04-01\ntimezone = "Europe/Berlin"'
    )
    window = parse_study(text).window
    assert window.start_utc == datetime(2024, 2, 29, 23, tzinfo=UTC)
    assert window.end_utc == datetime(2024, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title =", "titel =", 13, ['unknown key "study.titel"', 'did you mean "title"?']),
        ("audience =", "audiense =", 4, ['"objectives[1].audiense"', 'did you mean "audience"?']),
        ("[window]", "[windw]", 16, ['unknown key "windw"', 'did you mean "window"?']),
        ('"BR"', '"UK"', 5, ['unknown country "UK"', 'did you mean "GB" (United Kingdom)?']),
        ('"BR"', '"br"', 5, ['unknown country "br"', 'did you mean "BR" (Brazil)?']),
        ('"BR"', '"Brasil"', 5, ['unknown country "Brasil"', 'did you mean "BR" (Brazil)?']),
        ('"BR"', '"EU"', 5, ['unknown country "EU"']),
        ('"pt"', '"portuguese"', 6, ['unknown language "portuguese"', 'did you mean "pt"?']),
        ('"pt"', '"pt_BR"', 6, ['unknown language "pt_BR"', 'did you mean "pt-BR"?']),
        ("by = 2024-12-31", 'by = "31.12.2024"', 7, ['"31.12.2024" is no date', "2024-03-01"]),
        ("UTC-05:00", "UTC-5", 19, ['unknown time zone "UTC-5"', 'did you mean "UTC-05:00"?']),
        ("UTC-05:00", "Berlin", 19, ['did you mean "Europe/Berlin"?']),
        ("UTC-05:00", "Europe/Berln", 19, ['did you mean "Europe/Berlin"?']),
        ("end = 2024-04-01", "end = 2024-02-01", 16, ["window", "before it starts"]),
        ('"complete"', '"completed"', 24, ['"completed"', 'did you mean "complete"?']),
        (
            'title = "Demo"',
            'title = "Demo"\nminimum_persons = 4',
            14,
            ["greater than or equal to 5"],
        ),
        (
            'title = "Demo"',
            'title = "Demo"\nconfidence = 95',
            14,
            ["study.confidence", "less than"],
        ),
        ('title = "Demo"', 'title = "Demo"\nseed = "x"', 14, ["study.seed", "a whole number"]),
        ('title = "Demo"', 'title = "Demo"\nquotes = "no"', 14, ["study.quotes", "true or false"]),
        ('question = "How far?"\n', "", 11, ['"study.question" is missing', "add question = ..."]),
        ('name = "later"', 'name = "pages"', 21, ['"pages" is used twice']),
        (
            "observed_at = 2024-05-01T00:00:00Z",
            'use = "recheck"',
            21,
            ["every source is a recheck"],
        ),
        ("end = 2024-03-15", "end = 2024-02-15", 21, ['"pages" ends before it starts']),
    ],
)
def test_each_mistake_is_told_with_its_line(
    old: str, new: str, line: int, words: list[str]
) -> None:
    message = failure(GOOD.replace(old, new, 1))
    assert f"study.toml:{line}: " in message
    for word in words:
        assert word in message
    assert "pydantic" not in message
    assert "Traceback" not in message


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    message = failure(
        GOOD.replace('"BR"', '"XX"').replace("title =", "titel =", 1).replace("Z\n", "\nseed = 1\n")
    )
    lines = message.splitlines()
    assert lines[0] == "study.toml: 4 problems"
    places = [int(line.split(":")[1]) for line in lines[1:]]
    assert places == sorted(places) == [5, 11, 13, 27]
    assert '"seed" belongs to [study]' in message


def test_a_study_without_objectives_must_say_why() -> None:
    without = GOOD[GOOD.index("[study]") :]
    message = failure(without)
    assert message.startswith("study.toml:1: study: no objectives: add an [[objectives]] table")
    why = without.replace("[study]", '[study]\nobjectives_unknown = "archive data"', 1)
    assert parse_study(why).objectives == ()


def test_a_key_given_twice_names_both_lines() -> None:
    message = failure(GOOD.replace('title = "Demo"', 'title = "Demo"\ntitle = "Other"'))
    assert message.startswith("study.toml:14: title is given twice, first on line 13")


def test_a_table_given_twice_names_both_lines() -> None:
    message = failure(GOOD + '\n[study]\nid = "b"\n')
    assert "[study] is given twice, first on line 11" in message
    assert "study.toml:42" in message


def test_broken_toml_names_the_line() -> None:
    message = failure(GOOD.replace("end = 2024-04-01", "end = 2024-13-01"))
    assert message.startswith("study.toml:18: not valid TOML")


def test_a_missing_study_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path / "nowhere")
    assert "there is no study.toml" in caught.value.what
    assert caught.value.next.startswith("howfar new")


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_bytes(GOOD.replace("Demo", "Dêmo").encode("latin-1"))
    with pytest.raises(StudyError, match=r"study\.toml:13: the file is not UTF-8"):
        load_study(tmp_path)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(GOOD, encoding="utf-8-sig")
    assert load_study(tmp_path).id == "demo"


def test_source_files_are_found_relative_absolute_and_by_data_set(tmp_path: Path) -> None:
    folder, sets = tmp_path / "study", tmp_path / "sets"
    for place in (folder / "raw", sets / "public" / "raw"):
        place.mkdir(parents=True)
        for name in ("b.csv", "a.csv", "[c].csv", "d.txt"):
            (place / name).write_text("x", encoding="utf-8")
    text = GOOD.replace("raw/*.csv", "raw/[c].csv", 1)
    text = text.replace('path = "raw/*.csv"', f'path = "{(folder / "raw").as_posix()}/?.csv"')
    text += '\n[[sources]]\nname = "set"\ndataset = "public"\npath = "raw/*"\ncapture = "sample"\n'
    text += '\n[[sources]]\nname = "gone"\npath = "raw/a.cvs"\ncapture = "sample"\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = load_study(folder)
    assert [p.name for p in source_files(study, folder, "pages")] == ["[c].csv"]
    assert [p.name for p in source_files(study, folder, "later")] == ["a.csv", "b.csv"]
    found = source_files(study, folder, "set", lambda name: sets / name)
    assert [p.name for p in found] == ["[c].csv", "a.csv", "b.csv", "d.txt"]
    with pytest.raises(StudyError) as caught:
        source_files(study, folder, "gone")
    assert caught.value.where == "study.toml:50"
    assert caught.value.next == 'did you mean "a.csv"?'


def test_a_source_of_an_unknown_channel_is_told_with_its_line() -> None:
    text = GOOD.replace('capture = "complete"', 'capture = "complete"\nchannel = "bbcnew"', 1)
    registry = parse_channels(
        "channel,name,organisation,platform,paths,role\nbbcnews,BBC,BBC,facebook,media,peer\n"
    )
    with pytest.raises(StudyError) as caught:
        check_references(parse_study(text), registry, text, "study.toml")
    assert caught.value.where == "study.toml:25"
    assert caught.value.next == 'did you mean "bbcnews"?'
    fixed = text.replace('bbcnew"', 'bbcnews"')
    check_references(parse_study(fixed), registry, fixed, "study.toml")
