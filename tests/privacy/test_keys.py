"""Keys live outside the study folder, for the user alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from howfar.errors import StudyError
from howfar.privacy import keys


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOWFAR_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "study"
    folder.mkdir()
    return folder


def test_a_key_is_made_once_and_loaded(study: Path) -> None:
    assert not keys.has_key("demo", study)
    key = keys.create_key("demo", study)
    assert len(key) == 32
    assert keys.has_key("demo", study)
    assert keys.load_key("demo", study) == key
    assert keys.create_key("other", study) != key
    with pytest.raises(StudyError, match="there is a key already"):
        keys.create_key("demo", study)
    assert keys.load_key("demo", study) == key


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_nobody_else_can_read_it(study: Path) -> None:
    keys.create_key("demo", study)
    path = keys.key_path("demo", study)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(StudyError, match="other users"):
        keys.load_key("demo", study)


def test_it_never_lies_inside_the_study(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.create_key("demo", study)
    with pytest.raises(StudyError, match="must not lie inside the study folder"):
        keys.backup_key("demo", study, study / "copy.key")
    (study.parent / "link").symlink_to(study, target_is_directory=True)
    with pytest.raises(StudyError, match="must not lie inside the study folder"):
        keys.backup_key("demo", study, study.parent / "link" / "copy.key")
    monkeypatch.setenv("HOWFAR_KEYS", str(study / "sub" / ".." / "keys"))
    with pytest.raises(StudyError, match="must not lie inside the study folder"):
        keys.create_key("demo", study)
    assert list(study.iterdir()) == []


def test_a_backup_brings_a_destroyed_key_back(study: Path) -> None:
    key = keys.create_key("demo", study)
    copy = study.parent / "usb" / "demo.key"
    keys.backup_key("demo", study, copy)
    with pytest.raises(StudyError, match="there is a key already"):
        keys.backup_key("demo", study, copy)
    keys.destroy_key("demo", study)
    assert not keys.has_key("demo", study)
    for action in (keys.load_key, keys.destroy_key):
        with pytest.raises(StudyError, match="not on this machine") as caught:
            action("demo", study)
        assert "howfar keys import" in caught.value.next
    assert keys.import_key("demo", study, copy) == key
    assert keys.import_key("demo", study, copy) == key  # again: nothing to do
    assert keys.load_key("demo", study) == key


def test_another_key_does_not_replace_one_that_is_there(study: Path) -> None:
    keys.create_key("demo", study)
    copy = study.parent / "copy.key"
    keys.backup_key("demo", study, copy)
    keys.destroy_key("demo", study)
    key = keys.create_key("demo", study)
    with pytest.raises(StudyError, match="there is a key already"):
        keys.import_key("demo", study, copy)
    assert keys.load_key("demo", study) == key


def test_a_key_of_another_study_or_damaged_is_refused(study: Path) -> None:
    keys.create_key("demo", study)
    path = keys.key_path("demo", study)
    with pytest.raises(StudyError, match=r"key of another study \(demo\)"):
        keys.import_key("other", study, path)
    for text, words in (
        ("howfar key 1\nstudy demo\nabcd\n", "the key is damaged"),
        ("howfar key 1\nstudy demo\nxyz\n", "the key is damaged"),
        ("", "not a key file"),
        ("\u00e9", "not a key file"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(StudyError, match=words):
            keys.load_key("demo", study)
    keys.destroy_key("demo", study)
    assert not path.exists()


@pytest.mark.parametrize("bad", ["", "../demo", "a\\b", ".hidden"])
def test_a_study_id_cannot_lead_elsewhere(study: Path, bad: str) -> None:
    with pytest.raises(StudyError, match="is no study id"):
        keys.create_key(bad, study)


def test_without_the_variable_keys_are_in_the_users_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOWFAR_KEYS", raising=False)
    assert keys.keys_folder().name == "keys"
    assert "howfar" in keys.keys_folder().parts
