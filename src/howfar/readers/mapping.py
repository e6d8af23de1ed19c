"""A study's column mapping: which column of a file is which of howfar's fields."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.fields import (
    Faults,
    host_of,
    identifiers,
    nullable,
    raw_table,
    truth,
    whole_numbers,
)
from howfar.readers.instants import times
from howfar.schema.reader import RAW_COLUMNS, RawBatch, ReadContext, Reject, Tally
from howfar.schema.tables import TIME, WHOLE, WORDS
from howfar.study.channel import PLATFORMS
from howfar.study.codes import countries
from howfar.study.problems import suggest

CONSTANT = "="
"""A mapping value that starts so is no column but a value for every row: "=mastodon"."""

CONTENT_ID = "=content"
"""For post_id, where an export has none: an id made of author, time and text."""

NO_FIGURE = ("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "none")
"""How tools write a figure or time that is missing."""

_CONSTANTS = (
    *("platform", "author_id", "author_handle", "relation", "kind", "language", "country"),
    *("exposure", "availability"),
)

FIELDS = tuple(name for name in RAW_COLUMNS if name != "line")
_IDS = ("post_id", "author_id", "parent_id", "parent_author_id", "thread_id")
_WORDS_OF = {
    "relation": {
        **dict.fromkeys(("original", "post", "tweet", "status", "false", "0"), "original"),
        **dict.fromkeys(("repost", "retweet", "retweeted", "reblog", "boost"), "repost"),
        **dict.fromkeys(("share", "forward", "true", "1"), "repost"),
        **dict.fromkeys(("reply", "replied_to", "comment", "answer"), "reply"),
        **dict.fromkeys(("quote", "quoted"), "quote"),
        "unknown": "unknown",
    },
    "exposure": {word: word for word in ("paid", "owned", "earned", "unknown")},
    "availability": {word: word for word in ("available", "withheld", "removed", "labelled")},
    "platform": {**{word: word for word in PLATFORMS}, "twitter": "x"},
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A mapping checked against the columns that a file has."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]

    @property
    def used(self) -> frozenset[str]:
        """The columns of the file that the mapping reads."""
        return frozenset(self.columns.values())


def resolve(mapping: Mapping[str, str], available: Sequence[str] | None, where: str) -> Resolved:
    """Check a mapping; InputError names the fields or columns that there are.

    available: the file's columns; null where they are only known record by record.
    """
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for name, source in mapping.items():
        if name not in FIELDS:
            raise _wrong(f"there is no field {name!r}", name, FIELDS, where, "fields")
        if source.startswith(CONSTANT):
            constants[name] = _constant(name, source, where)
        elif available is not None and source not in available:
            what = f"{name} is mapped to {source!r}, a column that the file does not have"
            raise _wrong(what, source, available, where, "columns")
        else:
            columns[name] = source
    for name in ("platform", "post_id", "created_at"):
        if name not in columns and name not in constants:
            raise InputError(
                f"the mapping does not say which column is {name}",
                where=where,
                expected=f"mapping.{name} = a column"
                + (f" of: {', '.join(available)}" if available else "")
                + (", or a value such as '=mastodon'" if name == "platform" else "")
                + (", or '=content' where the file has no ids" if name == "post_id" else ""),
                next="add it to this source's mapping in study.toml",
            )
    return Resolved(columns, constants)


def _constant(name: str, source: str, where: str) -> str:
    value = source.removeprefix(CONSTANT)
    if name == "post_id" and source == CONTENT_ID:
        return value
    if name not in _CONSTANTS or not value:
        raise InputError(
            f"{name} cannot be {source!r} for all rows",
            where=where,
            expected=f"the name of a column; one value for all rows is for {', '.join(_CONSTANTS)}",
            next="correct this source's mapping in study.toml",
        )
    known = _WORDS_OF.get(name)
    if name == "country":
        known = {code: code for code in countries()}
    if known and value not in known:
        raise _wrong(f"{name} cannot be {value!r}", value, tuple(known), where, "values")
    return known[value] if known else value


def _wrong(what: str, word: str, options: Sequence[str], where: str, kind: str) -> InputError:
    hint = suggest(word, options)
    return InputError(
        f"{what}; {hint}" if hint else what,
        where=where,
        expected=f"one of the {kind}: {', '.join(options)}",
        next="correct this source's mapping in study.toml",
    )


@dataclass(slots=True)
class MappedRows:
    """Turns columns of text into raw rows under one mapping; one object a file.

    missing: spellings of a missing value in fields of text, besides the empty one.
    """

    resolved: Resolved
    context: ReadContext
    tally: Tally
    missing: tuple[str, ...] = ("",)
    _seen: dict[bytes, int] = field(default_factory=dict)

    def batch(
        self,
        cells: Callable[[str], Sequence[str | None]],
        lines: Sequence[int],
        rejects: list[Reject],
        faults: Faults,
    ) -> RawBatch:
        """Raw rows of some records; cells gives a column of the file by its name."""
        rows = len(lines)
        columns: dict[str, object] = {"line": pa.array(lines, pa.int64())}
        for name, value in self.resolved.constants.items():
            columns[name] = value
        for name, column in self.resolved.columns.items():
            columns[name] = self._typed(name, cells(column), faults)
        if self.resolved.constants.get("post_id") == CONTENT_ID.removeprefix(CONSTANT):
            columns["post_id"] = self._content_ids(columns, rows, faults)
        return faults.apply(raw_table(columns, rows), rejects)

    def _typed(self, name: str, values: Sequence[str | None], faults: Faults) -> pa.Array:
        kind = RAW_COLUMNS[name]
        if kind == TIME:
            return times(
                values,
                faults,
                name,
                self.context.timezone,
                required=name == "created_at",
                date_format=self.context.date_format,
                missing=NO_FIGURE,
                tally=self.tally,
            )
        if kind == WHOLE:
            return whole_numbers(values, faults, name, missing=NO_FIGURE, decimal_zero=True)
        if kind == WORDS:
            return _words(nullable(values))
        if name in _IDS:
            required = name == "post_id"
            return identifiers(values, faults, name, required=required, missing=self.missing)
        if name == "text":
            return nullable(values)
        array = nullable(values, self.missing)
        if name in _WORDS_OF:
            return _one_of(array, name, faults)
        if name == "country":
            return _country(array, faults)
        if name == "link":
            return pc.coalesce(host_of(array), _bare_host(array))
        return array

    def _content_ids(self, columns: Mapping[str, object], rows: int, faults: Faults) -> list[str]:
        """Id of each row: hash of author, time and text; a repeated row gets its number added.

        Two rows that agree in all three cannot be told apart by what they say: both are kept, as
        -2, -3, ..., and counted as identical_row. Only the hashes of a file are held in memory.
        """
        parts = []
        for name in ("author_id", "author_handle", "created_at", "text"):
            value = columns.get(name)
            if isinstance(value, pa.Array):
                cast = value.cast(pa.int64()) if name == "created_at" else value
                parts.append(["" if v is None else str(v) for v in cast.to_pylist()])
            else:
                parts.append([str(value or "")] * rows)
        ids = []
        for row, told in enumerate(zip(*parts, strict=True)):
            digest = hashlib.sha256("\x1f".join(told).encode()).digest()[:16]
            if row in faults.found:
                ids.append(digest.hex())
                continue
            number = self._seen.get(digest, 0) + 1
            self._seen[digest] = number
            self.tally.note("identical_row", int(number > 1))
            ids.append(digest.hex() if number == 1 else f"{digest.hex()}-{number}")
        return ids


def _words(array: pa.Array) -> pa.Array:
    trimmed = pc.replace_substring_regex(pc.utf8_trim_whitespace(array), r"[;,\s]+", ";")
    return pc.split_pattern(trimmed, ";")


def _one_of(array: pa.Array, name: str, faults: Faults) -> pa.Array:
    known = _WORDS_OF[name]
    folded = pc.utf8_lower(pc.utf8_trim_whitespace(array))
    index = pc.index_in(folded, pa.array(list(known)))
    unknown = truth(pc.and_(pc.is_null(index), pc.is_valid(array)))
    if name == "platform":
        unknown |= truth(pc.is_null(array))
    faults.mark(unknown, "type", f"{name}: expected one of {', '.join(sorted(set(known)))}")
    return pa.array(list(known.values())).take(index)


def _country(array: pa.Array, faults: Faults) -> pa.Array:
    code = pc.utf8_upper(pc.utf8_trim_whitespace(array))
    wrong = ~truth(pc.is_in(code, pa.array(list(countries())))) & truth(pc.is_valid(array))
    faults.mark(np.asarray(wrong), "type", "country: expected an ISO 3166-1 code of two letters")
    return code


def _bare_host(array: pa.Array) -> pa.Array:
    """Links that are host names already, as some tools write them."""
    bare = pc.match_substring_regex(array, r"^(?i)[a-z0-9-]+(?:\.[a-z0-9-]+)+$")
    host = pc.replace_substring_regex(pc.utf8_lower(array), r"^www\.", "")
    return pc.if_else(bare, host, pa.scalar(None, pa.string()))
