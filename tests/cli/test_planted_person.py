"""No byte of a planted person in the study folder or in any message; forgotten, no pseudonym."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call, Outcome
from tests.cli.planted import (
    ACCOUNT,
    ADDRESS,
    CHANNELS,
    FEDERATED,
    HANDLE,
    NAME,
    POSTS,
    SECRETS,
    STUDY,
    write_exports,
)
from tests.readers.reader_cases import READER_IDS, Case, case, read_all

from howfar.privacy.keys import load_key
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.study.template import toml_value

PLATFORMS = ("x", "mastodon", "facebook")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, as stored and unpacked: Parquet values, spreadsheets, gzip."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield f"the name {name}", name.encode()
        if not path.is_file():
            continue
        body = path.read_bytes()
        yield name, body
        if body[:4] == b"PAR1":
            file = pq.ParquetFile(path)
            rows = json.dumps(file.read().to_pylist(), default=str, ensure_ascii=False)
            yield f"{name} (values)", rows.encode()
            yield f"{name} (metadata)", str(file.metadata.to_dict()).encode()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                for member in book.namelist():
                    yield f"{name}/{member}", member.encode() + book.read(member)
        elif body[:2] == b"\x1f\x8b":
            yield f"{name} (unpacked)", gzip.decompress(body)


def found(where: str, body: bytes) -> list[str]:
    plain = body.decode("utf-8", "replace").casefold()
    return [f"{secret} in {where}" for secret in SECRETS if secret.casefold() in plain]


def leaks(folder: Path, told: list[Outcome]) -> list[str]:
    """Where a secret occurs in a folder, or in what the program said."""
    all_found = [leak for where, body in contents(folder) for leak in found(where, body)]
    for number, outcome in enumerate(told):
        for name, text in (("out", outcome.out), ("err", outcome.err)):
            all_found += found(f"std{name} of call {number}", text.encode())
    return all_found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_exports(tmp_path / "raw")
    made = tmp_path / "planted"
    made.mkdir()
    (made / "study.toml").write_text(STUDY, encoding="utf-8")
    (made / "channels.csv").write_text(CHANNELS, encoding="utf-8")
    return made


def test_no_byte_of_the_person_is_anywhere(howfar: Call, folder: Path) -> None:
    """All that the program can be asked, in the forms for people and for scripts."""
    raw = sorted((folder.parent / "raw").iterdir())
    about_files = [
        howfar(*call, path, *how)
        for path in raw
        for call, how in ((("check",), ()), (("check",), ("--json",)), (("read",), ("--json",)))
    ]
    assert {told.code for told in about_files} <= {0, 4}
    told = [
        howfar(*call)
        for call in (
            ("check", folder, "--json"),
            ("read", folder, "--rejects"),
            ("read", folder, "--fresh", "--json"),
            ("can", folder),
            ("run", folder),
            ("report", folder, "--json"),
            ("explain", "engagement", "--study", folder, "--json"),
            ("methods", folder),
            ("status", folder),
            ("status", folder, "--json"),
            ("verify", folder, "--json"),
        )
    ]
    assert [o.code for o in told] == [0] * len(told), [o.err for o in told if o.code]
    assert leaks(folder, [*about_files, *told]) == []
    assert json.loads(told[-1].out)["ok"]
    # The search finds what is there: it would fail if anything were kept.
    there = leaks(folder.parent / "raw", [])
    assert {s for s in SECRETS if any(leak.startswith(f"{s} in") for leak in there)} == set(SECRETS)


def posts_of(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted(folder.glob("tables/posts/*.parquet"))
    rows = [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]
    return {row["post_id"]: row for row in rows}


def test_what_was_read_of_the_person_is_there_under_pseudonyms(howfar: Call, folder: Path) -> None:
    told = json.loads(howfar("read", folder, "--json").out)["files"]
    assert {f["format"] for f in told} >= {"x-api-v2", "table-csv", "facebook-page-csv"}
    assert all(f["read"] + f["rejected"] == f["records"] for f in told)
    names, posts = Pseudonymiser(load_key("planted", folder)), posts_of(folder)
    own = posts[names.post("x", POSTS[0])]
    assert (own["channel"], own["author"]) == (None, names.person("x", ACCOUNT))
    assert posts[names.post("mastodon", ADDRESS)]["author"] == names.person("mastodon", ACCOUNT)
    answer = posts["7005"]
    assert (answer["channel"], answer["parent_author"]) == ("harbour", own["author"])
    assert posts[names.post("x", "7007")]["kind"] == "other"
    # A handle with a zero for an o, a name that holds ours: marked, not matched, not named.
    alike = posts[names.post("x", "7004")]
    assert (alike["channel"], alike["resembles"], alike["name_match"]) == (None, "harbour", True)
    assert (own["resembles"], own["name_match"]) == (None, False)
    assert (answer["resembles"], answer["name_match"]) == (None, None)
    (warned,) = (w for f in told for w in f["warnings"] if w["code"] == "lookalike")
    assert (warned["channel"], warned["accounts"], warned["records"]) == ("harbour", 1, 1)
    assert "1 accounts (1 posts) have handles that look like that of channel harbour" in (
        howfar("status", folder).out
    )


def test_a_million_guesses_without_the_key_match_no_pseudonym(howfar: Call, folder: Path) -> None:
    howfar("read", folder)
    stored: set[str] = set()
    for path in folder.glob("tables/*/*.parquet"):
        for column in pq.ParquetFile(path).read().columns:
            if column.type == pa.string():
                stored |= set(
                    re.findall(
                        r"\b[a-z]_([0-9a-f]{32})\b",
                        " ".join(value for value in column.to_pylist() if value),
                    )
                )
    assert len(stored) > 20
    # The right answers stand among the guesses: with the key they would match.
    right = [HANDLE, f"@{HANDLE}", FEDERATED, ACCOUNT, *POSTS, ADDRESS, "14", "7001"]
    key = load_key("planted", folder)
    with_key = Pseudonymiser(key)
    assert with_key.person("x", ACCOUNT).removeprefix("p_") in stored
    guesses = right + [f"user{n}" for n in range(170_000)] + [f"{n}" for n in range(170_000)]
    tried = 0
    for platform in PLATFORMS:
        for guess in guesses:
            digest = hashlib.sha256(f"{platform}:{guess}".encode()).hexdigest()
            assert digest[:32] not in stored
            tried += 1
    assert tried > 1_000_000
    for platform in PLATFORMS:
        other = Pseudonymiser(hashlib.sha256(b"another key").digest())
        for make in (other.persons, other.posts):
            made = make(platform, pa.array(guesses[:20_000])).to_pylist()
            assert not stored & {name[2:] for name in made}
        for name in ("md5", "sha1", "sha512", "blake2b", "sha3_256"):
            for guess in guesses[:2_000]:
                for text in (f"{platform}:{guess}", guess, f"{platform}{guess}"):
                    assert hashlib.new(name, text.encode()).hexdigest()[:32] not in stored


def test_forgotten_the_person_is_gone_and_does_not_come_back(howfar: Call, folder: Path) -> None:
    for command in ("read", "run", "report"):
        assert howfar(command, folder).code == 0
    names = Pseudonymiser(load_key("planted", folder))
    # On X the handle alone: the id that goes with it is found in the raw files.
    asked = [f"x:@{HANDLE}", f"mastodon:{ACCOUNT}", f"mastodon:{FEDERATED}", f"facebook:{ACCOUNT}"]
    asked[2] = f"mastodon:@{FEDERATED}"
    page = [f"facebook:{ACCOUNT}_{POSTS[0]}{n}" for n in range(3)]
    options = [part for name in asked for part in ("--person", name)]
    options += [part for name in page for part in ("--post", name)]
    own = [
        *(names.person(p, a) for p in PLATFORMS for a in (ACCOUNT, f"@{HANDLE}")),
        *(names.post("x", post) for post in (*POSTS, "8100")),
        names.post("mastodon", ADDRESS),
        *(names.post("facebook", post.partition(":")[2]) for post in page),
    ]

    def left() -> list[str]:
        return [
            f"{name} in {where}"
            for where, body in contents(folder)
            for name in own
            if name.encode() in body
        ]

    assert left()
    dry = howfar("forget", folder, *options, "--dry-run", "--json")
    assert left()
    done = howfar("forget", folder, *options, "--json")
    assert done.code == 0, done.err
    assert left() == []
    assert leaks(folder, [dry, done]) == []
    told, planned = json.loads(done.out), json.loads(dry.out)
    assert told["rows"] == planned["rows"]
    assert told["rows"]["posts"] >= 7
    files = ["package.zip", "page.csv", "posts.jsonl", "table.csv"]
    assert [Path(path).name for path in told["raw_files"]] == files
    # Old results are gone; the log tells how much was removed, and no more.
    assert [path.name for path in sorted((folder / "results").iterdir())] in (
        ["runs", "runs.jsonl"],
        ["runs", "runs.jsonl", "runs.jsonl.lock"],
    )
    assert list((folder / "results" / "runs").iterdir()) == []
    last = json.loads((folder / "results" / "runs.jsonl").read_bytes().splitlines()[-1])
    assert last["command"] == "forget"
    assert last["counts"]["posts"] == told["rows"]["posts"]
    assert howfar("verify", folder).code == 0

    again = json.loads(howfar("forget", folder, *options, "--json").out)
    assert not again["changed"]
    assert again["raw_files"] == told["raw_files"]
    # Read anew from the raw files, which still hold the person.
    fresh = howfar("read", folder, "--fresh", "--json")
    assert fresh.code == 0, fresh.err
    assert left() == []
    warnings = [w for file in json.loads(fresh.out)["files"] for w in file["warnings"]]
    left_out = sum(w["records"] for w in warnings if w["code"] == "forgotten")
    assert left_out == told["rows"]["posts"]
    status = json.loads(howfar("status", folder, "--json").out)
    assert status["forgotten"] > 0
    assert status["to_purge"] == told["raw_files"]
    assert NAME not in fresh.out + fresh.err


def source_of(told: Case) -> str:
    """A source of study.toml that reads a reader's fixtures, as their context says."""
    context = dict(told.expected["context"])
    platform = context.pop("platform", None)
    mapping = dict(context.pop("mapping", {})) | ({"platform": platform} if platform else {})
    keys: dict[str, Any] = {
        "name": told.reader.declaration.id,
        "path": f"../raw/{told.reader.declaration.id}/*",
        "format": told.reader.declaration.id,
        "capture": "complete",
        "observed_at": "2026-01-01T00:00:00+00:00",
        "timezone": context.get("timezone", "UTC"),
    }
    if mapping:
        keys["mapping"] = mapping
    if "date_format" in context:
        keys["date_format"] = context["date_format"]
    if "channel" in told.reader.declaration.needs or "channel_account_id" in context:
        keys["channel"] = "guest"
    return "\n".join(["[[sources]]", *(f"{k} = {toml_value(v)}" for k, v in keys.items()), ""])


