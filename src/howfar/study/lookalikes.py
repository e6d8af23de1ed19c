"""Characters that pass for others: what names and handles that look alike share.

A selection after Unicode Technical Standard 39 (confusables): letters of Cyrillic, Greek, Armenian,
Cherokee, Coptic, Lisu and of extended Latin that pass for basic Latin letters or digits, upright.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Before case folding: capitals often look like another letter than their small forms do.
_CAPITALS: Final = {
    "АВЕЅІЈКМНОРСТУХԌԚԜҮЗЬҺ": "abesijkmhopctyxgqwy3bh",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺ": "abezhikmnoptyxcm",
    "ՍՕ": "uo",
    "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎽᏀᏃᏆᏏᏒᏔᏚᏞᏟᏢᏦᏧᏴᏙᏕ": "drtiajewmhygzlbrwslcpkdbvs",
    "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ": "bpdtgkjczfmnlsrvhwxyaeiou",
}
_SMALL: Final = {
    "авекмнорстухѕіјһԁԛԝӏгпьѵѡүзёїў": "abekmhopctyxsijhdqwlrnbvwy3eiy",
    "αβεηικμνορτυχγωσςϲϳ": "abenikuvoptuxywoocj",
    "օոսհզցյ": "onuhqgj",
    "ⲟⲣⲥⲧⲭⲕⲙⲛⲩⲁ": "opctxkmnya",
    "ıɩɪɑɐɡɢʀʏᴀʙᴄᴅᴇꜰʜᴊᴋʟᴍɴᴏᴘꜱᴛᴜᴠᴡᴢɛ": "iiiaaggryabcdefhjklmnopstuvwze",
    "łøđħŧƀƙɓɗƒɠɦɨɫɱɲŋƥɾʂƭʋƴȥʐ": "lodhtbkbdfghilmnnprstvyzz",
}
_ALIKE: Final = {"0": "o", "1": "l", "i": "l", "|": "l", "ǀ": "l"}


def _table(groups: dict[str, str]) -> dict[int, str]:
    return {
        ord(odd): plain
        for odds, plains in groups.items()
        for odd, plain in zip(odds, plains, strict=True)
    }


_BEFORE: Final = _table({**_CAPITALS, **_SMALL})
_AFTER: Final = _table(_SMALL)
ODD_LETTERS: Final = frozenset(_BEFORE)
"""Code points of letters that pass for basic Latin ones."""
_CLASSES: Final = {ord(odd): plain for odd, plain in _ALIKE.items()}


def skeleton(name: str) -> str:
    """What names that look alike share, whatever their case; used to report, never to match.

    Invisible characters and marks are left out, i, l, 1 and | are one, and so are 0 and o,
    rn and m, vv and w.
    """
    if name.isascii():
        folded = name.lower()
    else:
        bare = "".join(
            c
            for c in unicodedata.normalize("NFKD", name)
            if unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc")
        )
        folded = unicodedata.normalize("NFKD", bare.translate(_BEFORE).casefold())
        folded = folded.translate(_AFTER)
    return folded.translate(_CLASSES).replace("rn", "m").replace("vv", "w")
