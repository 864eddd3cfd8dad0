"""Text made to waste time: the work grows with its length, not with the square of it."""

import time

import pytest

from adt_ingest.domain.reader import read_header, read_message

BYTES = 1_000_000
SECONDS = 2.0
"""Generous: the slowest takes half a second; work that grew with the square would take hours."""


@pytest.mark.parametrize(
    "hostile",
    [
        *["\\", "\\F", "\\X", "\\X41", "\\X4", "\\X41\\", "\\Z", "\\.sp", "\\E\\", "\\\\F"],
        *[
            "\\C2842",
            "\\M2442\\",
            "\\M2442\\F",
            "\\C2D41\\\\X",
            "\\M2442\\\\X41",
            "^",
            "&",
            "~",
            "\r",
        ],
    ],
)
def test_a_long_text_of_escape_characters_is_read_in_a_moment(hostile: str) -> None:
    text = (hostile * BYTES)[:BYTES]
    data = f"MSH|^~\\&{'|' * 16}ASCII~ISO IR87~8859/1\rPID|{text}\r".encode()
    began = time.process_time()
    message = read_message(data, read_header(data), default_codec="utf-8")
    person = message.first("PID")
    assert person is not None
    person.value(1)
    person.repetitions(1)
    assert time.process_time() - began < SECONDS
