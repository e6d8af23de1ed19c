"""Taking persons out of texts: mentions, links to profiles, e-mail addresses, telephone numbers.

Named channels stay. In doubt text is removed. Redaction is idempotent: a redacted text holds
nothing that would be redacted again. Names that are written out in plain words are not found.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from howfar.privacy.links import HOST_ENDINGS, HOSTS, LINK, account_of
from howfar.privacy.phones import MANY_DIGITS, RUN, is_phone
from howfar.study.handles import handle_key

MENTION: Final = "⟨mention⟩"
PROFILE: Final = "⟨profile⟩"
EMAIL: Final = "⟨email⟩"
PHONE: Final = "⟨phone⟩"

_AT = r"(?:[@＠﹫]|%40)"
_AT_SIGN: Final = re.compile(_AT)
# What ends a word that may be an address. Scripts without spaces between words (Han, kana, Thai,
# Lao, Myanmar, Khmer) end a word of another script, else half a sentence would go with it.
_STOP = r"\s@＠﹫<>()\[\]{}\"“”‘«»,;:/\\|⟨⟩=?&%，。、；：！？（）【】「」『』…"
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_LOCAL = rf"(?:(?<![^{_STOP}{_UNSPACED}])[^{_STOP}{_UNSPACED}]++|(?<![{_UNSPACED}])[{_UNSPACED}]++)"
_BEFORE_AT: Final = re.compile(rf"(?:[^{_STOP}]|\"){_AT}")
_TWO_AT_SIGNS: Final = re.compile(rf"{_AT}[^\s]*?{_AT}")
_LABEL = rf"(?:[^{_STOP}{_UNSPACED}.．｡!#$'*+^`~]++|[{_UNSPACED}]++)"
_DOMAIN = rf"{_LABEL}(?:[.．｡]{_LABEL})+"
_ADDRESS: Final = re.compile(
    rf"(?:\"[^\"\n]{{1,64}}\"|{_LOCAL}){_AT}(?:{_DOMAIN}|\[[0-9A-Fa-f.:v]+\])"
    rf"|(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]++{_AT}[A-Za-z0-9_-]++"
)
_SPELT_AT: Final = re.compile(r"[(\[{]\s?(?:[aA][tT]|[@＠])\s?[)\]}]")
_SPELT: Final = re.compile(
    rf"{_LOCAL}\s{{0,2}}[(\[{{]\s?(?i:at|@|＠)\s?[)\]}}]\s{{0,2}}{_LABEL}"
    rf"(?:(?:[.．]|\s{{0,2}}[(\[{{]\s?(?i:dot|\.)\s?[)\]}}]\s{{0,2}}){_LABEL})*"
)
_INVISIBLE = r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]*"
# Word characters, the vowel signs and marks that Python does not count among them, joiners.
_NAME = (
    r"[\w\-\u00b7\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
    r"\u200b-\u200d\u2060\ufe0f]"
)
_HANDLE = rf"{_NAME}++(?:\.{_NAME}++)*+"
_MENTION: Final = re.compile(
    rf"{_AT}\[[^\]\n]{{1,200}}\]|{_AT}{_INVISIBLE}({_HANDLE}(?:{_AT}{_HANDLE})?)"
)
_FEDERATED: Final = re.compile(rf"(?<!{_NAME}){_AT}({_HANDLE}{_AT}{_HANDLE})")
_REDDIT: Final = re.compile(r"(?<![\w./])/?[uU]/([A-Za-z0-9_-]{3,20})")
_APPS = "tg|fb|instagram|twitter|whatsapp|viber|at"
_APP_LINK: Final = re.compile(rf"(?:{_APPS})://[^\s⟨⟩]+")
_DID: Final = re.compile(r"did:(?:plc|web|key):[A-Za-z0-9._:%-]+")
_PHONE_IN_LINK: Final = re.compile(r"(?i)\b((?:phone|tel|mobile|whatsapp)=)(?:\+|%2B)?\d{7,}")

_DIGITS: Final = r"\p{Nd}(?:\P{L}*?\p{Nd}){6}"
_HOST_NAMES: Final = "(?i:" + "|".join(re.escape(host) for host in (*HOSTS, *HOST_ENDINGS)) + ")"

_SPACE = r"[\s\v\x1c-\x1f\x{85}\p{Z}]?"
_BUT_AT_SIGNS: Final = (
    rf"[＠﹫]|%40|(?i:%ef%b[9c])|(?i:[(\[{{]{_SPACE}at{_SPACE}[)\]}}])|[uU]/|(?:{_APPS})://"
    r"|did:(?:plc|web|key):|/users/"
    rf"|{_HOST_NAMES}"
)

# A text in which RE2 finds none of these holds nothing to redact.
_ANY: Final = rf"@|{_BUT_AT_SIGNS}|{_DIGITS}"

# A text in which it finds none of these holds mentions at most, each of them a plain name that
# stands alone, and digits: what the regular expressions of Python take fifty times as long for.
_MORE_THAN_MENTIONS: Final = rf"{_BUT_AT_SIGNS}|\S@|@\W|@\z|@\w+[^\w\s:,;!?)]"
_PLAIN_MENTION: Final = r"@\w+"
_SHORT_LINK: Final = r"(^|\s)https?://t\.co/[A-Za-z0-9]+"


class Redactor:
    """Redaction that keeps the handles of named channels.

    keep: handles with or without @, of all platforms (see Registry.handles).
    """

    def __init__(self, keep: Set[str] = frozenset()) -> None:
        self._keep = frozenset(key for name in keep if (key := handle_key(name)) is not None)
        kept = "|".join(re.escape(key) for key in sorted(self._keep) if key.isascii())
        self._more = _MORE_THAN_MENTIONS + (f"|(?i:@(?:{kept}))" if kept else "")
        # What may be more than mentions: digits count until short links are taken out.
        self._hard = f"{self._more}|{_DIGITS}"

    def text(self, text: str) -> str:
        """The text with persons taken out."""
        while True:
            redacted = self._once(text)
            if redacted == text:
                return text
            # A placeholder can uncover a mention that stood behind a longer run of letters.
            text = redacted

    def array(self, texts: pa.Array | pa.ChunkedArray) -> pa.Array:
        """A text array (N,) redacted, (N,) strings; null stays null."""
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks()
        texts = texts.cast(pa.string())
        bare = pc.replace_substring_regex(texts, _PLAIN_MENTION, MENTION)
        hard = pc.fill_null(pc.match_substring_regex(texts, self._hard), False)
        hard = pc.replace_with_mask(
            hard, hard, self._still_hard(texts.filter(hard), bare.filter(hard))
        )
        return pc.replace_with_mask(bare, hard, self._one_by_one(texts.filter(hard)))

    def _still_hard(self, texts: pa.Array, bare: pa.Array) -> pa.Array:
        """Of texts (N,) that seem to hold more than plain mentions, which (N,) do.

        bare: without those mentions.
        """
        # Digits of a shortened link are no telephone number; a letter takes its place.
        digits = pc.match_substring_regex(
            pc.replace_substring_regex(bare, _SHORT_LINK, "L"), _DIGITS
        )
        return pc.or_(digits, pc.match_substring_regex(texts, self._more))

    def _one_by_one(self, texts: pa.Array) -> pa.Array:
        """Texts (N,) redacted each by itself."""
        redacted = pa.array([self._once(text) for text in texts.to_pylist()], pa.string())
        again = pc.match_substring_regex(redacted, _ANY)
        others = [self.text(text) for text in redacted.filter(again).to_pylist()]
        return pc.replace_with_mask(redacted, again, pa.array(others, pa.string()))

    def _once(self, text: str) -> str:
        if "." in text:
            text = LINK.sub(self._link, text)
        if "://" in text:
            text = _APP_LINK.sub(PROFILE, text)
        if "did:" in text:
            text = _DID.sub(PROFILE, text)
        if "u/" in text or "U/" in text:
            text = _REDDIT.sub(self._mention, text)
        if _SPELT_AT.search(text):
            text = _SPELT.sub(EMAIL, text)
        if _AT_SIGN.search(text):
            if _TWO_AT_SIGNS.search(text):
                text = _FEDERATED.sub(self._mention, text)
            if _BEFORE_AT.search(text):
                text = _ADDRESS.sub(self._address, text)
            text = _MENTION.sub(self._mention, text)
        return self._phones(text)

    def _kept(self, name: str | None) -> bool:
        if not name or not self._keep:
            return False
        bare = name.rstrip("-._·")
        return handle_key(name) in self._keep or (bare != name and handle_key(bare) in self._keep)

    def _mention(self, found: re.Match[str]) -> str:
        return found[0] if self._kept(found[1]) else MENTION

    def _address(self, found: re.Match[str]) -> str:
        # A federated handle of a channel, @name@instance, holds what looks like an address.
        federated = found.string[max(0, found.start() - 1) : found.start()].endswith(
            ("@", "＠", "﹫")
        )
        return found[0] if federated and self._kept(found[0]) else EMAIL

    def _link(self, found: re.Match[str]) -> str:
        account = account_of(found)
        if account is None or self._kept(account):
            return found[0]
        # Closing marks belong to the sentence, not to the link.
        return PROFILE + found[0][len(found[0].rstrip(".,;:!?)]}'")) :]

    def _phones(self, text: str) -> str:
        if not MANY_DIGITS.search(text):
            return text
        parts, start = [], 0
        for link in LINK.finditer(text):
            if not link[2]:
                continue
            parts.append(_without_phones(text[start : link.start()]))
            parts.append(_PHONE_IN_LINK.sub(rf"\g<1>{PHONE}", link[0]))
            start = link.end()
        return "".join([*parts, _without_phones(text[start:])])


def _without_phones(text: str) -> str:
    def replaced(run: re.Match[str]) -> str:
        if not is_phone(run, text):
            return run[0]
        opened = run[0][0] in "(（" and not {")", "）"} & set(run[0])
        return run[0][0] + PHONE if opened else PHONE

    return RUN.sub(replaced, text)
