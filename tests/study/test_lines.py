"""Key positions of a TOML file."""

from __future__ import annotations

from howfar.study.lines import key_lines

TEXT = '''\
top = 1
"quoted key" = 2
[study]
title = """
[not a header]
title = 1
"""
list = [
  "a = 1", # ]
  "b",
]
inline = { a = 1, b = [2] }
a.b = 3
[[sources]]
name = "x"
[sources.mapping]
id = "Id"
[[sources]]
name = '# y ['
path = "p"
'''


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT).lines
    assert lines[("top",)] == 1
    assert lines[("quoted key",)] == 2
    assert lines[("study", "title")] == 4
    assert lines[("study", "list")] == 8
    assert lines[("study", "inline")] == 12
    assert lines[("study", "a", "b")] == 13
    assert lines[("sources", 0, "mapping", "id")] == 17
    assert lines[("sources", 1)] == 18
    assert lines[("sources", 1, "path")] == 20
    assert key_lines(TEXT).twice == []


def test_an_unknown_path_has_the_line_of_its_nearest_parent() -> None:
    found = key_lines(TEXT)
    assert found.of(("sources", 1, "capture")) == 18
    assert found.of(("study", "inline", "a", 3)) == 12
    assert found.of(("nowhere",)) == 1


def test_keys_given_twice_are_found() -> None:
    assert key_lines("a = 1\n[t]\na = 1\na = 2\n[t]\n").twice == [("a", 3, 4), ("[t]", 2, 5)]
