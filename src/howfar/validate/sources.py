"""Which code stored scores speak of: a hash of it, so that old scores are known as old."""

from __future__ import annotations

import hashlib
import re
import tokenize
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Final

import howfar

STUDIES: Final = (
    *("assess/profile.py", "store/frames.py"),
    *(f"schema/{n}.py" for n in ("age", "comparable", "reactions", "results", "settled", "spans")),
    *(f"simulate/{n}.py" for n in ("background", "counts", "making", "maturation", "mechanisms")),
    *(f"simulate/{n}.py" for n in ("news", "paid", "parts", "places", "plain", "plan")),
    *(f"simulate/{n}.py" for n in ("posts", "scenarios", "society", "spread")),
    *(f"validate/{n}.py" for n in ("studies", "trials")),
)
"""What makes the worlds of the trials and their figures, beside measures and their statistics.

Readers and the wiring are not among them: they change often and figures with them hardly ever. The
rotating test runs them.
"""

TRUTHS: Final = tuple(
    f"validate/{n}.py"
    for n in ("between", "counted", "functionals", "judge", "reference", "scores", "truths")
)
"""What makes truths and scores; these are made anew in minutes, studies are not."""


def studies_hash() -> str:
    """SHA-256 over the code that figures of simulated studies hang on."""
    with resources.as_file(resources.files(howfar)) as root:
        measures = sorted((root / "measures").glob("*.py"))
        own = [*measures, *(root / name for name in STUDIES)]
        return _hash(root, [*own, *_statistics(root, own)])


def truths_hash() -> str:
    """SHA-256 over the code that truths and scores hang on."""
    with resources.as_file(resources.files(howfar)) as root:
        return _hash(root, [root / name for name in TRUTHS])


def _statistics(root: Path, files: Iterable[Path]) -> list[Path]:
    """Modules of howfar.stats that files import, and what these import."""
    found: set[str] = set()
    waiting = list(files)
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        new = set(re.findall(r"^from howfar\.stats\.(\w+) import", text, re.MULTILINE)) - found
        found |= new
        waiting += [root / "stats" / f"{name}.py" for name in new]
    return [root / "stats" / f"{name}.py" for name in sorted(found)]


def _hash(root: Path, files: Iterable[Path]) -> str:
    """Without comments, docstrings and layout."""
    digest = hashlib.sha256()
    for path in files:
        name = path.relative_to(root).as_posix()
        digest.update(name.encode() + b"\0" + code_of(path).encode() + b"\0")
    return digest.hexdigest()


def code_of(path: Path) -> str:
    """The code of a file without comments, docstrings and layout: prose makes nothing stale.

    Blocks are code: a line that is moved out of a loop does something else.
    """
    blocks = {tokenize.INDENT: "\1", tokenize.DEDENT: "\2"}
    prose = {tokenize.STRING, tokenize.NEWLINE}
    out, fresh = [], True
    with path.open("rb") as handle:
        for token in tokenize.tokenize(handle.readline):
            if token.type in blocks:
                # What follows is still the first of its line: a docstring, maybe.
                out.append(blocks[token.type])
                continue
            if token.type in (tokenize.COMMENT, tokenize.NL) or (fresh and token.type in prose):
                continue
            fresh = token.type in (tokenize.NEWLINE, tokenize.ENCODING)
            out.append(token.string)
    return "".join(out)
