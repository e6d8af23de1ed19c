"""Which code stored scores speak of: a hash of it, so that old scores are known as old."""

from __future__ import annotations

import hashlib
import tokenize
from importlib import resources
from pathlib import Path
from typing import Final

import howfar

FOLDERS: Final = ("assess", "measures", "stats")
"""Every module of these counts for studies."""

STUDIES: Final = (
    "run.py",
    "publish/results.py",
    *(f"schema/{n}.py" for n in ("age", "comparable", "reactions", "results", "settled", "spans")),
    "store/frames.py",
    *(f"simulate/{n}.py" for n in ("background", "counts", "making", "maturation", "news")),
    *(f"simulate/{n}.py" for n in ("paid", "plan", "society", "spread")),
    *(f"validate/{n}.py" for n in ("studies", "trials")),
)
"""What makes the worlds of the trials and their figures, beside the folders."""

TRUTHS: Final = tuple(
    f"validate/{n}.py"
    for n in ("between", "counted", "functionals", "judge", "reference", "scores", "truths")
)
"""What makes truths and scores; these are made anew in minutes, studies are not."""


def studies_hash() -> str:
    """SHA-256 over the code that figures of simulated studies hang on."""
    return _hash(FOLDERS, STUDIES)


def truths_hash() -> str:
    """SHA-256 over the code that truths and scores hang on."""
    return _hash((), TRUTHS)


def _hash(folders: tuple[str, ...], files: tuple[str, ...]) -> str:
    """Without comments, docstrings and layout."""
    digest = hashlib.sha256()
    with resources.as_file(resources.files(howfar)) as root:
        found = [p for f in folders for p in sorted((root / f).rglob("*.py"))]
        for path in [*found, *(root / name for name in files)]:
            name = path.relative_to(root).as_posix()
            digest.update(name.encode() + b"\0" + code_of(path).encode() + b"\0")
    return digest.hexdigest()


def code_of(path: Path) -> str:
    """The code of a file without comments, docstrings and layout: prose makes nothing stale."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    out, fresh = [], True
    with path.open("rb") as handle:
        for token in tokenize.tokenize(handle.readline):
            if token.type in skipped or (fresh and token.type == tokenize.STRING):
                continue
            fresh = token.type in (tokenize.NEWLINE, tokenize.ENCODING)
            out.append(token.string)
    return "".join(out)
