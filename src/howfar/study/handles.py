"""Handles: when two are the same, and which ones are made to look like another."""

from __future__ import annotations

import unicodedata

_MIXING = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


def tidy_handle(handle: str) -> str:
    """A handle without surrounding space and leading @ signs."""
    return handle.strip().lstrip("@")


def unsafe_reason(handle: str) -> str | None:
    """Why a handle is matched to nothing, or null where it is plain.

    Refused: invisible characters and combining marks, letters that a compatibility form or case
    folding turns into others, and mixtures of Latin with letters that look like Latin.
    """
    if handle.isascii() and handle.isprintable() and " " not in handle:
        return None
    for character in handle:
        if unicodedata.category(character) in ("Cf", "Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"):
            return f"invisible character U+{ord(character):04X}"
        if unicodedata.category(character) in ("Mn", "Me") and ord(character) < 0x0370:
            return f"combining mark U+{ord(character):04X}"
    if unicodedata.normalize("NFKC", handle) != handle or handle.casefold() != handle.lower():
        return "characters that turn into others when folded"
    scripts = {
        name
        for character in handle
        if character.isalpha()
        for name in _MIXING
        if unicodedata.name(character, "").startswith(name)
    }
    if len(scripts) > 1:
        return f"a mixture of {' and '.join(sorted(s.title() for s in scripts))} letters"
    return None


def handle_key(handle: str) -> str | None:
    """What equal handles share: the case-folded handle; null where it is unsafe."""
    tidy = tidy_handle(handle)
    return None if not tidy or unsafe_reason(tidy) else tidy.casefold()
