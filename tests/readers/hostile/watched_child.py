"""Runs the program on files, watched: what it opens, whether it connects, how much memory it takes.

Arguments: folder that it may read, then the arguments of howfar with FILE for each of the files,
then --, then the files. Prints one JSON object a line and file.
"""

import contextlib
import io
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

from howfar.cli.app import main

opened: set[tuple[str, str]] = set()
others: set[str] = set()
FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "urllib.",
)
CHANGES = (
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod"),
    *("os.truncate", "shutil.", "tempfile."),
)


def watch(event: str, given: tuple[object, ...]) -> None:
    """Remember what is opened and whatever else reaches out of the process."""
    if event == "open" and isinstance(given[0], str | bytes | os.PathLike):
        mode, flags = given[1], given[2]
        writes = (
            any(c in str(mode) for c in "wax+")
            if mode
            else bool(int(str(flags)) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        )
        opened.add((str(Path(os.fsdecode(given[0])).absolute()), "w" if writes else "r"))
    elif event.startswith((*FORBIDDEN, *CHANGES)):
        others.add(f"{event} {given[:1]!r}")


def _peak() -> int:
    """Most memory that the process had, in bytes; of itself alone, not of what started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(t for t in status.read_text().splitlines() if t.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


if __name__ == "__main__":
    split = sys.argv.index("--")
    arguments, files = sys.argv[1:split], sys.argv[split + 1 :]
    for command in ("check", "read"):
        # Imports open much, none of it of interest: what comes in later is here beforehand.
        import_module(f"howfar.cli.{command}")
    sys.addaudithook(watch)
    for file in files:
        opened.clear()
        others.clear()
        sys.argv = ["howfar", *(file if a == "FILE" else a for a in arguments)]
        out, err, code = io.StringIO(), io.StringIO(), 0
        begun = time.monotonic()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        told = {
            "file": Path(file).name,
            "code": code,
            "out": out.getvalue(),
            "err": err.getvalue(),
            "seconds": round(time.monotonic() - begun, 2),
            "peak": _peak(),
            "opened": sorted(opened),
            "others": sorted(others),
        }
        print(json.dumps(told), flush=True)
