"""The lazy reader against hl7apy, which is slow and accurate, on whole messages.

hl7apy gives values as they were written, so the messages here hold no escape sequences.
"""

from typing import Any, cast

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Segment as OracleSegment
from hl7apy.parser import parse_segment  # pyright: ignore[reportUnknownVariableType]
from tests.support.hl7_builders import (
    admission,
    cancelled_discharge,
    discharge,
    merge,
    registration,
    transfer,
    update,
)

from adt_ingest.domain.reader import Message, read_header, read_message

MESSAGES = {
    "admission": admission(identifiers="MR1^^^GHH&1.2.3&ISO^MR~PI2^^^GHH^PI", admission_type="E"),
    "registration": registration(phone="555-0101~^PRN^CP^^1^555^5550102", language="es^Spanish"),
    "discharge": discharge(diagnoses=("I50.9^Heart failure^I10", "J44.9^COPD^I10")),
    "update": update(deceased="Y", died_at="202606010930", address="1 Main St&Main&1^Apt 2^X"),
    "transfer": transfer(),
    "cancelled discharge": cancelled_discharge(occurred_at="20260522170000-0400"),
    "merge": merge(prior_mrn="MR9"),
}


def oracle(line: str) -> OracleSegment:
    parse = cast("Any", parse_segment)  # hl7apy has no annotations
    return parse(line, version="2.5.1", validation_level=VALIDATION_LEVEL.TOLERANT)


def fields_of(segment: OracleSegment, name: str, number: int) -> list[str]:
    """The repetitions of a field as hl7apy writes them."""
    return [field.to_er7() for field in getattr(segment, f"{name}_{number}".lower())]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_of_a_message_is_what_the_oracle_reads(name: str) -> None:
    data = MESSAGES[name]
    message: Message = read_message(data, read_header(data), default_codec="utf-8")
    lines = data.decode().split("\r")[1:-1]  # MSH counts differently and is read as the header
    assert [segment.name for segment in message.segments[1:]] == [line[:3] for line in lines]
    for segment, line in zip(message.segments[1:], lines, strict=True):
        expected = oracle(line)
        for number in range(1, line.count("|") + 1):
            read = [piece for piece in segment.pieces(number) if piece]
            assert read == [piece for piece in fields_of(expected, line[:3], number) if piece]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_component_of_the_person_is_what_the_oracle_reads(name: str) -> None:
    data = MESSAGES[name]
    message = read_message(data, read_header(data), default_codec="utf-8")
    line = next(line for line in data.decode().split("\r") if line.startswith("PID"))
    person, expected = message.first("PID"), oracle(line)
    assert person is not None
    for number in (3, 5, 11, 13, 15):
        for parts, field in zip(
            person.repetitions(number), getattr(expected, f"pid_{number}"), strict=True
        ):
            whole = field.to_er7().split("^")
            assert parts == [part.split("&")[0] for part in whole]
