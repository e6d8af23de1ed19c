"""No sentence of the enhancement path claims a cause: only ``wording.relation`` knows how."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT

from howfar.improve.lexicon import causal_words

SOURCE = ROOT / "src" / "howfar"
FILES = sorted(
    path
    for pattern in (
        *("improve/**/*.py", "cli/effect*.py", "cli/cost*.py", "cli/experiment*.py"),
        *("cli/path*.py", "report/texts/effect.py", "report/texts/path.py"),
        *("report/sections/effect*.py", "report/sections/path*.py", "report/effect_page.py"),
    )
    for path in SOURCE.glob(pattern)
    if path.name != "lexicon.py"
)


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of more than a word, docstrings left out; parts of one text put together."""
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) in inner or id(node) in told:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "x" for p in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def test_there_are_files_and_sentences() -> None:
    assert len(FILES) > 40
    texts = [text for path in FILES for _, text in sentences(ast.parse(path.read_text("utf-8")))]
    assert len(texts) > 500
    found = dict(sentences(ast.parse('def f():\n "it raised"\n return f"{x} raised {y}"')))
    assert found == {3: "x raised x"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(Path(path).relative_to(SOURCE)))
def test_no_sentence_claims_a_cause(path: Path) -> None:
    wrong = [
        f"{path.name}:{line}: {found}: {text[:80]}"
        for line, text in sentences(ast.parse(path.read_text(encoding="utf-8")))
        if (found := causal_words(text))
    ]
    assert not wrong
