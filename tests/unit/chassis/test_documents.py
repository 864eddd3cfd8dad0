"""YAML that people write: errors must say where and what."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from care_chassis.documents import DocumentError, WatchedFolder, load_document


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: int


class House(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    rooms: list[Room] = []


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_document_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.yaml", "name: small\nrooms:\n- width: 3\n")
    assert load_document(path, House) == House(name="small", rooms=[Room(width=3)])


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("name: x\nrooms:\n- width: 3\n- width: wide\n", 4, "rooms.1.width"),
        ("name: x\ncolour: red\n", 2, "colour"),
        ("rooms: []\n", 1, "name"),
        ("name: [\n", 2, "not YAML"),
        ("", 1, "the document"),
    ],
)
def test_an_error_names_file_line_and_rule(tmp_path: Path, text: str, line: int, rule: str) -> None:
    path = written(tmp_path, "a.yaml", text)
    with pytest.raises(DocumentError) as refused:
        load_document(path, House)
    assert (refused.value.path, refused.value.line) == (path, line)
    assert rule in refused.value.rule


def test_a_watched_folder_follows_its_files(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "name: first\n")
    folder = WatchedFolder(tmp_path, House)
    assert not folder.refresh()
    written(tmp_path, "b.yaml", "name: second\n")
    assert folder.refresh()
    assert [house.name for house in folder.documents] == ["first", "second"]


@pytest.mark.parametrize("slip", [b"name: caf\xe9\n", b"name: 2026-02-30\n", b"name: [\n"])
def test_no_slip_of_the_pen_escapes_as_anything_else(tmp_path: Path, slip: bytes) -> None:
    written(tmp_path, "a.yaml", "name: first\n")
    folder = WatchedFolder(tmp_path, House)
    (tmp_path / ".#a.yaml").symlink_to(tmp_path / "nowhere")
    assert not folder.refresh()
    (tmp_path / "b.yaml").write_bytes(slip)
    assert not folder.refresh()
    assert folder.documents == (House(name="first"),)
    assert folder.trouble is not None


def test_a_broken_file_takes_nothing_off_the_air(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "name: first\n")
    folder = WatchedFolder(tmp_path, House)
    written(tmp_path, "b.yaml", "nonsense: true\n")
    assert not folder.refresh()
    assert folder.documents == (House(name="first"),)
    assert folder.trouble is not None
    written(tmp_path, "b.yaml", "name: mended\n")
    assert folder.refresh()
    assert folder.trouble is None
