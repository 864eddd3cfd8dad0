"""Whom a notice reaches: what the message says, else the directory, else nobody."""

import pytest

from notifier.domain.facts import Clinician
from notifier.domain.notices import Recipient
from notifier.domain.recipients import Entry, recipient_of

DIRECTORY = {"GP1": Entry("Ada Quill", "ada@directory.example")}


def test_the_message_goes_before_the_directory() -> None:
    named = Clinician("GP1", "Quill", "Ada", "ada@message.example")
    assert recipient_of(named, DIRECTORY) == Recipient("Ada Quill", "ada@message.example")


def test_the_directory_knows_who_is_named_by_number() -> None:
    assert recipient_of(Clinician("GP1"), DIRECTORY) == Recipient(
        "Ada Quill", "ada@directory.example"
    )


@pytest.mark.parametrize(
    "address",
    ["none", "a@b", "a b@c.example", "a@c.example\r\nBcc: x@y.example", "ä@c.example", ""],
)
def test_what_is_no_address_is_not_used(address: str) -> None:
    known = recipient_of(Clinician("GP1", email=address), DIRECTORY)
    unknown = recipient_of(Clinician("GP7", "Stranger", email=address), DIRECTORY)
    assert known == Recipient("Ada Quill", "ada@directory.example")
    assert unknown == Recipient("Stranger")


def test_without_a_name_or_number_there_is_nobody() -> None:
    assert recipient_of(None, DIRECTORY) is None
    assert recipient_of(Clinician(email="a@b.example"), DIRECTORY) is None
