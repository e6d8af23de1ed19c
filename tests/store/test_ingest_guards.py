"""What ingest refuses before a wrong row can be committed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from howfar.errors import HowfarError, InputError
from howfar.readers.facebook_page_csv import FacebookPageCsv
from howfar.readers.ingest import Outcome, ingest, source_files
from howfar.schema.reader import Document, RawBatch
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

Read = Callable[..., list[Outcome]]
Contents = Callable[[Path], dict[str, bytes]]


@pytest.mark.parametrize("fresh", [False, True])
def test_another_key_is_refused(study: Path, read_study: Read, contents: Contents, fresh: bool):
    """Labels and earlier tables speak of pseudonyms under the first key."""
    read_study(study)
    before = contents(study)
    loaded = load_study(study)
    files = source_files(loaded, study, lambda name: study)
    with pytest.raises(InputError, match="another key"):
        ingest(loaded, load_channels(study), TableStore(study), files, b"\x01" * 32, fresh=fresh)
    assert contents(study) == before


def test_a_file_that_grows_while_it_is_read_is_refused(
    study: Path, tmp_path: Path, read_study: Read, monkeypatch: pytest.MonkeyPatch
):
    plain = FacebookPageCsv.read

    def growing(self: FacebookPageCsv, document: Document, *rest: Any) -> Iterator[RawBatch]:
        yield from plain(self, document, *rest)
        if document.name == "page1002.csv":
            with (tmp_path / "exports" / document.name).open("a") as file:
                file.write("1002_9,late\n")

    monkeypatch.setattr(FacebookPageCsv, "read", growing)
    with pytest.raises(InputError, match="changed while it was read") as refused:
        read_study(study)
    assert refused.value.where == "page1002.csv"
    # The file before it is committed, this one is not.
    store = TableStore(study)
    assert [Path(i.path).name for i in store.manifest().inputs] == ["page1001.csv"]


def test_a_reader_that_gives_a_post_twice_for_a_line_is_refused(
    study: Path, read_study: Read, monkeypatch: pytest.MonkeyPatch
):
    plain = FacebookPageCsv.read

    def doubled(self: FacebookPageCsv, *rest: object) -> Iterator[RawBatch]:
        for batch in plain(self, *rest):
            rows = list(range(len(batch.posts)))
            yield RawBatch(batch.posts.take([*rows, 0]), batch.rejects)

    monkeypatch.setattr(FacebookPageCsv, "read", doubled)
    with pytest.raises(HowfarError, match="one post twice for one line"):
        read_study(study)
    assert TableStore(study).manifest().inputs == ()


def test_a_new_version_of_a_reader_asks_for_a_fresh_read(
    study: Path, read_study: Read, monkeypatch: pytest.MonkeyPatch
):
    read_study(study)
    newer = dataclasses.replace(FacebookPageCsv.declaration, version=99)
    monkeypatch.setattr(FacebookPageCsv, "declaration", newer)
    with pytest.raises(HowfarError, match="has changed since it was read"):
        read_study(study)
    read_study(study, fresh=True)
    assert {i.reader_version for i in TableStore(study).manifest().inputs} == {99}


def test_the_same_content_under_another_name_is_known(
    study: Path, tmp_path: Path, read_study: Read
):
    exports = tmp_path / "exports"
    (exports / "page1001 (1).csv").write_bytes((exports / "page1001.csv").read_bytes())
    assert sorted(o.known for o in read_study(study)) == [False, False, False, True]
    assert len(TableStore(study).manifest().inputs) == 3


def test_a_moved_export_is_known(study: Path, tmp_path: Path, read_study: Read):
    read_study(study)
    (tmp_path / "exports").rename(tmp_path / "moved")
    file = study / "study.toml"
    file.write_text(file.read_text().replace("/exports/", "/moved/"))
    assert all(o.known for o in read_study(study))
