"""What the report is made of: published results and what the study declares, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from howfar.schema.measure import Declaration
from howfar.study.file import Study
from howfar.study.registry import Registry


@dataclass(frozen=True, slots=True)
class ReportInput:
    """Published results with the declarations that explain them.

    estimates: the table ESTIMATES after small-cell protection. declarations: by measure id.
    provenance: run id, seed, versions and the inputs' hashes, as the run recorded them.
    """

    study: Study
    channels: Registry
    estimates: pa.Table
    declarations: Mapping[str, Declaration]
    provenance: Mapping[str, Any]
