"""What events of `encounters.v1` say to the notifier: who arrived or left, and nothing more."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.encounter_kinds import ABOUT_A_VISIT, PURGES

from care_chassis.events import Event
from care_contracts.encounters import (
    EncounterClass,
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    Movement,
    PatientFacts,
    PatientReference,
    VisitFacts,
    VisitReference,
)
from notifier.domain.facts import said
from notifier.domain.news import News
from notifier.routes import read_news

AT = datetime(2026, 6, 10, 17, 5, tzinfo=UTC)
BODY = EncounterEvent(
    site="GHH",
    message=MessageReference(message_control_id="M1", trigger="A05"),
    patient=PatientReference(patient_key="p", mrn="MR1", authority="GHH"),
    visit=VisitReference(visit_key="v", visit="V1"),
    prior_patient=PatientReference(patient_key="old", mrn="MR0", authority="GHH"),
    recorded_at=AT,
    received_at=AT,
    patient_facts=PatientFacts(family_name="Example"),
    visit_facts=VisitFacts(encounter_class=EncounterClass.INPATIENT, disposition="01"),
)


def news_of(kind: str, body: EncounterEvent = BODY) -> News:
    data = body.to_json()
    event = Event(event_id="e", type=kind, source="/", subject="", time=AT, key="p", data=data)
    return read_news(event, news_for=timedelta(days=1))


@pytest.mark.parametrize("kind", [*EncounterEventType, "encounter.of_tomorrow"])
def test_plans_leaves_and_mergers_make_nobody_arrive_or_leave(kind: str) -> None:
    news = news_of(kind)
    assert (news.visit is not None and news.visit.moment is not None) == (kind in ABOUT_A_VISIT)
    assert (news.prior_key == "old") == (kind in ("patient.merged", "identifier.changed"))
    assert (news.facts.family_name is None) == (kind in PURGES)


def test_a_moved_visit_is_the_prior_patient_s_until_then() -> None:
    visit = news_of("visit.moved").visit
    assert visit is not None
    assert (visit.visit_key, visit.said_of) == ("v", "old")
    assert said(visit.facts.patient_key) == "p"
    assert news_of("visit.moved", BODY.model_copy(update={"prior_patient": None})).visit is None


def test_what_corrects_the_past_does_not_say_how_a_visit_is() -> None:
    for historic in (True, False):
        movement = Movement(identifier="M1", historic=historic)
        news = news_of("encounter.updated", BODY.model_copy(update={"movement": movement}))
        assert (news.visit is None) == historic
