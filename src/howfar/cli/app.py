"""The program `howfar`: its commands, its exit codes, and errors without tracebacks."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from howfar import __version__
from howfar.cli.console import errors
from howfar.errors import HowfarError
from howfar.store.durable import no_room

COMMANDS = {
    "new": "Make a study folder, its study.toml explained line by line.",
    "check": "Check studies, or exports, without reading anything in.",
    "can": "Show what a study can measure, what not, and what it needs.",
    "read": "Read a study's sources, or exports, into the study's tables.",
    "run": "Measure the study; the results go to its folder results/.",
    "report": "Write the report: one HTML file that works offline.",
    "export": "Write the posts of the study's named channels, for 4CAT.",
    "index": "Make an index of a table, and tell how sure it is.",
    "effect": "Tell what a change did, by one of four designs.",
    "cost": "Tell what one click or engagement cost, and the chain to it.",
    "experiment": "Plan a test, see what it can find, register and analyse it.",
    "path": "Show what to change first, and how strong the evidence is.",
    "explain": "Explain a measure, a reader or a word.",
    "methods": "Print the methods section: data, window, measures, versions.",
    "status": "Show the files read, the runs, and what to do next.",
    "diff": "Tell how two runs differ, and in which figures.",
    "verify": "Check every table, kept run and the run log for damage.",
    "forget": "Remove persons, posts or channels everywhere in the study.",
    "keys": "Back up, import or destroy a study's key.",
    "demo": "Make a ready study on public data, and its report.",
    "simulate": "Make a world whose truth is known, to try measures on.",
    "validate": "Score the figures of many simulated studies by the truth.",
}
"""Commands in the order of `howfar --help`, with what is told there.

Each is a module of this folder, with a ``command``, or a ``group`` of several; what --help says
at length is the docstring there, and this is its short form, on one line of 80 letters.
"""

EXIT_CODES = {
    0: "all done",
    1: "an error that fits no other code",
    2: "the command line itself is wrong",
    3: "the study file, the channel registry or another file of the study is wrong",
    4: "a raw export cannot be read at all",
    5: "the study's tables are locked, damaged or of another version",
    6: "public data could not be obtained",
    7: "the study's data are older than a platform allows (see howfar status)",
    70: "a mistake in howfar itself",
    130: "interrupted by the user",
}


class _OnDemand(TyperGroup):
    """Commands that are imported when they are called: all together they take seconds."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: Any = dict.fromkeys(COMMANDS)
        self.commands = names  # For suggestions after a misspelt one; the values are never used.

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@cache
def _command(name: str) -> Any:
    module = importlib.import_module(f"howfar.cli.{name}")
    if hasattr(module, "group"):
        return typer.main.get_command(module.group)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(module.command)
    return typer.main.get_command(alone)


app = typer.Typer(
    name="howfar",
    cls=_OnDemand,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="How far did our international communication carry? Posts measured with error bars.",
    epilog="Exit codes: " + "; ".join(f"{code} {what}" for code, what in EXIT_CODES.items()),
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"howfar {__version__}")
        raise typer.Exit


@app.callback()
def _howfar(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Measure how far communication carried; never post, never rank persons."""


def main() -> None:
    """Run the program; every outcome ends in one of EXIT_CODES."""
    # Of docstrings of a library, at its first use after an installation: nothing for a user.
    warnings.filterwarnings("ignore", "invalid escape sequence", SyntaxWarning)
    try:
        app(standalone_mode=True)
    except HowfarError as error:
        errors.print(f"howfar: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == 130:
            errors.print("howfar: interrupted; what was committed is kept, run again to go on")
        raise
    except BrokenPipeError:
        # The reader of a pipe went away (`howfar methods | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if isinstance(error, OSError) and (told := no_room(error, error.filename or "")):
            errors.print(f"howfar: {told}", markup=False, highlight=False, soft_wrap=True)
            sys.exit(told.exit_code)
        _unexpected(error)
        sys.exit(70)


def _unexpected(error: Exception) -> None:
    """Keep the traceback for the developers, tell the user where; never show it."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="howfar-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        traceback.print_exception(error, file=log)
    errors.print(
        f"howfar: an unexpected {type(error).__name__}: a mistake in howfar, not in your study\n"
        f"next: report it with the file {Path(log.name)} (it may quote the study; read it first)",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
