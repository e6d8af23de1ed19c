"""Lines and records of pieces, counted by hand, and what stands around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from howfar.simulate.export import Piece, Planted, RejectSettings, Writing
from howfar.simulate.export.form import Form
from howfar.simulate.export.ids import codes
from howfar.simulate.export.rejects import cut, planted, replaced

PLAIN = Form({"cut": ("json", cut)}, always="cut")


def test_lines_of_planted_records_count_heads_pieces_and_line_ends(tmp_path: Path) -> None:
    form = Form({}, "", head="begin\n", between=",\n", tail="\nend\n")
    # Line 1 is the head; the first piece has the lines 2 to 5, its third record begins on line 5.
    first = form.piece(["a", "b\nb", "c"], [(2, "json", "cut")])
    second = form.piece(["d", "e"], [(0, "nul", "NUL in a text")])
    writing = Writing(tmp_path)
    writing.add({"main/x/one": first})
    writing.add({"main/x/one": second, "main/x/none": form.piece([], [])})
    writing.close()
    content = (tmp_path / "main/x/one").read_text()
    assert content == "begin\na,\nb\nb,\nc,\nd,\ne\nend\n"
    assert writing.rejects.to_pylist() == [
        {"file": "main/x/one", "line": 5, "reason": "json", "kind": "cut"},
        {"file": "main/x/one", "line": 6, "reason": "nul", "kind": "NUL in a text"},
    ]
    assert content.splitlines()[4] == "c,"
    assert content.splitlines()[5] == "d,"
    assert writing.files == {"main/x/one": 3}


def test_pages_hold_so_many_records_between_lines_of_their_own() -> None:
    form = Form({}, "", between=",\n", page=("[", "]", 2))
    piece = form.piece(["a", "b", "c"], [(2, "id", "no id")])
    assert piece.data == b"[\na,\nb\n]\n[\nc\n]"
    assert piece.planted == [Planted(5, "id", "no id")]
    assert (piece.lines, piece.records) == (7, 2)


def test_damaged_copies_stand_after_the_true_records() -> None:
    records = [f"record {n}" for n in range(1_000)]
    rng = np.random.default_rng(5)
    made, bad = planted(rng, RejectSettings(rate=0.1), PLAIN, records)
    places = {place for place, _, _ in bad}
    assert [r for n, r in enumerate(made) if n not in places] == records
    assert all(made[n] == cut(made[n - 1]) for n in places)
    assert 60 < len(bad) < 140  # 100, standard deviation 9.5.


def test_a_damage_that_does_not_apply_gives_way_to_one_that_does() -> None:
    form = Form({"no x": ("id", replaced("x", "")), "cut": ("json", cut)}, always="cut")
    made, bad = planted(np.random.default_rng(1), RejectSettings(rate=1.0), form, ["abcd"] * 40)
    assert {kind for _, _, kind in bad} == {"cut"}
    assert made == ["abcd", "ab"] * 40


def test_codes_are_eleven_letters_and_never_the_same() -> None:
    numbers = np.concatenate([np.arange(50_000), 2**40 + np.arange(50_000)])
    told = codes(numbers)
    assert len(set(told)) == 100_000
    assert {len(code) for code in told} == {11}
    assert codes(numbers[::-1]) == told[::-1]


def test_no_piece_no_file(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    writing.add({"main/x/empty": Piece(b"", 0, 0)})
    writing.close()
    assert writing.files == {}
    assert not list(tmp_path.iterdir())
    assert writing.rejects.num_rows == 0
