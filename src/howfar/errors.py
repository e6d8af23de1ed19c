"""Every error that a user can meet: what, where, what was expected, what to do next."""

from dataclasses import dataclass


@dataclass
class HowfarError(Exception):
    """Base of all errors; the command line prints it without a traceback.

    what: one sentence on what is wrong. where: file, file:line or setting. expected: what
    would have been right. next: the command or edit that mends it.
    """

    what: str
    where: str = ""
    expected: str = ""
    next: str = ""

    exit_code = 1

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            lines.append(f"expected: {self.expected}")
        if self.next:
            lines.append(f"next: {self.next}")
        return "\n".join(lines)


class StudyError(HowfarError):
    """The study file, the channel registry or another file of the study is wrong."""

    exit_code = 3


@dataclass
class InputError(HowfarError):
    """A raw export cannot be read at all (single bad records are rejects, not errors).

    reason: stable code, one of schema.reader.REASONS.
    """

    reason: str = "format"

    exit_code = 4


class StoreError(HowfarError):
    """The study's tables are locked, damaged or of another version."""

    exit_code = 5


class DataUnavailable(HowfarError):
    """Public data could not be obtained: no connection, wrong checksum, no such file."""

    exit_code = 6


class RetentionError(HowfarError):
    """The study's data are older than a platform allows them to be kept."""

    exit_code = 7


class DeclarationError(HowfarError):
    """A reader, measure or table is declared wrongly: a mistake in howfar, not in the study."""

    exit_code = 70
