"""Reads a study in a process of its own, which a test may kill.

Arguments: study folder, records a batch, 'fresh' or 'more'. Prints 'ready' when it begins.
"""

import sys
from pathlib import Path

from howfar.readers.discovery import readers
from howfar.readers.ingest import ingest, source_files
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

folder = Path(sys.argv[1])
study, registry = load_study(folder), load_channels(folder)
files = source_files(study, folder, lambda name: folder)
readers()
print("ready", flush=True)
ingest(
    study,
    registry,
    TableStore(folder),
    files,
    b"0123456789abcdef0123456789abcdef",
    fresh=sys.argv[3] == "fresh",
    batch_rows=int(sys.argv[2]),
)
