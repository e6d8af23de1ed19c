"""The real files of the two ready studies, against DuckDB and plain Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from tests.readers.reader_cases import read_all

from howfar.collect.cache import cache_folder
from howfar.readers.describe import describe
from howfar.readers.discovery import reader_for
from howfar.schema.reader import ReadContext

ORANGE_SHA256 = "448c1177af41926a6044b367949074118d2dd3e81caa1e73e4c2d23fc29d60a2"
CONTEXT = ReadContext(source="real", timezone=dt.UTC, batch_rows=5_000)


@pytest.fixture(scope="session")
def election_tweets() -> Path:
    """The file where HOWFAR_DATASETS has it, or where an earlier fetch has left it."""
    own = os.environ.get("HOWFAR_DATASETS")
    folders = ([Path(own)] if own else []) + [cache_folder() / "datasets"]
    for folder in folders:
        path = folder / "elections-2016" / "election-tweets-2016.tab"
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == ORANGE_SHA256
            return path
    pytest.skip("elections-2016 was not fetched on this machine (run howfar demo once)")


def test_election_tweets(election_tweets: Path) -> None:
    rows, rejects, tally = read_all(reader_for(election_tweets, "auto"), election_tweets, CONTEXT)
    assert (len(rows), rejects, tally.records, tally.notes) == (6_444, [], 6_444, {})
    assert len({row["post_id"] for row in rows}) == 6_444
    con = duckdb.connect()
    raw = con.execute(
        'select "Author", "Is retweet", count(*), sum(try_cast("Retweet count" as double))::'
        'bigint, sum(try_cast("Favorite count" as double))::bigint, min("Time"), max("Time")'
        " from (select * from read_csv(?, delim='\t', header=true, all_varchar=true, quote='\"',"
        " escape='\"') offset 2) group by all order by all",
        [str(election_tweets)],
    ).fetchall()
    assert sum(group[2] for group in raw) == 6_444
    for author, retweet, posts, shares, likes, first, last in raw:
        mine = [
            row
            for row in rows
            if row["author_handle"] == author
            and row["relation"] == ("repost" if retweet == "True" else "original")
        ]
        assert len(mine) == posts
        assert sum(row.get("shares", 0) for row in mine) == shares
        assert sum(row.get("reactions", 0) for row in mine) == likes
        assert min(row["created_at"] for row in mine) == f"{first.replace(' ', 'T')}Z"
        assert max(row["created_at"] for row in mine) == f"{last.replace(' ', 'T')}Z"
    languages = Counter(row["language"] for row in rows)
    assert describe(election_tweets).languages == dict(languages)


def test_newsrooms(newsrooms: Path) -> None:
    """Each page: posts, sums of all figures, hosts; by SQL that shares no code with the reader."""
    files = sorted(newsrooms.glob("*_facebook_statuses.csv"))
    assert len(files) == 15
    con = duckdb.connect()
    total = 0
    for path in files:
        rows, rejects, tally = read_all(reader_for(path, "auto"), path, CONTEXT)
        assert rejects == []
        assert tally.unknown_columns == {}
        raw = con.execute(
            "select count(*), count(distinct status_id), sum(num_reactions::bigint),"
            " sum(num_comments::bigint), sum(num_shares::bigint), sum(num_angrys::bigint),"
            " count(distinct status_type), sum(length(status_message)), min(status_published)"
            " from read_csv(?, header=true, all_varchar=true, quote='\"', escape='\"')",
            [str(path)],
        ).fetchone()
        told = (
            len(rows),
            len({row["post_id"] for row in rows}),
            sum(row["reactions"] for row in rows),
            sum(row["comments"] for row in rows),
            sum(row["shares"] for row in rows),
            sum(row["reaction_angry"] for row in rows),
            len({row["kind"] for row in rows}),
            sum(len(row.get("text", "")) for row in rows),
            min(row["created_at"] for row in rows).replace("T", " ").replace("Z", ""),
        )
        assert told == raw
        assert {row["author_id"] for row in rows} == {rows[0]["post_id"].split("_")[0]}
        total += len(rows)
    assert total == 68_071 + 14 + 4_775  # 14 pages, their repeated rows, the page scraped twice
