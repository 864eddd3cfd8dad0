"""What providers read: the minimum content, in words one can read aloud."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from notifier.domain.notices import Recipient
from notifier.domain.stories import Plot, Story
from notifier.ports import Institution, Letter
from notifier.templates import WrittenLetters

AT = datetime(2026, 6, 5, 11, 40, tzinfo=UTC)
HOSPITAL = Institution("Good Health Hospital", ZoneInfo("America/New_York"), {})


def letter(
    plot: Plot, *, patient: str = "Ann Doe", practitioner: str = "Rosa Ward", at: datetime = AT
) -> Letter:
    story = Story(plot, patient, practitioner, at)
    to = Recipient("Ada Quill", "ada@example.org")
    return WrittenLetters().compose(UUID(int=7), story, to, HOSPITAL)


def test_an_admission_reads_like_a_letter() -> None:
    summary = """\
Patient:                Ann Doe
Treating practitioner:  Rosa Ward
Hospital:               Good Health Hospital
Event:                  Admitted as an inpatient
Time:                   Friday, June 5, 2026, at 7:40 AM EDT"""
    greeting, news, facts, *_, farewell, footer = letter(Plot.ADMITTED).text.split("\n\n")
    assert greeting == "Dear Ada Quill,"
    assert news == (
        "your patient Ann Doe was admitted to Good Health Hospital as an inpatient"
        " on Friday, June 5, 2026, at 7:40 AM EDT."
    )
    assert facts == summary
    assert farewell == "Kind regards,\nGood Health Hospital"
    assert footer == "This message was sent automatically; replies are not read.\n"


@pytest.mark.parametrize("plot", Plot)
def test_every_letter_has_the_minimum_content_and_a_subject_without_the_patient(plot: Plot) -> None:
    written = letter(plot)
    for body in (written.text, written.html):
        assert "Ann Doe" in body
        assert "Rosa Ward" in body
        assert "Good Health Hospital" in body
        assert "June 5, 2026" in body
        assert "{" not in body
    assert "Doe" not in written.subject
    assert (written.name, written.address) == ("Ada Quill", "ada@example.org")


def test_a_correction_says_what_was_said_and_that_it_no_longer_holds() -> None:
    text = letter(Plot.DISCHARGE_CANCELLED).text
    assert "we told you that your patient Ann Doe was discharged from Good Health Hospital" in text
    assert "The hospital has since cancelled this discharge." in text


def test_a_death_is_not_called_a_discharge() -> None:
    written = letter(Plot.DIED)
    assert "we are sorry to tell you" in written.text
    assert "discharge" not in (written.text + written.subject).lower()


def test_what_the_hospital_did_not_say_is_said_to_be_missing() -> None:
    text = letter(Plot.ADMITTED, patient="", practitioner="").text
    assert "your patient (name not given by the hospital) was admitted" in text
    assert "Treating practitioner:  not named by the hospital" in text


def test_markup_in_a_name_is_shown_and_not_obeyed() -> None:
    written = letter(Plot.ADMITTED, patient="<b>Ann</b> {when}")
    assert "&lt;b&gt;Ann&lt;/b&gt;" in written.html
    assert "<b>Ann</b> {when}" in written.text


@pytest.mark.parametrize(
    ("hour", "said"), [(4, "12:05 AM EDT"), (16, "12:05 PM EDT"), (17, "1:05 PM EDT")]
)
def test_times_are_the_hospital_s_own(hour: int, said: str) -> None:
    assert said in letter(Plot.ADMITTED, at=AT.replace(hour=hour, minute=5)).text
