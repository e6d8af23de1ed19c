"""Write the reference pages of measures, readers and commands from their declarations.

`python docs/generate.py` writes them; with --check it only says which are not current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.profile import DECLARATION as PROFILE
from howfar.cli.page import command_pages
from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.readers.discovery import readers
from howfar.schema.measure import registry
from howfar.schema.page import (
    index_page,
    measure_page,
    reader_page,
    readers_index,
    reasons_page,
)
from howfar.validate.page import PICTURES, digest, page, pictures
from howfar.validate.results import load

DOCS = Path(__file__).resolve().parent
SCORES = DOCS.parent / "benchmarks" / "results" / "validate.json"


def pages() -> Mapping[str, str]:
    """Path below docs/ -> text, for every generated page."""
    measures = {name: one.declaration for name, one in registry().items()}
    # Not taken by itself but from the others' results, and declared in the same way.
    measures |= {one.id: one for one in (PROFILE, PERFORMANCE, ROBUSTNESS, *PATH_DECLARATIONS)}
    formats = {name: one.declaration for name, one in readers().items()}
    made = {f"measures/{name}.md": measure_page(d) for name, d in measures.items()}
    made |= {f"readers/{name}.md": reader_page(d) for name, d in formats.items()}
    made["measures/index.md"] = index_page("Measures", {n: d.title for n, d in measures.items()})
    made["readers/index.md"] = readers_index(list(formats.values()))
    made["readers/reasons.md"] = reasons_page()
    made |= {f"cli/{name}": text for name, text in command_pages().items()}
    made["validation.md"] = page(load(SCORES))
    return made


def redraw(folder: Path = DOCS) -> list[str]:
    """Pictures of the validation page that are not of the stored scores: drawn and written.

    Fonts differ between machines, so they are compared by the scores that they name.
    """
    scores = load(SCORES)
    paths = [folder / name for name in PICTURES.values()]
    old = [p.name for p in paths if not p.exists() or digest(scores) not in p.read_text("utf-8")]
    if old:
        for name, svg in pictures(scores).items():
            (folder / name).write_text(svg, encoding="utf-8")
    return old


def stale(folder: Path = DOCS) -> list[str]:
    """Pages that are missing, differ from what the declarations give, or have no declaration."""
    made = pages()
    there = {
        path.relative_to(folder).as_posix()
        for part in ("measures", "readers", "cli")
        for path in (folder / part).glob("*.md")
    }
    there |= {"validation.md"} if (folder / "validation.md").exists() else set()
    wrong = [
        name
        for name, text in made.items()
        if name not in there or (folder / name).read_text(encoding="utf-8") != text
    ]
    return sorted({*wrong, *(there - set(made))})


def write(folder: Path = DOCS) -> None:
    """Write every page, and remove pages whose declaration is gone."""
    made = pages()
    for name in stale(folder):
        path = folder / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()


def main() -> int:
    """Write the pages or, with --check, list those that are not current."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for name in found:
            print(f"docs/{name} is not current: run `make docs`")
        return 1 if found else 0
    write()
    redraw()
    return 0


if __name__ == "__main__":
    sys.exit(main())
