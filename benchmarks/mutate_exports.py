"""The fuzzer of exports, long: `python -m benchmarks.mutate_exports [--files 10000]`.

Damages the good fixtures of every reader, the shapes of the shared decoders and, where the folder
of real data is, the real samples, and asks of each damaged file what tests/readers asks of 300:
no exception but InputError, read + rejected = records, every untouched record kept with the same
row, nothing of a record in a message. Stops with an error at the end if anything failed; the
figures go to benchmarks/results/mutate_exports.json with a hash of the sources that they speak of.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.conftest import SHARED
from tests.readers.hostile.fixtures import fixture_sources, sample_sources
from tests.readers.hostile.mutations import Mutant, mutant
from tests.readers.hostile.probes import probe_sources
from tests.readers.hostile.sources import MemoryDocument, Reading, Source, read
from tests.readers.hostile.verdicts import faults, untouched

from howfar.schema.reader import ReadContext

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "mutate_exports.json"


def main() -> int:
    """Damage, read, judge; 1 where anything failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", default="torture")
    parser.add_argument("--only", nargs="*", default=[], help="ids of readers")
    asked = parser.parse_args()
    made = [*fixture_sources(), *probe_sources(ReadContext(source="probe"))]
    real = [*sample_sources(SHARED)] if SHARED.is_dir() else []
    if asked.only:
        made, real = (
            [s for s in some if s.reader.declaration.id in asked.only] for some in (made, real)
        )
    sources = [*made, *real]
    print(f"{len(sources)} files to damage, {len(real)} of them real", flush=True)
    ends = time.monotonic() + 60 * asked.minutes
    kinds, refusals, readers = Counter[str](), Counter[str](), Counter[str]()
    failures: list[str] = []
    done = kept = records = rejected = 0
    for number in range(asked.files):
        if time.monotonic() > ends:
            break
        source = sources[number % len(sources)]
        seed = f"{asked.seed}/{source.reader.declaration.id}/{source.name}/{number}"
        wrong, damaged, found = _judged(source, seed)
        failures += wrong
        for line in wrong:
            print(line, flush=True)
        done += 1
        kinds[damaged.kind.split()[0]] += 1
        readers[source.reader.declaration.id] += 1
        kept += untouched(damaged)
        if found is not None and found.refusal is not None:
            refusals[f"{source.family}: {damaged.kind.split()[0]}: {found.refusal.reason}"] += 1
        elif found is not None:
            records += found.tally.records
            rejected += len(found.rejects)
    told = {
        "files": done,
        "asked": asked.files,
        "sources": len(sources),
        "real_sources": len(real),
        "failures": failures,
        "records": records,
        "rejected": rejected,
        "untouched_rows": kept,
        "by_kind": dict(sorted(kinds.items())),
        "by_reader": dict(sorted(readers.items())),
        "refused_whole": dict(sorted(refusals.items())),
        "sources_sha256": sources_hash(),
    }
    if not asked.only:
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    print(f"{done} files, {kept} untouched rows, {len(failures)} failures")
    return bool(failures)


def _judged(source: Source, seed: str) -> tuple[list[str], Mutant, Reading | None]:
    damaged = mutant(source, seed)
    try:
        document = MemoryDocument(source.name, damaged.content)
        found = read(source.reader, document, source.context)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        return [f"{seed}: {damaged.kind}: {what}"], damaged, None
    return [f"{seed}: {damaged.kind}: {f}" for f in faults(damaged, found)], damaged, found


def sources_hash() -> str:
    """Hash of the readers and of the fuzzer."""
    digest = hashlib.sha256()
    for folder in ("src/howfar/readers", "tests/readers/hostile"):
        for path in sorted((ROOT / folder).glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
