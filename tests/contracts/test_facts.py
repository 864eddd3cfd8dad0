"""What every contract promises: three-valued facts, aware times, room for newer senders."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from care_contracts.base import Instant
from care_contracts.encounters import EncounterEvent, PatientFacts, VisitFacts

_INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.timezones(),
)
_IN_UTC = _INSTANTS.map(lambda instant: instant.astimezone(UTC))
_patient_facts = st.fixed_dictionaries(
    {},
    optional={
        "family_name": st.none() | st.text(),
        "birth_date": st.none() | st.dates(),
        "deceased": st.none() | st.booleans(),
        "died_at": st.none() | _IN_UTC,
        "phones": st.none() | st.lists(st.text()),
    },
)
_visit_facts = st.fixed_dictionaries(
    {},
    optional={
        "location": st.none() | st.text(),
        "discharged_at": st.none() | _IN_UTC,
        "disposition": st.none() | st.text(),
    },
)


def _event(**fields: object) -> EncounterEvent:
    said: dict[str, Any] = {
        "site": "GHH",
        "message": {"message_control_id": "1", "trigger": "A03"},
        "patient": {"patient_key": "0f", "mrn": "MR1", "authority": "GHH"},
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "received_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return EncounterEvent.model_validate(said | fields)


@given(_patient_facts, _visit_facts)
def test_absent_deleted_and_said_stay_apart_on_the_way_through_json(
    patient: dict[str, Any], visit: dict[str, Any]
) -> None:
    sent = _event(patient_facts=PatientFacts(**patient), visit_facts=VisitFacts(**visit))
    read = EncounterEvent.model_validate_json(sent.to_json())
    assert read.patient_facts.said() == patient
    assert read.visit_facts.said() == visit


def test_an_absent_fact_has_no_key_and_a_deleted_one_is_null() -> None:
    body = json.loads(_event(visit_facts=VisitFacts(disposition=None)).to_json())
    assert body["visit_facts"] == {"disposition": None}


def test_facts_that_were_never_given_are_said_by_nobody() -> None:
    assert EncounterEvent.model_validate_json(_event().to_json()).visit_facts.said() == {}


@given(_INSTANTS)
def test_an_instant_is_the_same_moment_in_utc(instant: datetime) -> None:
    read = TypeAdapter(Instant).validate_python(instant)
    assert read.utcoffset() == timedelta(0)
    assert read == instant.astimezone(UTC)


@given(st.datetimes())
def test_a_naive_datetime_is_refused(naive: datetime) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(naive)


def test_a_naive_datetime_is_refused_in_json_too() -> None:
    body = json.loads(_event().to_json()) | {"recorded_at": "2026-01-01T12:00:00"}
    with pytest.raises(ValidationError):
        EncounterEvent.model_validate_json(json.dumps(body))


def test_an_offset_is_normalised_and_not_dropped() -> None:
    eastern = timezone(timedelta(hours=-5))
    read = _event(recorded_at=datetime(2026, 1, 1, 7, tzinfo=eastern))
    assert read.recorded_at.isoformat() == "2026-01-01T12:00:00+00:00"


def test_a_field_that_a_newer_sender_added_is_ignored() -> None:
    body = json.loads(_event().to_json())
    body["said_since_next_year"] = True
    body["patient_facts"] = {"shoe_size": 43, "birth_date": "1950-02-03"}
    read = EncounterEvent.model_validate_json(json.dumps(body))
    assert read.patient_facts.said() == {"birth_date": date(1950, 2, 3)}
