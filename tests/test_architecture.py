"""The import contracts hold, and each of them fails when it is broken on purpose."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "howfar"
LINT = Path(sys.executable).with_name("lint-imports")

BREACHES = {
    "One direction": ("stats/gini.py", "from howfar.schema import estimate"),
    "No cycles": ("stats/intervals.py", "from howfar.stats import block_estimate"),
    "No measure imports another": (
        "measures/publishing_volume.py",
        "from howfar.measures import attention_inequality",
    ),
    "touch no files": ("stats/gini.py", "import pathlib"),
    "Only collect may open a connection": ("readers/fields.py", "import socket"),
    "published results only": ("report/words.py", "import duckdb"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on a copy of the source."""
    return subprocess.run(
        [str(LINT), "--no-cache", "--config", str(ROOT / ".importlinter")],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", BREACHES)
def test_a_broken_contract_fails(contract: str, tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "howfar", ignore=shutil.ignore_patterns("__pycache__"))
    file, line = BREACHES[contract]
    target = tmp_path / "howfar" / file
    target.write_text(target.read_text() + f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    broken = [text for text in done.stdout.splitlines() if "BROKEN" in text]
    assert any(contract in text for text in broken), done.stdout


def test_a_folder_that_no_contract_names_fails(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "howfar", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "howfar" / "extras").mkdir()
    (tmp_path / "howfar" / "extras" / "__init__.py").touch()
    assert lint(tmp_path).returncode != 0


def test_contracts_hold() -> None:
    done = lint(ROOT / "src")
    assert done.returncode == 0, done.stdout


def test_urllib_opens_connections_in_collect_only() -> None:
    """import-linter sees only top-level names of outside packages; urllib.parse is harmless."""
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "collect"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            assert not {"urllib.request", "urllib.error"} & set(names), path


def test_no_file_is_longer_than_500_lines() -> None:
    long = {
        path.name: lines
        for path in [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py")]
        if (lines := len(path.read_text().splitlines())) > 500
    }
    assert not long
