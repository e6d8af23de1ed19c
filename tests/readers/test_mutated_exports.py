"""Damaged exports of every format: nothing but InputError, nothing lost, nothing told.

300 files here, of every reader that has fixtures; 10,000 in `make torture`
(benchmarks/mutate_exports.py), on real samples, too.
"""

from __future__ import annotations

import random

import pytest
from tests.readers.hostile.fixtures import fixture_sources
from tests.readers.hostile.mutations import MUTATIONS, large, mutant
from tests.readers.hostile.probes import probe_sources
from tests.readers.hostile.sources import MemoryDocument, Source, read
from tests.readers.hostile.verdicts import faults, untouched
from tests.readers.reader_cases import READER_IDS

from howfar.schema.reader import ReadContext

FILES = 300


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [*fixture_sources(), *probe_sources(ReadContext(source="probe"))]


def test_every_reader_is_damaged(sources: list[Source]) -> None:
    assert {s.reader.declaration.id for s in sources} >= set(READER_IDS) - NOT_TEXT
    # Half of them at least in the strict way: records of their own, whose neighbours are known.
    strict = {s.reader.declaration.id for s in sources if len(s.units) > 1 and not s.summed}
    assert len(strict) > len(READER_IDS) // 2


NOT_TEXT: set[str] = set()
"""Readers whose fixtures are all packed or binary."""


def test_damaged_files_lose_and_tell_nothing(sources: list[Source]) -> None:
    kept, refused, kinds = 0, 0, set()
    for number in range(FILES):
        source = sources[number % len(sources)]
        seed = f"ci/{source.reader.declaration.id}/{source.name}/{number}"
        damaged = mutant(source, seed)
        found = read(source.reader, MemoryDocument(source.name, damaged.content), source.context)
        assert faults(damaged, found) == [], f"{seed}: {damaged.kind}"
        kept += untouched(damaged)
        refused += found.refusal is not None
        kinds.add(damaged.kind.split()[0])
    assert kept > FILES
    assert refused < FILES // 5
    assert len(kinds) >= len({m.__name__ for m in MUTATIONS}) - 2


@pytest.mark.parametrize("place", range(3))
def test_texts_of_many_megabytes_cost_their_record_alone(sources: list[Source], place: int) -> None:
    rng = random.Random(place)
    source = rng.choice([s for s in sources if s.family == ("lines", "delimited", "json")[place]])
    damaged = large(source, rng)
    found = read(source.reader, MemoryDocument(source.name, damaged.content), source.context)
    assert faults(damaged, found) == [], source.name


def test_the_verdict_notices_a_lost_a_changed_and_a_told_record(sources: list[Source]) -> None:
    """The fuzzer itself: what a bad reader would do is seen."""
    source = next(s for s in sources if s.reader.declaration.id == "x-api-v2")
    whole = next(m for n in range(1_000) if (m := mutant(source, str(n))).kind == "shuffle")
    found = read(source.reader, MemoryDocument(source.name, whole.content), source.context)
    assert faults(whole, found) == []
    line, (table, row) = found.rows[0]
    found.rows[0] = (line, (table, row.replace("1", "2")))
    assert any("missing or changed" in fault for fault in faults(whole, found))
    found.rows.pop(0)
    assert any("missing or changed" in fault for fault in faults(whole, found))
