"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyFolder = Annotated[
    Path, typer.Argument(help="Study folder, with its study.toml.", show_default="this folder")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome for scripts, as JSON.")]
HERE = Path()
