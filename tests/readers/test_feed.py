"""Feeds: encodings, declarations that must not be followed, damage that must stay where it is."""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pyarrow as pa
import pytest
from tests.readers.reader_cases import plain

from howfar.errors import InputError
from howfar.readers.discovery import SURE, guess, reader_for
from howfar.readers.documents import FileDocument
from howfar.readers.feed import READER, _host
from howfar.readers.fields import host_of
from howfar.readers.html_text import html_text
from howfar.readers.mail_dates import iso_of_mail_date
from howfar.schema.reader import ReadContext, Tally

Written = Callable[[bytes | str], Path]
DATE = "<pubDate>Sat, 04 May 2024 10:00:00 GMT</pubDate>"


def read(path: Path) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    rows: list[dict[str, Any]] = []
    rejects: list[tuple[int, str]] = []
    tally = Tally()
    for batch in READER.read(FileDocument(path), ReadContext(source="s"), tally):
        rows += [plain(row) for row in batch.posts.to_pylist()]
        rejects += [(r.line, r.reason) for r in batch.rejects]
    assert len(rows) + len(rejects) == tally.records
    return rows, rejects


@pytest.fixture
def feed(tmp_path: Path) -> Written:
    def written(content: bytes | str) -> Path:
        path = tmp_path / "feed.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def rss(*items: str, head: str = '<rss version="2.0"><channel>') -> str:
    return head + "\n" + "\n".join(items) + "\n</channel></rss>\n"


def item(guid: str, title: str = "t") -> str:
    return f"<item><guid>{guid}</guid>{DATE}<title>{title}</title></item>"


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
REMOTE = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">'
EMPTY = "<!DOCTYPE rss []>"
LATE = '<rss version="2.0"><!ENTITY x "y"><channel>'
OPEN = "<!DOCTYPE rss " + "x" * 5_000


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE, PARAMETER, REMOTE, EMPTY, LATE, OPEN])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_declarations_are_refused_and_nothing_is_opened(
    feed: Written, declared: str, encoding: str
) -> None:
    read(feed(rss(item("1")).encode(encoding)))  # Loads what the encoding needs.
    text = declared + rss(item("1", "&x;&b;"))
    path = feed(text.encode(encoding))
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and (event == "open" or event.startswith("socket.")):
            opened.append(f"{event} {arguments[0]}")

    sys.addaudithook(hook)
    try:
        with pytest.raises(InputError) as refused:
            read(path)
    finally:
        watching = False
    assert refused.value.reason == "entity"
    assert set(opened) == {f"open {path}"}


def test_the_declaration_of_rss_0_91_is_harmless_and_never_fetched(feed: Written) -> None:
    declared = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://127.0.0.1:9/rss-0.91.dtd">'
    )
    rows, rejects = read(feed(declared + rss(item("1", "caf&eacute; &#233; &amp;eacute;"))))
    assert rejects == []
    assert rows[0]["text"] == "café é é"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("big5", "big5"),
        ("euc-kr", "euc-kr"),
        ("gb2312", "gbk"),
        ("GBK", "gb18030"),
        ("shift_jis", "shift_jis"),
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
        ("utf-16", "utf-8"),
        ("iso-8859-1", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "utf-32"),
    ],
)
def test_encodings(feed: Written, declared: str, written: str) -> None:
    words = {
        "big5": "港口",
        "euc-kr": "항구",
        "gbk": "港口",
        "gb18030": "港口€",
        "shift_jis": "港",
        "cp1252": "“Häfen” €",
        "cp1251": "порт",
        "koi8-r": "порт",
    }.get(written, "порт 港口 é")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + rss(item("1", words))
    rows, rejects = read(feed(text.encode(written)))
    assert rejects == []
    assert rows[0]["text"] == words