IDENTIFYING = (
    *("post_id", "author_id", "author_handle", "author_name", "parent_id", "parent_author_id"),
    *("parent_author_handle", "thread_id"),
)
GUEST = CHANNELS.splitlines()[0] + "\nguest,Guest,Guest,other,guest,,KE,media,other,,\n"


@pytest.mark.parametrize("reader_id", READER_IDS)
def test_no_account_or_post_of_a_reader_s_fixtures_is_anywhere(
    howfar: Call, tmp_path: Path, reader_id: str
) -> None:
    """Every reader's fixtures, good and hostile, read through the whole program."""
    told = case(reader_id)
    raw, folder = tmp_path / "raw" / reader_id, tmp_path / "all"
    raw.mkdir(parents=True)
    folder.mkdir()
    secrets = set[str]()
    for path, _ in told.good():
        shutil.copy(path, raw / path.name)
        rows, _, _ = read_all(told.reader, path, told.context())
        texts = " ".join(str(row.get("text")) for row in rows).casefold()
        for row in rows:
            given = {str(row[name]) for name in IDENTIFYING if name in row}
            # A name that also stands in plain words in a text is no evidence.
            secrets |= {s for s in given if len(s) > 7 and s.casefold() not in texts}
    shutil.copy(told.hostile()[0], raw)
    head = STUDY.partition("[[sources]]")[0]
    (folder / "study.toml").write_text(head + source_of(told), encoding="utf-8")
    (folder / "channels.csv").write_text(GUEST, encoding="utf-8")
    done = howfar("read", folder, "--json")
    assert done.code == 0, done.err
    assert {file["format"] for file in json.loads(done.out)["files"]} == {reader_id}
    bodies = [(where, body.decode("utf-8", "replace")) for where, body in contents(folder)]
    bodies = [(where, body) for where, body in bodies if where != "study.toml"]
    assert len(bodies) > 5
    bodies += [("stdout", done.out), ("stderr", done.err)]
    assert [f"{s} in {where}" for where, body in bodies for s in sorted(secrets) if s in body] == []
