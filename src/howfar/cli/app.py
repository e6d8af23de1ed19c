"""The program `howfar`: its commands, its exit codes, and errors without tracebacks."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import typer

from howfar import __version__
from howfar.cli.console import errors
from howfar.errors import HowfarError
from howfar.store.durable import no_room

COMMANDS = (
    *("new", "check", "can", "read", "run", "report", "export", "index", "effect", "cost"),
    *("experiment", "path"),
    *("explain", "methods", "status", "diff", "verify", "forget", "keys", "demo", "simulate"),
    "validate",
)
"""Commands in the order of `howfar --help`: each is a module of this folder.

A module has a ``command``, or a ``group`` of several.
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

app = typer.Typer(
    name="howfar",
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


for _name in COMMANDS:
    _module = importlib.import_module(f"howfar.cli.{_name}")
    if hasattr(_module, "group"):
        app.add_typer(_module.group, name=_name)
    else:
        app.command(_name)(_module.command)


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
