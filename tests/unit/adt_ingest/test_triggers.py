"""Every ADT trigger, A01 to A62: which event it becomes, and which numbers take part in it."""

import pytest
from prometheus_client import REGISTRY
from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, FakeSites
from tests.support.adt_triggers import message_of

from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import ACCEPTED, IGNORED, Judgement, judge
from adt_ingest.domain.triggers import MEANINGS
from adt_ingest.meters import count
from care_contracts.encounters import EncounterEventType

BECOMES = {
    "A01": "encounter.admitted",
    "A02": "encounter.moved",
    "A03": "encounter.discharged",
    "A04": "encounter.registered",
    "A05": "encounter.planned",
    "A06": "encounter.class_changed",
    "A07": "encounter.class_changed",
    "A08": "encounter.updated",
    "A09": "encounter.moved",
    "A10": "encounter.moved",
    "A11": "admission.cancelled",
    "A12": "encounter.moved",
    "A13": "discharge.cancelled",
    "A14": "encounter.planned",
    "A15": "encounter.moved",
    "A16": "discharge.planned",
    "A17": "encounter.moved",
    "A18": "patient.merged",
    "A19": "",
    "A20": "",
    "A21": "leave.began",
    "A22": "leave.ended",
    "A23": "visit.deleted",
    "A24": "persons.linked",
    "A25": "discharge_plan.cancelled",
    "A26": "encounter.moved",
    "A27": "plan.cancelled",
    "A28": "person.updated",
    "A29": "patient.deleted",
    "A30": "patient.merged",
    "A31": "person.updated",
    "A32": "encounter.moved",
    "A33": "encounter.moved",
    "A34": "patient.merged",
    "A35": "patient.merged",
    "A36": "patient.merged",
    "A37": "persons.unlinked",
    "A38": "plan.cancelled",
    "A39": "patient.merged",
    "A40": "patient.merged",
    "A41": "account.merged",
    "A42": "visit.merged",
    "A43": "patient.moved",
    "A44": "account.moved",
    "A45": "visit.moved",
    "A46": "identifier.changed",
    "A47": "identifier.changed",
    "A48": "identifier.changed",
    "A49": "identifier.changed",
    "A50": "identifier.changed",
    "A51": "identifier.changed",
    "A52": "leave.cancelled",
    "A53": "leave_end.cancelled",
    "A54": "participants.updated",
    "A55": "participants.updated",
    "A56": "",
    "A57": "",
    "A58": "",
    "A59": "",
    "A60": "allergies.updated",
    "A61": "participants.updated",
    "A62": "participants.updated",
}
"""Written out once more, from the rulebook, so that a slip in the table is seen."""


def judged(data: bytes) -> Judgement:
    return judge(Frame(data), FakeSites().find, RECEIVED_AT, ORIGIN)


def test_the_table_here_has_all_sixty_two() -> None:
    assert list(BECOMES) == [f"A{number:02}" for number in range(1, 63)]


def test_every_event_of_the_contract_comes_of_some_trigger() -> None:
    assert {meaning.kind for meaning in MEANINGS.values()} == set(EncounterEventType)


@pytest.mark.parametrize("trigger", BECOMES)
def test_a_trigger_becomes_what_the_rulebook_says(trigger: str) -> None:
    judgement = judged(message_of(trigger))
    kinds = {told.kind for told in judgement.translations}
    if BECOMES[trigger]:
        assert (judgement.verdict, kinds) == (ACCEPTED, {BECOMES[trigger]})
    else:
        assert (judgement.verdict, kinds) == (IGNORED, set())


@pytest.mark.parametrize("trigger", BECOMES)
def test_every_trigger_is_counted_by_its_name(trigger: str) -> None:
    judgement = judged(message_of(trigger))
    said = {"site": "GHH", "trigger": trigger, "verdict": judgement.verdict, "answer": "of a test"}
    count(judgement, stored=True, answer="of a test", flag="")
    assert REGISTRY.get_sample_value("care_adt_ingest_frames_total", said) == 1


@pytest.mark.parametrize("trigger", ["A28", "A29", "A31", "A60"])
def test_what_is_about_the_person_leaves_the_visit_out(trigger: str) -> None:
    (told,) = judged(message_of(trigger, patient_class="N")).translations
    assert told.visit is None
    assert told.visit_facts == {}
    assert told.patient_facts["family_name"] == "Example"


@pytest.mark.parametrize("trigger", ["A05", "A14", "A16", "A25", "A27", "A38", "A54", "A61"])
def test_what_may_be_about_no_visit_does_without_its_number(trigger: str) -> None:
    (told,) = judged(message_of(trigger, visit=None)).translations
    assert (told.patient.value, told.visit, told.visit_facts) == ("MR1001", None, {})


@pytest.mark.parametrize("trigger", ["A02", "A06", "A15", "A21", "A22", "A23", "A52", "A53"])
def test_what_is_about_a_visit_is_refused_without_its_number(trigger: str) -> None:
    judgement = judged(message_of(trigger, visit=None))
    assert judgement.answer.refusal is not None
    assert judgement.answer.refusal.place == "PV1-19"


@pytest.mark.parametrize("trigger", ["A24", "A37"])
def test_a_link_names_two_persons_and_ties_neither_to_the_other(trigger: str) -> None:
    (told,) = judged(message_of(trigger)).translations
    linked = told.references.linked_patient
    assert linked is not None
    assert (told.patient.value, linked.value) == ("MR1001", "MR2001")
    assert told.references.prior_patient is None
    alone = message_of(trigger).rpartition(b"PID|")[0]
    assert judged(alone).answer.refusal is not None


@pytest.mark.parametrize("trigger", ["A06", "A07"])
def test_a_change_of_class_may_change_numbers_and_is_no_merge(trigger: str) -> None:
    before = "MRG|MR1001^^^GHH^MR||ACC1^^^GHH||V0^^^GHH"
    data = message_of(trigger, account_number="ACC2^^^GHH", segments=(before,))
    (told,) = judged(data).translations
    references = told.references
    assert told.visit is not None
    assert told.visit.value == "V1"
    assert references.prior_patient is None
    assert references.prior_visit is not None
    assert references.prior_account is not None
    assert (references.prior_visit.value, references.prior_account.value) == ("V0", "ACC1")


def test_a_change_of_class_that_keeps_its_numbers_names_no_others() -> None:
    before = "MRG|MR1001^^^GHH^MR||ACC1^^^GHH||V1^^^GHH"
    data = message_of("A06", account_number="ACC1^^^GHH", segments=(before,))
    (told,) = judged(data).translations
    assert told.references.prior_visit is None
    assert told.references.prior_account is None


@pytest.mark.parametrize(
    ("trigger", "name"), [("A05", "expected_admission_at"), ("A16", "expected_discharge_at")]
)
def test_a_plan_says_when_it_is_to_come_about(trigger: str, name: str) -> None:
    of_event = message_of(trigger).replace(b"|20260522170500\r", b"|20260522170500|20260524\r")
    (told,) = judged(of_event).translations
    assert str(told.visit_facts[name]).startswith("2026-05-24")
    number = 8 if trigger == "A05" else 9
    pv2 = "PV2" + "|" * number + "202605251200"
    (told,) = judged(message_of(trigger, segments=(pv2,))).translations
    assert str(told.visit_facts[name]).startswith("2026-05-25")