@pytest.mark.parametrize("declared", ["bogus", "utf-7", "rot13", "unicode_escape", "idna", "hex"])
def test_encodings_that_are_none(feed: Written, declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + rss(item("1"))
    with pytest.raises(InputError) as refused:
        read(feed(text))
    assert refused.value.reason == "encoding"


def test_a_section_that_lost_its_end_costs_its_own_item(feed: Written) -> None:
    damaged = item("2", "<![CDATA[two]>")
    rows, rejects = read(feed(rss(item("1"), damaged, item("3", "<![CDATA[3]]>"), item("4"))))
    assert [r["post_id"] for r in rows] == ["1", "3", "4"]
    assert rejects == [(3, "xml")]


def test_a_section_may_quote_a_feed(feed: Written) -> None:
    quoted = item("2", "<![CDATA[write </item> <item> here]]>")
    rows, rejects = read(feed(rss(item("1"), quoted, item("3"))))
    assert rejects == []
    assert rows[1]["text"] == "write here"


def test_comments_hide_items(feed: Written) -> None:
    rows, rejects = read(feed(rss(item("1"), f"<!-- {item('2')} -->", item("3"))))
    assert [r["post_id"] for r in rows] == ["1", "3"]
    assert rejects == []


def test_namespaces_by_any_prefix(feed: Written) -> None:
    text = (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry>'
        '<a:content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">one<br/>two</div>'
        "</a:content><a:published>2024-05-04T10:00:00Z</a:published><a:id>i</a:id>"
        "</a:entry></a:feed>"
    )
    rows, _ = read(feed(text))
    assert rows == [
        {
            "line": 1,
            "platform": "feed",
            "post_id": "i",
            "relation": "original",
            "created_at": "2024-05-04T10:00:00Z",
            "text": "one\ntwo",
        }
    ]


def test_rss_1_0_with_its_own_prefixes(feed: Written) -> None:
    text = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">'
        '<channel r:about="x"><items><r:Seq><r:li resource="u"/></r:Seq></items></channel>'
        '<item r:about="https://a.example/1"><title>T</title><link>https://a.example/1</link>'
        "<d:date>2024-05-04T12:00:00+02:00</d:date></item></r:RDF>"
    )
    rows, _ = read(feed(text))
    assert rows[0]["created_at"] == "2024-05-04T10:00:00Z"
    assert rows[0]["post_id"] == "https://a.example/1"


def test_damage_stays_in_its_item(feed: Written) -> None:
    rng = random.Random(20240504)
    intact = [
        item(str(n), f"<![CDATA[words & <b>more</b> {n}]]>" if n % 3 else f"words {n} <!-- c -->")
        for n in range(12)
    ]
    for _ in range(400):
        hit = rng.randrange(1, 11)
        damaged = bytearray(intact[hit].encode())
        for _ in range(rng.choice((1, 1, 2, 6))):
            place = rng.randrange(len(damaged))
            if rng.random() < 0.5:
                damaged[place] = rng.randrange(256)
            else:
                del damaged[place : place + rng.randrange(1, 9)]
        parts = [part.encode() for part in intact]
        parts[hit] = bytes(damaged)
        head = b'<rss version="2.0"><channel>\n'
        rows, rejects = read(feed(head + b"\n".join(parts) + b"\n</channel></rss>"))
        kept = {row["post_id"] for row in rows}
        assert {str(n) for n in range(12) if n != hit} <= kept
        # A second record appears only where the damage made a tag of its own.
        assert len(rows) + len(rejects) in (11, 12, 13)


@pytest.mark.timeout(300)  # Quadratic time would take hours.
def test_hostile_shapes_cost_linear_time(feed: Written) -> None:
    for unit in ("<!--", "<![CDATA[", "<item>", "</item>", "<item><![CDATA[", "<", "<!-- <!--"):
        path = feed("<rss><channel>" + unit * 50_000)
        with contextlib.suppress(InputError):
            read(path)


def test_an_item_that_is_too_long_is_passed_over(feed: Written) -> None:
    rows, rejects = read(feed(rss(item("1"), item("2", "x" * 9_000_000), item("3"))))
    assert [r["post_id"] for r in rows] == ["1", "3"]
    assert rejects == [(3, "too_long")]


def test_no_feed_at_all(feed: Written) -> None:
    for content, reason in (
        ("<html><body>no</body></html>", "format"),
        ("  \n", "empty"),
        ('<rss version="2.0"><channel><title>cut', "xml"),
    ):
        with pytest.raises(InputError) as refused:
            read(feed(content))
        assert refused.value.reason == reason


