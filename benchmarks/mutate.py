"""Mutation of the statistics and measures: does a test notice when the code is wrong?

    python benchmarks/mutate.py [--per-file 12] [--seed 1] [--only stats/gini.py ...]

Flips one operator or constant at a time in src/howfar/stats and src/howfar/measures and runs the
tests of that file. A mutant that no test notices is a survivor: each is listed with its place, so
that it can be killed by a better test, or its reason be written down. Results go to
benchmarks/results/mutation.json with a hash of the sources that they speak of.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import importlib.abc
import importlib.machinery
import io
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "howfar"
RESULTS = ROOT / "benchmarks" / "results" / "mutation.json"
TIME_LIMIT = 150

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


TESTED_WITH = {"stats/zipf.py": "test_heavy_tails.py"}
"""Files that are tested through another."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file."""

    file: str
    line: int
    what: str
    tree: ast.Module


def mutants(path: Path) -> Iterator[Mutant]:
    """Every single change of a file that could change what it computes."""
    tree = ast.parse(path.read_text())
    skipped = _not_code(tree)
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in skipped:
            continue
        for field, replacement, what in _changes(node):
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == place)
            if field == "ops0":
                target.ops[0] = replacement  # type: ignore[attr-defined]
            else:
                setattr(target, field, replacement)
            name = path.relative_to(SOURCE).as_posix()
            yield Mutant(name, getattr(node, "lineno", 0), what, ast.fix_missing_locations(changed))


def _not_code(tree: ast.Module) -> set[int]:
    """Nodes that change no result: docstrings, annotations, texts of errors, __slots__."""
    skipped: set[int] = set()

    def skip(node: ast.AST | None) -> None:
        if node is not None:
            skipped.update(id(n) for n in ast.walk(node))

    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            skip(node)
        elif isinstance(node, ast.AnnAssign):
            skip(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            skip(node.returns)
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                skip(argument.annotation)
        elif isinstance(node, ast.JoinedStr):
            skip(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            skip(node.value.slice if _is_type_alias(node) else None)
    return skipped


def _is_type_alias(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id[:1].isupper()


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | object, str]]:
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        new = SWAPS[type(node.op)]
        yield "op", new(), f"{type(node.op).__name__} -> {new.__name__}"
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        new = SWAPS[type(node.ops[0])]
        yield "ops0", new(), f"{type(node.ops[0]).__name__} -> {new.__name__}"
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.25
        yield "value", value, f"{node.value} -> {value}"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "op", ast.UAdd(), "-x -> +x"


class _Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module from changed code."""

    def __init__(self, module: str, code: CodeType, origin: str) -> None:
        self.module, self.code, self.origin = module, code, origin

    def find_spec(self, name: str, path: object, target: object = None) -> object:
        if name != self.module:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=self.origin)

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: object) -> None:
        exec(self.code, module.__dict__)


def tests_of(file: str) -> list[str]:
    """Test files that speak of a source file, nearest first."""
    folder, name = file.split("/")
    found = [ROOT / "tests" / folder / TESTED_WITH.get(file, f"test_{name}")]
    if folder == "measures":
        found.append(ROOT / "tests" / "measures" / "test_registry.py")
    return [str(p) for p in found if p.exists()]


def survives(mutant: Mutant) -> bool:
    """Run the tests on the changed code in a child process; True if none of them fails."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(_child(mutant))
    # A mutant that never ends is as good as killed. From outside: a time limit inside would be
    # caught by the tests' own library, which tries the endless example again.
    until = time.monotonic() + TIME_LIMIT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _child(mutant: Mutant) -> int:
    module = "howfar." + mutant.file.removesuffix(".py").replace("/", ".")
    code = compile(mutant.tree, str(SOURCE / mutant.file), "exec")
    sys.meta_path.insert(0, _Replaced(module, code, str(SOURCE / mutant.file)))
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    if mutant.file.startswith("measures/"):
        # Its own file, and its rows of the tests over all measures.
        arguments += ["-k", Path(mutant.file).stem]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            return int(pytest.main([*arguments, *tests_of(mutant.file)]))
        except BaseException:
            return 99


def source_hash() -> str:
    """Hash of what the results speak of: the mutated sources and their tests."""
    digest = hashlib.sha256()
    for folder in ("src/howfar/stats", "src/howfar/measures", "tests/stats", "tests/measures"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Run the mutants that the arguments name and write what survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-file", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    chosen: list[Mutant] = []
    for folder in ("stats", "measures"):
        for path in sorted((SOURCE / folder).glob("[!_]*.py")):
            name = path.relative_to(SOURCE).as_posix()
            if options.only and name not in options.only:
                continue
            unchanged = Mutant(name, 0, "unchanged", ast.parse(path.read_text()))
            if not survives(unchanged):
                sys.exit(f"{name}: its tests fail, or there are none, before anything is changed")
            every = list(mutants(path))
            random.Random(f"{options.seed} {name}").shuffle(every)
            chosen += sorted(every[: options.per_file], key=lambda m: m.line)
    survivors, counted = [], Counter[str]()
    for n, mutant in enumerate(chosen, 1):
        alive = survives(mutant)
        counted["survived" if alive else "killed"] += 1
        if alive:
            survivors.append({"file": mutant.file, "line": mutant.line, "what": mutant.what})
        print(
            f"{n}/{len(chosen)} {mutant.file}:{mutant.line} {mutant.what}: "
            f"{'SURVIVED' if alive else 'killed'}",
            flush=True,
        )
    print(dict(counted))
    if not options.only:
        RESULTS.parent.mkdir(exist_ok=True)
        record = {
            "sources": source_hash(),
            "seed": options.seed,
            "per_file": options.per_file,
            **counted,
            "survivors": survivors,
        }
        RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "100")
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    # Loaded once, before the forks: what takes long to import and is never mutated.
    import duckdb  # noqa: F401
    import ibis
    import pyarrow.compute  # noqa: F401
    import pytest
    import scipy.stats  # noqa: F401
    import statsmodels.api  # noqa: F401

    ibis.options.interactive = False
    main()
