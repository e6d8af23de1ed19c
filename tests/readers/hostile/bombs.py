"""Files that are made to exhaust, escape or confuse: packed bombs, archives, endless nesting."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import zstandard

MEGA = 1 << 20
POST = (
    b'{"id": "170000000000000000%d", "text": "Ferries run", "author_id": "11", '
    b'"created_at": "2023-09-08T06:00:00.000Z", "edit_history_tweet_ids": ["1"], '
    b'"public_metrics": {"like_count": 3}}\n'
)
POSTS = b"".join(POST % n for n in range(10))
TABLE = b"status_id,status_message,link_name,status_type,status_link,status_published," + (
    b"num_reactions,num_comments,num_shares,num_likes,num_loves,num_wows,num_hahas,num_sads,"
    b"num_angrys\n900_1,A,B,link,https://a.example/,2016-03-01 08:00:00,1,1,1,1,0,0,0,0,0\n"
)


def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    parts = [packer.compress(POSTS)]
    parts += [packer.compress(b" " * MEGA) for _ in range(size // MEGA)]
    return b"".join(parts) + packer.flush()


def _zip(members: list[tuple[str | zipfile.ZipInfo, bytes]], kind: int = 8) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _link(target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo("posts.jsonl")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def _patched(content: bytes, at_local: int, at_central: int, shape: str, value: int) -> bytes:
    """A zip archive of one member with a field of both its headers overwritten."""
    changed = bytearray(content)
    struct.pack_into(shape, changed, content.find(b"PK\x03\x04") + at_local, value)
    struct.pack_into(shape, changed, content.find(b"PK\x01\x02") + at_central, value)
    return bytes(changed)


def _overlapping(count: int) -> bytes:
    """Many names for one and the same packed member: each costs 50 bytes and unpacks to all."""
    one = _zip([("a.jsonl", b"\n" * (8 * MEGA))])
    central = one.find(b"PK\x01\x02")
    end = one.find(b"PK\x05\x06")
    entry = one[central:end]
    entries = b"".join(
        entry.replace(b"a.jsonl", b"%07d" % n if n else b"a.jsonl") for n in range(count)
    )
    tail = bytearray(one[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entries))
    return one[:central] + entries + bytes(tail)


def _many_members(count: int) -> bytes:
    """An archive that lists a great many empty members, made faster than zipfile would."""
    local, central, at = bytearray(), bytearray(), 0
    for n in range(count):
        name = b"%07d.jsonl" % n
        header = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0)
        local += header + name
        central += (
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                *(b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, at),
            )
            + name
        )
        at += len(header) + len(name)
    listed = min(count, 0xFFFF)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, listed, listed, len(central), len(local), 0)
    return bytes(local + central) + end


def _sheet(rows: bytes, more: list[tuple[str, bytes]] | None = None) -> bytes:
    """A spreadsheet of one sheet."""
    types = (
        b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        b'package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        b'PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.spreadsheetml.worksheet+xml"/></Types>'
    )
    relation = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = [
        ("[Content_Types].xml", types),
        (
            "_rels/.rels",
            b'<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/officeDocument" Target='
            b'"xl/workbook.xml"/></Relationships>' % (package, relation),
        ),
        (
            "xl/workbook.xml",
            b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="A" sheetId="1" r:id="r1"/>'
            b"</sheets></workbook>" % (main, relation),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b'<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/worksheet" Target='
            b'"worksheets/sheet1.xml"/></Relationships>' % (package, relation),
        ),
        (
            "xl/worksheets/sheet1.xml",
            b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, rows),
        ),
    ]
    return _zip([*parts, *(more or [])])


def _entities(kind: str) -> bytes:
    if kind == "outside":
        doctype = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    elif kind == "net":
        doctype = b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/a.dtd">'
    else:
        levels = b"".join(
            b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 30)
        )
        doctype = b'<!DOCTYPE rss [<!ENTITY e0 "lol">' + levels + b"]>"
    return (
        b'<?xml version="1.0"?>' + doctype + b'<rss version="2.0"><channel><item><title>&e29;&x;'
        b"</title><link>https://a.example/</link><pubDate>Wed, 01 May 2024 09:30:00 GMT</pubDate>"
        b"</item></channel></rss>"
    )


def _huge_window() -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=31, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj(size=-1)
    return packer.compress(POSTS) + packer.flush()


BOMBS: dict[str, Callable[[int], bytes]] = {
    # The number is the size in MiB that a bomb would unpack to or that a plain file has.
    "bomb.jsonl.gz": lambda size: _zeros(size * MEGA),
    "bomb.jsonl.zst": lambda size: zstandard.ZstdCompressor(3).compress(
        POSTS + b" " * (size * MEGA)
    ),
    "bomb.zip": lambda size: _zip([("posts.jsonl", POSTS + b" " * (size * MEGA))]),
    "lzma.zip": lambda size: _zip([("posts.jsonl", b"\n" * (16 * MEGA))], zipfile.ZIP_LZMA),
    "bzip2.zip": lambda size: _zip([("posts.jsonl", b"\n" * (size * MEGA))], zipfile.ZIP_BZIP2),
    "gzip-in.zip": lambda size: _zip([("posts.jsonl.gz", _zeros(size * MEGA))]),
    "twice.jsonl.gz": lambda size: gzip.compress(_zeros(size * MEGA)),
    "window.jsonl.zst": lambda size: _huge_window(),
    "overlapping.zip": lambda size: _overlapping(size),
    "members.zip": lambda size: _many_members(100_000),
    "many.zip": lambda size: _many_members(1_500),
    "spreadsheet.xlsx": lambda size: _sheet(b'<row r="1">' + b"<c/>" * (size * MEGA // 4)),
    "part.xlsx": lambda size: _sheet(
        b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        [("xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * (size * MEGA // 16))],
    ),
    "columns.xlsx": lambda size: _sheet(
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' * 3
    ),
    "entities.rss": lambda size: _entities("laughs"),
    "outside.rss": lambda size: _entities("outside"),
    "net.rss": lambda size: _entities("net"),
    "deep.xml": lambda size: b"<rss><channel>" + b"<item>" * 120_000,
    "attributes.xml": lambda size: b"<rss><channel><item " + b'a="1" ' * 900_000 + b"/>",
    "deep.json": lambda size: b"[" * MEGA,
    "deep.jsonl": lambda size: POSTS + b'{"id":' + b'{"a":' * MEGA + b"\n" + POSTS,
    "deeper.json": lambda size: b'{"items": [' + b'{"a":[' * MEGA,
    "array.json": lambda size: b"[" + b"0," * (10 * MEGA) + b"0]",
    "objects.json": lambda size: b"[" + b"{}," * (2 * MEGA) + b"{}]",
    "keys.json": lambda size: (
        b"{" + b",".join(b'"k%d": %d' % (n, n) for n in range(700_000)) + b"}"
    ),
    "line.jsonl": lambda size: POSTS + b'"' + b"a" * (size * MEGA) + b'"\n' + POSTS,
    "line.csv": lambda size: TABLE + b'"' + b"a" * (size * MEGA) + b'"\n' + TABLE[-80:],
    "quotes.csv": lambda size: TABLE + b'"a""\n' * 60_000,
    "quote.csv": lambda size: TABLE + b'x,"\n' + b"y,z\n" * 400_000,
    "header.csv": lambda size: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n",
    "nul.csv": lambda size: b"\x00" * (size * MEGA),
    "nul.jsonl": lambda size: POSTS + b"\x00" * (size * MEGA),
    "crs.csv": lambda size: TABLE + b"\r" * 1_000_000,
    "utf32.jsonl": lambda size: POSTS.decode().encode("utf-32"),
    "half.jsonl": lambda size: b"\xff\xfe" + POSTS.decode().encode("utf-16-le") + b"\x00",
    "digits.jsonl": lambda size: b'{"id": ' + b"9" * (4 * MEGA) + b"}\n" + POSTS,
    "exponent.jsonl": lambda size: b'{"id": 1e999999999, "n": -1e999999999}\n' + POSTS,
    "surrogates.jsonl": lambda size: b'{"id": "' + b"\\ud800" * MEGA + b'"}\n' + POSTS,
}
"""Content by file name, from the size in MiB that the large ones have."""

HARMLESS = ("half.jsonl", "utf32.jsonl")

NAMES: dict[str, list[tuple[str | zipfile.ZipInfo, bytes]]] = {
    "parent": [("../escaped.jsonl", POSTS)],
    "parents": [("a/../../../escaped.jsonl", POSTS)],
    "absolute": [("/tmp/escaped.jsonl", POSTS)],
    "windows": [("C:\\escaped.jsonl", POSTS)],
    "windows-parent": [("..\\..\\escaped.jsonl", POSTS)],
    "share": [("\\\\host\\share\\escaped.jsonl", POSTS)],
    "link": [_link("/etc/passwd")],
    "nested": [("inner.zip", _zip([("posts.jsonl", POSTS)]))],
}
"""Archives whose one member is refused, each with an honest member beside it."""


def archive(kind: str) -> bytes:
    """An archive with a refused member and then an honest one."""
    return _zip([*NAMES[kind], ("honest.jsonl", POSTS)])


def encrypted() -> bytes:
    """An archive whose first member says that it is encrypted."""
    return _patched(_zip([("posts.jsonl", POSTS), ("honest.jsonl", POSTS)]), 6, 8, "<H", 1)


def lying(size: int) -> bytes:
    """An archive whose member is said to be of another size than it is."""
    return _patched(_zip([("posts.jsonl", POSTS)]), 22, 24, "<I", size)


def write(folder: Path, size: int) -> list[Path]:
    """All bombs as files of a folder; size in MiB of the large ones."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in BOMBS.items():
        path = folder / name
        path.write_bytes(content(size))
        paths.append(path)
    return paths
