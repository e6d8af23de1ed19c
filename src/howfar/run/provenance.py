"""Everything that results depend on: a run's id is a hash of it."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import howfar
from howfar.run.experiments import experiment_files
from howfar.run.opened import COSTS
from howfar.store.manifest import Manifest
from howfar.study.file import Study

_LIBRARIES = ("duckdb", "ibis-framework", "numpy", "pyarrow", "scipy", "statsmodels", "powerlaw")


def code_hash() -> str:
    """SHA-256 over howfar's own source files: results of other code are another run."""
    digest = hashlib.sha256()
    with resources.as_file(resources.files(howfar)) as root:
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def provenance_of(
    folder: Path, study: Study, manifest: Manifest, leave_out: frozenset[str]
) -> dict[str, Any]:
    """Everything that the results depend on; the run's id is a hash of it. No clock."""
    channels = folder / "channels.csv"
    facts: dict[str, Any] = {
        "study": study.id,
        "seed": study.about.seed,
        "replicates": study.about.replicates,
        "confidence": study.about.confidence,
        "study_sha256": hashlib.sha256((folder / "study.toml").read_bytes()).hexdigest(),
        "channels_sha256": (
            hashlib.sha256(channels.read_bytes()).hexdigest() if channels.exists() else None
        ),
        "inputs": [
            {
                "input": i.input,
                "source": i.source,
                "file": Path(i.path).name,
                "sha256": i.sha256,
                "format": f"{i.format} {i.reader_version}",
                "records": i.records,
                "read": i.read,
                "rejected": i.rejected,
            }
            for i in manifest.inputs
        ],
        "segments": {s.file: s.sha256 for i in manifest.inputs for s in i.segments.values()},
        "howfar": howfar.__version__,
        "code_sha256": code_hash(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        **({"simulated": study.about.simulated} if study.about.simulated else {}),
        **({"left_out": sorted(leave_out)} if leave_out else {}),
        **_index_hash(folder, study),
        **_costs_hash(folder),
        **_experiments_hash(folder, study),
    }
    facts["run"] = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
    return facts


def _index_hash(folder: Path, study: Study) -> dict[str, str]:
    if study.index is None or study.index.table is None:
        return {}
    path = folder / study.index.table
    return {"index_table_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _costs_hash(folder: Path) -> dict[str, str]:
    path = folder / COSTS
    return {"costs_sha256": hashlib.sha256(path.read_bytes()).hexdigest()} if path.exists() else {}


def _experiments_hash(folder: Path, study: Study) -> dict[str, str]:
    digest = hashlib.sha256()
    for name in experiment_files(folder, study):
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return {"experiments_sha256": digest.hexdigest()} if study.experiments else {}
