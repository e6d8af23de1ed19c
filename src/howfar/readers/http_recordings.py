"""Recordings of HTTP traffic: what programmers' tests and browsers keep, and no export.

They hold keys and private answers beside posts; which of the bodies are public communication
nobody has said. They are refused as what they are.
"""

from __future__ import annotations

import re

from howfar.readers.json_head import json_head
from howfar.readers.text_lines import decoded_head

_YAML = re.compile(
    r"(?:---\s*\n)?(?:http_)?interactions:\s*\n\s*- (?:request|recorded_at|response):"
)


def recording(head: bytes) -> str:
    """What kind of recording a file is by its first bytes; empty where it is none."""
    if _YAML.match(decoded_head(head).lstrip("\ufeff \t\r\n")):
        return "a test's recording of HTTP traffic (a cassette in YAML)"
    shown = json_head(head)
    if shown.has("request", "response") and {"interactions", "http_interactions"} & shown.names:
        return "a test's recording of HTTP traffic (a cassette in JSON)"
    if shown.has("log", "entries", "request") and {"creator", "startedDateTime"} & shown.names:
        return "a browser's recording of HTTP traffic (HAR)"
    return ""
