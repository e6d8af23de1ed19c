"""Which code stored scores speak of: a hash of it, so that old scores are known as old."""

from __future__ import annotations

import hashlib
import tokenize
from importlib import resources
from pathlib import Path
from typing import Final

import howfar

FOLDERS: Final = ("assess", "measures", "stats")
"""Every module of these counts."""

FILES: Final = (
    "run.py",
    "publish/results.py",
    *(f"schema/{n}.py" for n in ("age", "comparable", "reactions", "results", "settled", "spans")),
    "store/frames.py",
    *(f"simulate/{n}.py" for n in ("background", "counts", "making", "maturation", "news")),
    *(f"simulate/{n}.py" for n in ("paid", "plan", "society", "spread")),
    *(f"validate/{n}.py" for n in ("between", "functionals", "reference", "scores")),
    *(f"validate/{n}.py" for n in ("studies", "trials", "truths")),
)
"""What makes the figures of the trials, their worlds and their truths, beside the folders."""


def sources_hash() -> str:
    """SHA-256 over the code of these modules, without comments, docstrings and layout."""
    digest = hashlib.sha256()
    with resources.as_file(resources.files(howfar)) as root:
        found = [p for f in FOLDERS for p in sorted((root / f).rglob("*.py"))]
        for path in [*found, *(root / name for name in FILES)]:
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
