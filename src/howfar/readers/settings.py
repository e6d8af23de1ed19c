"""What decides how a file is read, as one hash, so that a change of it is noticed."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from howfar.schema.reader import Reader
from howfar.study.file import Study
from howfar.study.names import watched_names
from howfar.study.registry import Registry
from howfar.study.sources import Source

PROTECTION_VERSION = 3
"""To be raised when pseudonyms, redaction or the making of rows (readers/protect.py) change."""

_MATCHING = {"channel", "platform", "handle", "account_id", "valid_from", "valid_to"}


def expected_span(study: Study, source: Source) -> tuple[datetime, datetime]:
    """Start and end (exclusive), in UTC, of what a source should hold."""
    if source.window is not None:
        return source.window.bounds(study.zone)
    return study.window.start_utc, study.window.end_utc


def settings_hash(study: Study, source: Source, registry: Registry, reader: Reader) -> str:
    """SHA-256 of all but the file itself that its rows depend on.

    The reader and its version; what the study declares of the source (zone, time of observation,
    channel, mapping, capture, ...) and, as it stands in the coverage, which time the source should
    hold; which account is which named channel; and the names that are watched for. Not where the
    file lies, and not what is joined to the rows later (a channel's role, paths, organisation).
    """
    start, end = expected_span(study, source)
    parts = {
        "reader": [reader.declaration.id, reader.declaration.version],
        "protection": PROTECTION_VERSION,
        "source": source.model_dump(mode="json", exclude={"path", "dataset", "window", "format"}),
        "zone": study.window.timezone,
        "watched": watched_names(study.about.watched_names, registry).keys,
        "expected": [start.isoformat(), end.isoformat()],
        "channels": sorted(
            json.dumps([row.named, row.model_dump(mode="json", include=_MATCHING)], sort_keys=True)
            for row in registry
        ),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
