"""The pages of the commands say all that there is to say of them."""

import re
import subprocess
import sys

import pytest
from tests.cli.conftest import Call
from tests.conftest import ROOT

from howfar.cli.app import COMMANDS, EXIT_CODES
from howfar.cli.page import ENVIRONMENT, EXAMPLES, command_pages, page_file, subcommands

FOLDER = ROOT / "docs" / "cli"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_its_page(howfar: Call, command: str) -> None:
    page = (FOLDER / page_file(command)).read_text(encoding="utf-8")
    told = howfar(command, "--help").out
    told += "".join(howfar(command, one, "--help").out for one in subcommands(command))
    options = set(re.findall(r"--[a-z][a-z-]*", told))
    assert "--help" in options
    for option in options:
        assert option in page
    for example in EXAMPLES[command]:
        assert example in page
        assert set(re.findall(r"--[a-z][a-z-]*", example)) <= options
        assert example.split()[1] == command


def test_exit_codes_and_environment_are_documented() -> None:
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in index
    for command in COMMANDS:
        assert f"({page_file(command)})" in index
    used = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"HOWFAR_[A-Z]+", path.read_text(encoding="utf-8"))
    }
    assert used == set(ENVIRONMENT)
    for name in used:
        assert f"`{name}`" in index


def test_the_pages_are_the_generated_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    made = command_pages()
    assert {path.name for path in FOLDER.glob("*.md")} == set(made)
    for name, text in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    assert len(pages) > 20
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("https://", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_the_examples_of_the_written_pages_are_commands_that_there_are() -> None:
    for page in [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/concepts").glob("*.md"),
        *ROOT.glob("*.md"),
    ]:
        for line in page.read_text(encoding="utf-8").splitlines():
            match = re.match(r"(?:\$ )?howfar ([a-z]+)\b", line)
            if match:
                assert match[1] in COMMANDS, f"{page.name}: {line}"


def test_the_list_of_commands_says_each_in_a_line(howfar: Call) -> None:
    shown = howfar("--help").out
    for command, words in COMMANDS.items():
        assert f"  {command:<12}{words}\n" in shown
    for command in COMMANDS:
        if subcommands(command):
            assert "...\n" not in howfar(command, "--help").out.split("Commands:")[1]


def test_a_command_takes_in_no_other() -> None:
    """All together they take seconds, and nobody waits that long for a version."""
    told = subprocess.run(
        [sys.executable, "-c", _LISTED], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "howfar.cli.console" in told
    heavy = {name for name in told if name.split(".")[0] in ("scipy", "statsmodels", "ibis")}
    assert not heavy | {f"howfar.cli.{command}" for command in COMMANDS} & set(told)


_LISTED = """\
import sys
from howfar.cli.app import app
try:
    app(["--version"])
except SystemExit:
    print(*sys.modules)
"""
