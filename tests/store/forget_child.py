"""Forgets some persons of a study, in a process of its own, which a test may kill."""

from collections.abc import Callable
from pathlib import Path

from tests.store.forget_cases import NAMES, write_log

from howfar.privacy.requests import Request
from howfar.store.forget import forget
from howfar.store.stale import remove_stale
from howfar.store.tables import TableStore


def forget_some(ready: Callable[[], object], folder: Path, persons: int) -> None:
    """Forget the first so many persons."""
    request = Request(persons={"x": {f"p{n}" for n in range(persons)}})
    ready()
    store = TableStore(folder)
    forget(store, request, NAMES, log=write_log(folder))
    remove_stale(folder, store.manifest())
