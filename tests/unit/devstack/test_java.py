"""Which Java runs Kafka."""

from pathlib import Path

import pytest

from care_devstack.java import find_java, version_of


def _java(folder: Path, says: str) -> Path:
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n", "utf-8")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_401"', 1),
        ("not a java", None),
    ],
)
def test_a_java_says_its_version(tmp_path: Path, says: str, version: int | None) -> None:
    assert version_of(_java(tmp_path, says)) == version


def test_a_new_enough_java_on_the_path_is_used(tmp_path: Path) -> None:
    java = _java(tmp_path, 'openjdk version "21.0.1"')
    assert find_java(str(tmp_path)) == java


def test_an_old_java_on_the_path_gives_way_to_the_packaged_one(tmp_path: Path) -> None:
    _java(tmp_path, 'java version "1.8.0_401"')
    assert "java-runtime" in find_java(str(tmp_path)).parts
