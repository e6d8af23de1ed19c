"""`howfar keys`: keep, bring back or destroy the key under which a study's persons are hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.errors import StudyError
from howfar.privacy.keys import backup_key, destroy_key, import_key, key_path
from howfar.store.tables import TableStore
from howfar.study.file import load_study


def command(
    action: Annotated[Literal["backup", "import", "destroy"], typer.Argument(help="What to do.")],
    study: Annotated[Path, typer.Argument(help="Study folder, with its study.toml.")],
    file: Annotated[Path | None, typer.Option(help="The backup to write or to read.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="With destroy: yes, no pseudonym can be made again.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Back up a study's key (outside its folder), import it from a backup, or destroy it."""
    name = load_study(study).id
    if (file is None) != (action == "destroy"):
        raise typer.BadParameter(
            "destroy takes no --file" if file else f"{action} needs --file, the backup"
        )
    raw = sorted({i.path for i in TableStore(study).manifest().inputs})
    if action == "destroy":
        if not yes:
            raise StudyError(
                "a destroyed key cannot be brought back, nor any of its pseudonyms made again",
                where=str(key_path(name, study)),
                expected="the option --yes",
                next=f"howfar keys destroy {study} --yes",
            )
        destroy_key(name, study)
    elif file is not None and action == "backup":
        backup_key(name, study, file)
    elif file is not None:
        import_key(name, study, file)
    if json:
        say_json({"study": name, "action": action, "raw_files": raw})
        return
    done = {"backup": "kept in", "import": "taken from", "destroy": "destroyed"}[action]
    say(f"key of {name}: {done}" + (f" {file}" if file else ""))
    if action == "destroy":
        say("delete its backups yourself, and the raw exports, which name the accounts:")
        for path in raw:
            say(f"  {path}")
