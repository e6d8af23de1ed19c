"""YouTube Data Tools: which columns make which list, and who a comment is by."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.youtube_data_tools_csv import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="ydt")
COMMENTS = "id,replyCount,likeCount,publishedAt,authorName,text,authorChannelId,isReply,isReplyTo"


def read(tmp_path: Path, *lines: str) -> Reading:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read_all(READER, path, CONTEXT)


@pytest.mark.parametrize(
    ("name", "channel", "author", "handle"),
    [
        ("@resident", "UC2", "UC2", "@resident"),
        ("@resident", "", None, "@resident"),
        ("harbour", "UC2", "UC2", None),
        ("3", "", "3", None),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "", "da39a3ee5e6b4b0d", None),
    ],
)
def test_who_wrote_a_comment(
    tmp_path: Path, name: str, channel: str, author: str | None, handle: str | None
) -> None:
    line = f"C1,0,0,2024-05-01T10:00:00Z,{name},x,{channel},0,"
    ((row,), _, _) = read(tmp_path, COMMENTS, line)
    assert (row.get("author_id") or "")[:16] == (author or "")
    assert row.get("author_handle") == handle


@pytest.mark.parametrize("name", ["harbour", ""])
def test_a_display_name_alone_is_no_author(tmp_path: Path, name: str) -> None:
    line = f"C1,0,0,2024-05-01T10:00:00Z,{name},x,,0,"
    rows, rejects, _ = read(tmp_path, COMMENTS, line)
    assert (rows, [(r.line, r.reason) for r in rejects]) == ([], [(2, "author")])


def test_the_video_is_known_where_the_list_tells_it(tmp_path: Path) -> None:
    rows, _, _ = read(
        tmp_path,
        COMMENTS + ",videoId",
        "C1,1,0,2024-05-01T10:00:00Z,@a,x,UC1,0,,v1",
        "C1.r,,0,2024-05-01T10:00:00Z,@b,x,UC2,1,C1,v1",
    )
    told = [(row["parent_id"], row["thread_id"]) for row in rows]
    assert told == [("v1", "v1"), ("C1", "v1")]


@pytest.mark.parametrize(
    ("header", "message", "reason"),
    [
        ("id,title,subscriberCount,videoCount", "lists channels, not videos", "format"),
        ("videoId,title", "the header lacks 'videoTitle'", "header"),
        ("a,b", "the header lacks 'videoId'", "header"),
    ],
)
def test_other_tables_are_refused_for_what_they_are(
    tmp_path: Path, header: str, message: str, reason: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, header, "1,2,3,4")
    assert error.value.reason == reason
