"""What the commands print: results to standard output, progress and errors to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from howfar.study.file import Study

output = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def say(text: str = "") -> None:
    """Print a line as it is."""
    output.print(text, markup=False, soft_wrap=True)


def say_json(value: Any) -> None:
    """Print a value for scripts."""
    # Piece by piece: what is printed may be long.
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    print()


def origin(study: Study) -> dict[str, str]:
    """For --json: how the study's data were made where they are simulated; else nothing."""
    how = study.about.simulated
    return {"simulated": how} if how else {}


@contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Any]:
    """A bar on standard error; yields a function (what, done, of) that moves it."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=quiet or not errors.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None)

        def move(what: str, done: int, of: int) -> None:
            bar.update(task, description=f"{title}: {what}", completed=done, total=of or None)

        yield move
