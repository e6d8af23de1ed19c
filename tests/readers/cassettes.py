"""The answers inside recordings of HTTP traffic, dug out by plain text handling."""

from __future__ import annotations

import json
import re
from pathlib import Path

_QUOTED = re.compile(r"^      string: '((?:[^']|'')*)'", re.MULTILINE)


def bodies(path: Path) -> list[str]:
    """Bodies of a cassette's answers, of one in YAML those in single quotes."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        tape = json.loads(text)
        turns = tape.get("interactions") or tape["http_interactions"]
        return [turn["response"]["body"].get("string") or "" for turn in turns]
    # A line end inside quotes is folded to a space; a quote is written twice.
    return [re.sub(r" *\n *", " ", found).replace("''", "'") for found in _QUOTED.findall(text)]
