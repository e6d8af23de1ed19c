"""The JSON Schema of the study file, so that editors complete and check it while one types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from howfar.study.file import Study

FILE_NAME = "study.schema.json"


def study_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of study.toml."""
    schema = Study.model_json_schema(by_alias=True)
    # Either objectives or the reason why none can be stated.
    schema["anyOf"] = [
        {"required": ["objectives"]},
        {"properties": {"study": {"required": ["objectives_unknown"]}}},
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(study_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path) -> None:
    """Write the schema to a file, in UTF-8 with line feeds."""
    path.write_text(schema_text(), encoding="utf-8", newline="\n")