def test_an_item_without_id_or_link_gets_one_of_its_words(feed: Written) -> None:
    same = f"<item>{DATE}<description>the same</description></item>"
    rows, _ = read(feed(rss(same, same)))
    assert rows[1]["post_id"] == rows[0]["post_id"] + "-2"


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Sat, 07 Sep 2002 00:00:01 GMT", "2002-09-07T00:00:01+00:00"),
        ("7 sept 2002 0:00 -0430", "2002-09-07T00:00:00-04:30"),
        ("Thu, 01 Jan 70 00:00:00 PDT", "1970-01-01T00:00:00-07:00"),
        ("Sat, 07 Sep 2002 00:00:01", "2002-09-07T00:00:01"),
        ("Sat, 07 Sep 2002 00:00:01 CEST", "2002-09-07T00:00:01"),
        ("2002-09-07T00:00:01Z", None),
        ("yesterday", None),
        ("07 Foo 2002 00:00:01 GMT", None),
    ],
)
def test_mail_dates(told: str, meant: str | None) -> None:
    assert iso_of_mail_date(told) == meant


def test_one_host_as_all_hosts() -> None:
    links = ["https://WWW.a.example:80/x", "http://u@b.example?q", "ftp://c", "//d", "", "https://"]
    assert [_host(link) for link in links] == host_of(pa.array(links)).to_pylist()
    assert _host(None) is None


def test_html_to_text() -> None:
    html = "<p>a<br>b  c</p><ul><li>d</li></ul><style>x{}</style><pre>e\n f</pre> <a href='u'>g</a>"
    assert html_text(html) == ("a\nb c\nd\ne\nf\ng", ["u"])
    marked = "<b>a</b><![CDATA[ b ]]><![if !x]> c<![endif]> <![odd d <!-- e --> <!-- f"
    assert html_text(marked) == ("a b c <![odd d <!-- f", [])
    assert html_text("plain &amp; simple\n 1 < 2") == ("plain & simple\n 1 < 2", [])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "unit", ["<!--", "<![CDATA[", "<![", "<a ", "</", "<!", "&", "<script>", "<textarea>", "<!-- >"]
)
def test_html_costs_linear_time(unit: str) -> None:
    # Quadratic time would take hours.
    assert isinstance(html_text("<b>" + unit * 100_000)[0], str)


def test_well_formed_feeds_hold_what_an_established_parser_finds(shared: Path) -> None:
    """Records, ids and times against feedparser, which was not used to read them."""
    compared = 0
    for path in sorted((shared / "samples" / "feeds").glob("docs_*.xml")):
        with path.open("rb") as file:
            entries = feedparser.parse(file).entries
        rows, rejects = read(path)
        assert len(rows) + len(rejects) == len(entries)
        for row, entry in zip(rows, entries, strict=False):
            moment = entry.get("published_parsed") or entry.updated_parsed
            told = time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)
            assert (row["post_id"], row["created_at"]) == (entry.id, told)
            assert row["text"].startswith(entry.title)
            compared += 1
    assert compared == 7


REFUSED = {"tests_encoding_bozo_bogus_encoding.xml": "encoding"}


def test_every_real_feed_is_read_or_refused(shared: Path) -> None:
    paths = sorted((shared / "samples" / "feeds").glob("*.xml"))
    assert len(paths) == 80
    records = kept = 0
    for path in paths:
        (first, sniff), *_ = guess(path)
        assert first is READER
        assert sniff.confidence >= SURE
        if path.name in REFUSED:
            with pytest.raises(InputError) as refused:
                read(path)
            assert refused.value.reason == REFUSED[path.name]
            continue
        rows, rejects = read(path)
        records += len(rows) + len(rejects)
        kept += len(rows)
        assert {reason for _, reason in rejects} <= {"date", "encoding"}
    # Most of these feeds have no item; most items have no date.
    assert (records, kept) == (27, 7)
    path = shared / "samples" / "feeds" / "docs_examples_examples_atom10.xml"
    assert reader_for(path, "auto") is READER
    rows, _ = read(path)
    assert rows == [
        {
            "line": 11,
            "platform": "feed",
            "post_id": "tag:feedparser.org,2005-11-09:/docs/examples/atom10.xml:3",
            "relation": "original",
            "created_at": "2005-11-09T00:23:47Z",
            "language": "en",
            "text": "First entry title\n\nWatch out for nasty tricks",
        }
    ]
