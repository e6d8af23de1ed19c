"""Reads a study in a process of its own, which a test may kill.

Arguments: study folder, records a batch, 'fresh' or 'more'. Prints 'ready' when it begins.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from howfar.readers.discovery import readers
from howfar.readers.ingest import ingest, source_files
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

readers()


def read(ready: Callable[[], object], folder: Path, rows: int, how: str) -> None:
    """Read what is new in a study, or all of it afresh."""
    study, registry = load_study(folder), load_channels(folder)
    files = source_files(study, folder, lambda name: folder)
    ready()
    ingest(
        study,
        registry,
        TableStore(folder),
        files,
        b"0123456789abcdef0123456789abcdef",
        fresh=how == "fresh",
        batch_rows=rows,
    )


if __name__ == "__main__":
    read(lambda: print("ready", flush=True), Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
