"""Every text that readers of the report see, looked up by key: translate howfar.report.texts."""

from __future__ import annotations

from howfar.report.texts import effect, figures, frame, index, ledger, path

TEXT: dict[str, str] = {
    **frame.TEXT,
    **figures.TEXT,
    **ledger.TEXT,
    **index.TEXT,
    **path.TEXT,
    **effect.TEXT,
}


def say(key: str, **values: object) -> str:
    """The text of a key with its values filled in."""
    return TEXT[key].format(**values)
