"""Forgets some persons of a study, in a process of its own, which a test may kill.

Arguments: study folder, number of persons. Prints 'ready' when it begins.
"""

import sys
from pathlib import Path

from tests.store.forget_cases import NAMES, write_log

from howfar.privacy.requests import Request
from howfar.store.forget import forget
from howfar.store.stale import remove_stale
from howfar.store.tables import TableStore

folder = Path(sys.argv[1])
request = Request(persons={"x": {f"p{n}" for n in range(int(sys.argv[2]))}})
print("ready", flush=True)
store = TableStore(folder)
forget(store, request, NAMES, log=write_log(folder))
remove_stale(folder, store.manifest())
