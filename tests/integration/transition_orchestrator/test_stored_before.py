"""What was stored when a visit's number alone named it is taken over, and goes on as it was."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files

import psycopg
import pytest
from tests.support.transition_orchestrator_fakes import following, message_deliveries, said
from tests.support.transition_stories import INPATIENT, NOW, admitted, discharged, updated

from care_chassis.database import Database
from transition_orchestrator.announcements import encounter_snapshot
from transition_orchestrator.domain.messages import MessageKind, PatientKey
from transition_orchestrator.domain.transitions import former_encounter_id_of
from transition_orchestrator.store import PostgresLedgers

_MIGRATION = files("transition_orchestrator").joinpath(
    "migrations", "versions", "0004_visits_by_person.sql"
)
_AS_BEFORE = """
ALTER TABLE encounters DROP CONSTRAINT encounters_pkey, DROP COLUMN patient_key,
                       ADD PRIMARY KEY (visit_key);
UPDATE encounters SET view = (view::jsonb - 'encounter_id')::json,
                      facts = replace(facts::text, '"key-MR1001","class_changed"',
                                      '"class_changed"')::json;
"""
_EMERGENCY = said(
    MessageKind.REGISTERED,
    "2026-06-05T06:00:00-04:00",
    visit="E1",
    encounter_class="emergency",
)
_TAKEN_IN = said(
    MessageKind.CLASS_CHANGED, "2026-06-05T09:00:00-04:00", prior_visit="E1", **INPATIENT
)
_NEVER_SPOKEN_OF = said(
    MessageKind.CLASS_CHANGED, "2026-06-05T10:00:00-04:00", prior_visit="E0", **INPATIENT
)
_STORED = (_EMERGENCY, _TAKEN_IN, _NEVER_SPOKEN_OF, discharged())


@pytest.fixture
def url(make_database: Callable[[str], str]) -> str:
    return make_database("transition-orchestrator")


async def test_what_was_stored_before_is_known_by_number_and_person(url: str) -> None:
    async with Database(url) as database:
        ledgers = PostgresLedgers(database)
        await following(ledgers, NOW).follow(message_deliveries(_STORED))
        with psycopg.connect(url) as connection:
            connection.execute(_AS_BEFORE)
            connection.execute(_MIGRATION.read_text("utf-8").encode())
        later = [
            updated("2026-06-12T09:00:00-04:00", disposition="03", **INPATIENT),
            admitted("2026-06-13T09:00:00-04:00", mrn="M2"),
        ]
        await following(ledgers, NOW).follow(message_deliveries(later))
        async with ledgers.open() as ledger:
            (cluster,) = await ledger.gather([PatientKey("key-MR1001")])
            (other,) = await ledger.gather([PatientKey("key-M2")])
    views = [one.view for one in cluster.encounters.values() if one.view]
    (view,) = [one for one in views if one.continues_as is None]
    assert (view.visit, view.disposition, view.former_visits) == ("V1", "03", ("E0", "E1"))
    assert sorted(one.view.kind for one in cluster.transitions.values()) == [
        "facility_tracking",
        "home_visit",
    ]
    assert len(other.encounters) == 1
    told = encounter_snapshot(view, 2, datetime.fromisoformat(NOW))
    assert told.encounter_id == former_encounter_id_of(view.visit_key)
