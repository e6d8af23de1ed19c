"""Problems found in the files of a study, collected so that one error names them all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from howfar.errors import StudyError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (file:line), what, what was expected and what to do."""

    where: str
    what: str
    expected: str = ""
    next: str = ""

    def line(self) -> str:
        """The problem on one line."""
        parts = [f"{self.where}: {self.what}"]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.next:
            parts.append(f"next: {self.next}")
        return "; ".join(parts)


def error_from(problems: Sequence[Problem], file: str) -> StudyError:
    """One StudyError for all problems of a file, a line each."""
    if len(problems) == 1:
        only = problems[0]
        return StudyError(only.what, only.where, only.expected, only.next)
    lines = "\n".join(f"  {problem.line()}" for problem in problems)
    return StudyError(f"{len(problems)} problems\n{lines}", file)


def suggest(word: str, options: Iterable[str], cutoff: float = 0.6) -> str:
    """The option nearest to a mistyped word, as a question, or an empty string."""
    by_fold = {option.casefold(): option for option in options}
    near = difflib.get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=cutoff)
    return f'did you mean "{by_fold[near[0]]}"?' if near else ""


def said(message: str, hint: str) -> str:
    """A message followed by a hint where there is one."""
    return f"{message}; {hint}" if hint else message
