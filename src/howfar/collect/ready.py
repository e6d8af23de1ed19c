"""The ready studies that come with howfar: study folders on public data."""

from pathlib import Path

import howfar
from howfar.errors import StudyError

_PACKAGE = Path(howfar.__file__).parent
# Inside the installed package; in a checkout, beside src.
_PLACES = (_PACKAGE / "ready", _PACKAGE.parent.parent / "studies")


def ready_studies() -> dict[str, Path]:
    """The folders of the ready studies by name."""
    return {
        file.parent.name: file.parent
        for place in reversed(_PLACES)
        for file in sorted(place.glob("*/study.toml"))
    }


def ready_study(name: str) -> Path:
    """The folder of one ready study; StudyError names those that there are."""
    known = ready_studies()
    if name not in known:
        raise StudyError(
            what=f'there is no ready study "{name}"',
            expected=f"one of {', '.join(sorted(known)) or 'none: this installation has none'}",
            next="name one of these, or the folder of a study of your own",
        )
    return known[name]
