"""Processes that a test may kill at any moment, each in a process of its own.

They are forked from one that has done its imports: else they take most of the time.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.store.ingest_child", "tests.store.forget_child"])


class Child:
    """A process that calls work(ready, *arguments): ready() says that it begins now."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        """Start it, and wait until it begins."""
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_begin, args=(theirs, work, arguments))
        self._process.start()
        theirs.close()
        with ours:
            assert ours.recv() == "ready"

    def finish(self, after: float | None) -> int:
        """The exit code; killed after so many seconds, unless it was done before."""
        self._process.join(after)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        self._process.close()
        assert code is not None
        return code


def _begin(told: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with told:
        work(lambda: told.send("ready"), *arguments)
