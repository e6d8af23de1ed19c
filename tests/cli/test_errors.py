"""Whatever is wrong: one clear message, the exit code of its kind, never a traceback."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import CHANNELS, STUDY, Call, registry_csv

import howfar.cli.status as status_command
from howfar import __version__
from howfar.cli.app import COMMANDS, EXIT_CODES
from howfar.errors import HowfarError

WRONG = {
    "misspelt key": (
        "study.toml",
        STUDY.replace("question =", "qestion ="),
        r'study\.toml:\d+: .*qestion.*"question"',
    ),
    "misspelt table": ("study.toml", STUDY.replace("[window]", "[windo]"), r'"windo".*"window"'),
    "duplicate key": (
        "study.toml",
        STUDY.replace('title = "Three stations"', 'title = "A"\ntitle = "B"'),
        r"study\.toml:5: .*title is given twice, first on line 4",
    ),
    "no TOML": ("study.toml", STUDY.replace('id = "three"', "id = three"), r"study\.toml:3"),
    "window upside down": (
        "study.toml",
        STUDY.replace("end = 2024-03-11", "end = 2023-03-11"),
        r"ends .* before it starts",
    ),
    "unknown time zone": (
        "study.toml",
        STUDY.replace('"UTC"', '"Europe/Berlln"', 1),
        r'unknown time zone "Europe/Berlln"(.|\n)*"Europe/Berlin"',
    ),
    "missing file": (
        "study.toml",
        STUDY.replace("../posts.csv", "../pots.csv"),
        r"study\.toml:\d+: source \"posts\": no file matches \.\./pots\.csv(.|\n)*did you mean",
    ),
    "no such channel": (
        "study.toml",
        STUDY.replace('capture = "complete"', 'capture = "complete"\nchannel = "nordwele"'),
        r'no channel "nordwele" in channels\.csv(.|\n)*did you mean "nordwelle"',
    ),
    "unknown country": (
        "channels.csv",
        registry_csv(country="UK"),
        r'channels\.csv:2: .*unknown country "UK".*"GB"',
    ),
    "unknown column": (
        "channels.csv",
        registry_csv().replace("organisation", "organization", 1),
        r'channels\.csv:1: .*"organization"(.|\n)*"organisation"',
    ),
}


def clear(told: str) -> None:
    """A message of ours: no traceback, no class name, not a page long."""
    assert told.startswith(("howfar: ", "Usage: "))
    for word in ("Traceback", 'File "', "pydantic", "ValidationError", "StudyError"):
        assert word not in told
    assert len(told.splitlines()) < 15


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_study_is_told_once_and_clearly(howfar: Call, study: Path, case: str) -> None:
    name, text, expected = WRONG[case]
    (study / name).write_text(text, encoding="utf-8")
    done = howfar("read", study)
    assert done.code == 3
    clear(done.err)
    assert re.search(expected, done.err), done.err
    assert done.err.count("howfar: ") == 1
    assert not (study / "tables" / "manifest.json").exists()
    checked = howfar("check", study)
    assert checked.code == 3
    assert "problem: " in checked.out
    assert re.search(expected, checked.out), checked.out


def test_peers_without_posts(howfar: Call, study: Path) -> None:
    (study / "channels.csv").write_text(registry_csv((*CHANNELS, "suedsender")), encoding="utf-8")
    assert howfar("read", study).code == 0
    done = howfar("run", study)
    assert done.code == 3
    clear(done.err)
    assert "no posts in the window of suedsender, which the study compares" in done.err
    assert "next: add their export" in done.err


def test_several_problems_are_told_together(howfar: Call, study: Path) -> None:
    wrong = STUDY.replace("question =", "qestion =").replace('"complete"', '"complet"')
    (study / "study.toml").write_text(wrong, encoding="utf-8")
    done = howfar("run", study)
    assert done.code == 3
    assert "qestion" in done.err
    assert '"complete"' in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("run", "nowhere"), 3, "there is no study.toml"),
        (("read", "nowhere"), 3, "there is no study.toml"),
        (("check", "nowhere.csv"), 4, "nowhere.csv"),
        (("explain", "engagment"), 3, 'did you mean "engagement"'),
        (("new", "x", "--ready", "election"), 3, "elections-2016"),
        (("new", "x", "--from", "nowhere.csv"), 4, "cannot be read"),
        (("new", "x", "--from", "a", "--ready", "b"), 2, "exclude each other"),
        (("keys", "backup", "x"), 3, "there is no study.toml"),
        (("can", "--wrong"), 2, "No such option"),
        (("nothing",), 2, "No such command"),
    ],
)
def test_exit_codes(
    howfar: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = howfar(*arguments)
    assert done.code == code
    assert expected in done.err + done.out
    assert "Traceback" not in done.err


def test_not_read_not_run(howfar: Call, study: Path) -> None:
    early = howfar("run", study)
    assert early.code == 3
    assert f"next: howfar read {study}" in early.err
    howfar("read", study)
    for command in ("report", "methods"):
        done = howfar(command, study)
        assert done.code == 3
        assert f"next: howfar run {study}" in done.err
    howfar("run", study)
    unknown = howfar("report", study, "--run", "zzzz")
    assert unknown.code == 3
    assert "no run is called 'zzzz'" in unknown.err


def test_new_overwrites_nothing(howfar: Call, study: Path) -> None:
    before = (study / "study.toml").read_bytes()
    for arguments in ((), ("--ready", "elections-2016")):
        done = howfar("new", study, *arguments)
        assert done.code == 3
        assert "there is something already" in done.err
    assert (study / "study.toml").read_bytes() == before


def test_damaged_tables(howfar: Call, study: Path) -> None:
    howfar("read", study)
    (study / "tables" / "manifest.json").write_text("{", encoding="utf-8")
    done = howfar("run", study)
    assert done.code == 5
    clear(done.err)


def test_a_mistake_of_ours_leaves_a_log_and_no_traceback(
    howfar: Call, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(status_command, "load_study", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = howfar("status", study)
    assert done.code == 70
    clear(done.err)
    assert "an unexpected RuntimeError" in done.err
    assert "secret of the inside" not in done.err + done.out
    (log,) = tmp_path.glob("howfar-*.log")
    assert str(log) in done.err
    assert "secret of the inside" in log.read_text(encoding="utf-8")


def test_interrupted(howfar: Call, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status_command, "load_study", interrupt)
    done = howfar("status", study)
    assert done.code == 130
    assert "interrupted" in done.err


def test_every_error_has_an_exit_code_that_is_documented() -> None:
    leaves = [HowfarError, *HowfarError.__subclasses__()]
    assert {leaf.exit_code for leaf in leaves} <= set(EXIT_CODES)
    # Each kind of its own, so that scripts can tell them apart.
    assert len({leaf.exit_code for leaf in leaves}) == len(leaves)


def test_every_command_that_a_message_names_exists() -> None:
    root = Path(sys.modules["howfar"].__file__ or "").parent
    named = {
        match
        for path in root.rglob("*.py")
        for match in re.findall(r"next=f?\"(?:[^\"]*\b)?howfar ([a-z]+)", path.read_text("utf-8"))
    }
    assert named - {"developers", "that"} <= set(COMMANDS)
    assert {"read", "run", "keys"} <= named


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "howfar", "--version"], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"howfar {__version__}")
