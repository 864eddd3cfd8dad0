"""There are words for every code, and times read as people say them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.support.worklist_builders import encounter, known_as, notice, reminder, step, transition

from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts.notifications import NotificationState
from care_contracts.tasks import TaskState
from care_contracts.transitions import TransitionKind, TransitionState
from worklist import words
from worklist.domain.evidence import Channel, Credential
from worklist.domain.outcomes import Outcome
from worklist.domain.plan import PlanEffect
from worklist.domain.tasks import TaskState as OwnTaskState
from worklist.domain.work import Deed
from worklist.pages.times import LocalTimes, lasting, on
from worklist.pages.views import chips
from worklist.routes import read_body

FLAGS = {
    *("ama", "priority_high", "home_health_agency", "planned_readmission", "provisional"),
    *("confirm_disposition", "confirm_residence_type", "tcm_review_nursing_facility", "custody"),
    *("maternity_pathway", "deceased", "suppress_patient_messages", "ed_revisit", "readmitted"),
}
REASONS = (
    *("discharge_cancelled", "readmitted", "deceased", "merged", "disposition_corrected"),
    "period_over",
)


def test_every_code_of_the_contracts_has_words() -> None:
    assert set(words.KINDS) == set(TransitionKind)
    assert set(words.TRANSITION_STATES) == set(TransitionState)
    assert set(words.TASK_STATES) == set(TaskState) >= set(OwnTaskState)
    assert set(words.NOTICE_STATES) >= set(NotificationState)
    assert set(words.DEEDS) == {*PlanEffect, *Deed}
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.CHANNELS) == set(Channel)
    assert set(words.CREDENTIALS) == set(Credential)
    assert set(words.FLAGS) >= FLAGS


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_makes_a_sentence(reason: str) -> None:
    sentence = words.happened(reason, "Mon 1 Jun, 10:15")
    assert sentence.endswith(".")
    assert "_" not in sentence


def test_a_code_without_words_is_made_readable() -> None:
    assert words.because("something_new") == "Something new"
    assert words.about("encounter.rescheduled") == "encounter rescheduled"
    assert words.notice_state("withdrawn", "cancelled") == "Withdrawn before it was sent"
    assert words.notice_state("undeliverable", "no_primary_care_provider") == "Nobody known to tell"
    assert "the patient objects" in words.notice_state("undeliverable", "patient_objected")
    assert words.disposition("99") == "disposition 99"
    assert words.disposition(None) == "not stated where to"


def test_what_to_act_on_comes_before_what_to_know() -> None:
    marks = chips(["home_health_agency", "provisional", "ama"])
    assert [mark.tone for mark in marks] == ["alert", "ask", "note"]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=20), "under a minute"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=5, minutes=12), "5 h 12 min"),
        (timedelta(hours=30, minutes=12), "30 h"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_spans_read_in_the_units_that_matter(span: timedelta, said: str) -> None:
    assert lasting(span) == said


NOW = datetime(2026, 6, 1, 14, 15, tzinfo=UTC)
TIMES = LocalTimes(NOW, ZoneInfo("America/New_York"))


def test_instants_read_on_the_site_s_clock() -> None:
    assert TIMES.at(NOW).text == "Mon 1 Jun, 10:15"
    assert TIMES.at(NOW).iso == "2026-06-01T14:15:00Z"
    assert TIMES.at(NOW.replace(year=2027)).text == "Tue 1 Jun 2027, 10:15"
    assert on(date(2026, 5, 27)) == "27 May 2026"
    assert TIMES.left(NOW + timedelta(hours=2)) == "in 2 h"
    assert TIMES.left(NOW - timedelta(hours=2)) == "2 h overdue"


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("transition.opened", transition()),
        ("transition.voided", transition()),
        ("encounter.followed", encounter()),
        ("reminder.overdue", reminder(step(known_as("one")), known_as("one"))),
        ("notification.sent", notice()),
    ],
)
def test_every_event_is_read_as_what_its_type_says(type_: str, body: object) -> None:
    assert read_body(event(type_, body.to_json())) == body  # type: ignore[attr-defined]


def test_an_event_of_an_unknown_type_is_put_aside() -> None:
    with pytest.raises(PermanentError, match="ce_type"):
        read_body(event("weather.changed", b"{}"))


def event(type_: str, data: bytes) -> Event:
    return Event("id", type_, "/test", "", NOW, "key", data)
