"""What hl7apy says of a message, without the values that it may quote."""

from pathlib import Path

import pytest
from tests.support.hl7_builders import discharge

from adt_ingest.conformance import checked_by_hl7apy


def check(data: bytes, folder: Path) -> tuple[list[str], str]:
    return checked_by_hl7apy(data.decode(), folder / "report")


def test_a_good_message_conforms(tmp_path: Path) -> None:
    assert check(discharge(segments=["ZPV|1"]), tmp_path) == ([], "")


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (discharge(segments=["OBX|1"]), "OBX-3: required, and missing"),
        (discharge(sex="Erika"), "PID-8: a value that is not in table 0001"),
        (discharge(version="2.3"), "MSH-9: more parts than this version has"),
    ],
)
def test_what_does_not_conform_is_said_by_its_place(
    tmp_path: Path, data: bytes, finding: str
) -> None:
    findings, not_checked = check(data, tmp_path)
    assert not_checked == ""
    assert finding in "\n".join(findings)
    assert "Erika" not in "\n".join(findings)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("2.7.1", "hl7apy does not know this version"),
        ("2.8.1", "hl7apy knows this version in part only"),
        ("2.9", "hl7apy does not know this version"),
    ],
)
def test_a_version_that_it_does_not_know_is_not_checked(
    tmp_path: Path, version: str, why: str
) -> None:
    assert check(discharge(version=version), tmp_path) == ([], why)


def test_what_it_cannot_read_is_not_checked(tmp_path: Path) -> None:
    findings, not_checked = check(b"Erika Example", tmp_path)
    assert findings == []
    assert not_checked.startswith("hl7apy cannot read it")
    assert "Erika" not in not_checked
