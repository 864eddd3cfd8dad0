"""Translation: what each trigger and each field means, in the one shape of `encounters.v1`."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Unpack
from zoneinfo import ZoneInfo

import pytest
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT, good_health
from tests.support.hl7_builders import DELETE, AdtFields, adt, discharge, merge

from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import read_header, read_message
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.times import NONEXISTENT, UNREADABLE
from adt_ingest.domain.translation import DELETED_DISCHARGE, Translation, translate
from adt_ingest.domain.triggers import MEANINGS
from care_contracts.encounters import EncounterClass, EncounterEventType

CASES = {
    case["id"]: case
    for case in json.loads(
        (Path(__file__).parents[2] / "data" / "worked-cases.json").read_text("utf-8")
    )["cases"]
}


def all_told(data: bytes, site: SiteProfile = GOOD_HEALTH) -> list[Translation]:
    header = read_header(data)
    message = read_message(data, header, default_codec=site.codec)
    trigger = header.component(9, 2)
    return translate(message, header, site, trigger=trigger, received_at=RECEIVED_AT)


def told(data: bytes, site: SiteProfile = GOOD_HEALTH) -> Translation:
    (translation,) = all_told(data, site)
    return translation


def a08(**fields: Unpack[AdtFields]) -> Translation:
    return told(adt("A08", **fields))


def a03(**fields: Unpack[AdtFields]) -> Translation:
    return told(discharge(**fields))


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_every_kind_and_class_is_one_of_the_contract() -> None:
    assert {meaning.kind for meaning in MEANINGS.values()} <= set(EncounterEventType)
    for code in "IEOPRBCNU":
        assert a08(patient_class=code).visit_facts["encounter_class"] in list(EncounterClass)


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [
        ("A01", "encounter.admitted"),
        ("A04", "encounter.registered"),
        ("A03", "encounter.discharged"),
        ("A08", "encounter.updated"),
        ("A11", "admission.cancelled"),
        ("A13", "discharge.cancelled"),
        ("A02", "encounter.moved"),
        ("A12", "encounter.moved"),
    ],
)
def test_a_trigger_about_a_visit_names_patient_and_visit(trigger: str, kind: str) -> None:
    said = told(adt(trigger, mrn="MR7", visit="V7"))
    assert (said.kind, said.patient.value, said.patient.authority) == (kind, "MR7", "GHH")
    assert said.visit is not None
    assert (said.visit.value, said.visit.authority) == ("V7", "GHH")
    assert said.references.prior_patient is None
    assert said.recorded_at == utc(2026, 5, 22, 21, 5)


def test_a_discharge_says_all_it_carries() -> None:
    said = a03(
        occurred_at="20260522165900",
        account_number="ACC9^^^GHH",
        admission_type="E",
        admitting="3333333333^Admitting^Ann",
        primary_care_email="paula@primary.example.org",
        work_phone="555-0199^WPN",
    )
    assert said.occurred_at == utc(2026, 5, 22, 20, 59)
    assert said.patient_facts == {
        "identifiers": [{"value": "MR1001", "authority": "GHH", "kind": "MR"}],
        "family_name": "Example",
        "given_name": "Erika",
        "birth_date": date(1948, 2, 12),
        "sex": "F",
        "language": "en",
        "phones": ["+1 555 5550101", "555-0199"],
        "address": "1 Main St, Springfield, NY 10001, USA",
        "primary_care_provider": {
            "identifier": "2222222222",
            "family_name": "Primary",
            "given_name": "Paula",
            "email": "paula@primary.example.org",
        },
        "primary_care_from": "ROL",
    }
    assert said.visit_facts == {
        "account_number": "ACC9",
        "encounter_class": "inpatient",
        "admission_type": "E",
        "location": "4W-401-A",
        "hospital_service": "MED",
        "attending": {"identifier": "1111111111", "family_name": "Attending", "given_name": "Alma"},
        "admitting": {"identifier": "3333333333", "family_name": "Admitting", "given_name": "Ann"},
        "admitted_at": utc(2026, 5, 19, 13),
        "discharged_at": utc(2026, 5, 22, 21),
        "disposition": "01",
        "diagnoses": [
            {
                "code": "I50.9",
                "system": "I10",
                "text": "Heart failure, unspecified",
                "kind": "F",
            }
        ],
    }
    assert said.warnings == ()


def test_what_is_not_said_is_absent_and_what_is_deleted_is_none() -> None:
    header = b"MSH|^~\\&|A|GHH|||20260522170512||ADT^A08|M1|P|2.5\r"
    said = told(header + b"PID|||MR1\rPV1|||||||||||||||||||V1\r")
    assert set(said.patient_facts) == {"identifiers"}
    assert said.visit_facts == {}
    gone = a08(
        family=DELETE, given="", birth_date=DELETE, sex=DELETE, language=DELETE, phone=DELETE,
        address=DELETE, deceased=DELETE, died_at=DELETE, primary_care=DELETE, account_number=DELETE,
        patient_class=DELETE, admission_type=DELETE, location=DELETE, attending=DELETE,
        hospital_service=DELETE, admitted_at=DELETE, disposition=DELETE, diagnoses=(DELETE,),
    )  # fmt: skip
    assert gone.patient_facts.pop("identifiers")
    assert set(gone.patient_facts) == {
        "family_name", "birth_date", "sex", "language", "phones", "address", "deceased", "died_at",
        "primary_care_provider", "primary_care_from",
    }  # fmt: skip
    assert set(gone.patient_facts.values()) == {None}
    assert set(gone.visit_facts) == {
        "account_number", "encounter_class", "admission_type", "location", "hospital_service",
        "attending", "admitted_at", "disposition", "diagnoses",
    }  # fmt: skip
    assert set(gone.visit_facts.values()) == {None}


def test_a_whole_name_is_deleted_with_all_its_parts() -> None:
    data = adt("A08").replace(b"Example^Erika", b'""')
    facts = told(data).patient_facts
    assert facts["family_name"] is facts["given_name"] is None


class TestWhoseMessageItIs:
    @pytest.mark.parametrize(
        ("identifiers", "chosen"),
        [
            ("PI1^^^GHH^PI~MR1^^^GHH^MR", ("MR1", "GHH")),
            ("PT1^^^GHH^PT~PI1^^^GHH^PI", ("PI1", "GHH")),
            ("EPI1^^^NET^EPI~PT1^^^GHH^PT", ("PT1", "GHH")),
            ("EPI1^^^NET^EPI", ("EPI1", "NET")),
            ("078-05-1120^^^SSA^SS~1^^^X^MC~BARE", ("BARE", "GHH")),
            ("MR9^^^OTHER^MR~MR1^^^GHH^MR", ("MR1", "GHH")),
            ("MR9^^^OTHER^MR~MR8^^^ELSE^MR", ("MR9", "OTHER")),
            ("MR1^^^GHH&1.2.3&ISO^MR", ("MR1", "GHH")),
            ("MR1^^^&1.2.3&ISO^MR", ("MR1", "1.2.3")),
            (" MR1 ^^^ GHH ^mr", ("MR1", "GHH")),
        ],
    )
    def test_the_medical_record_number_of_the_site_comes_first(
        self, identifiers: str, chosen: tuple[str, str]
    ) -> None:
        patient = a08(identifiers=identifiers).patient
        assert (patient.value, patient.authority) == chosen

    @pytest.mark.parametrize(
        "identifiers", ["", "078-05-1120^^^SSA^SS", '""', "^^^GHH^MR", "1^^^X^MC"]
    )
    def test_a_message_without_a_local_number_is_refused(self, identifiers: str) -> None:
        with pytest.raises(Refusal) as refused:
            a08(identifiers=identifiers)
        assert refused.value.place == "PID-3"
        assert "078" not in str(refused.value)

    def test_social_security_numbers_do_not_leave(self) -> None:
        facts = a08(identifiers="MR1^^^GHH^MR~078-05-1120^^^SSA^SS").patient_facts
        assert facts["identifiers"] == [{"value": "MR1", "authority": "GHH", "kind": "MR"}]

    def test_the_site_says_who_assigned_a_bare_number(self) -> None:
        said = told(adt("A08", identifiers="MR1", visit="V1"), good_health(authority="NET"))
        assert said.patient.authority == "NET"
        assert said.visit is not None
        assert said.visit.authority == "NET"

    def test_without_a_visit_number_the_account_names_the_visit(self) -> None:
        visit = a03(visit=None, account_number="ACC9^^^BILL").visit
        assert visit is not None
        assert (visit.value, visit.authority) == ("ACC9", "BILL")

    def test_a_visit_that_nothing_names_is_refused(self) -> None:
        with pytest.raises(Refusal) as refused:
            a03(visit=None)
        assert refused.value.place == "PV1-19"

    def test_an_update_without_a_visit_is_about_the_person(self) -> None:
        said = a08(visit=None, patient_class="N")
        assert said.visit is None
        assert said.visit_facts == {}
        assert said.patient_facts["family_name"] == "Example"

    @pytest.mark.parametrize(("segment", "place"), [(b"PID|", "PID"), (b"PV1|", "PV1")])
    def test_a_missing_segment_is_refused_by_its_name(self, segment: bytes, place: str) -> None:
        lines = [line for line in discharge().split(b"\r") if not line.startswith(segment)]
        with pytest.raises(Refusal) as refused:
            told(b"\r".join(lines))
        assert refused.value.place == place


class TestTimesOfTheVisit:
    @pytest.mark.parametrize("case_id", ["TZ-01", "TZ-05"])
    def test_the_worked_cases_hold(self, case_id: str) -> None:
        case: dict[str, Any] = CASES[case_id]
        said = told(
            discharge(
                sent_at=case["inputs"]["hl7"]["MSH-7"],
                discharged_at=case["inputs"]["hl7"]["PV1-45"],
            ),
            good_health(zone=ZoneInfo(case["inputs"]["facility_zone"])),
        )
        expected = datetime.fromisoformat(case["expected"]["discharge"]["utc"])
        assert said.visit_facts["discharged_at"] == expected
        assert (NONEXISTENT in said.warnings) == (case_id == "TZ-05")

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"discharged_at": "20260522170000"}, utc(2026, 5, 22, 21)),
            ({"discharged_at": None, "occurred_at": "20260522160000"}, utc(2026, 5, 22, 20)),
            ({"discharged_at": DELETE, "occurred_at": "20260522160000"}, utc(2026, 5, 22, 20)),
            ({"discharged_at": "nonsense", "occurred_at": "202605221600"}, utc(2026, 5, 22, 20)),
            ({"discharged_at": None}, utc(2026, 5, 22, 21, 5)),
            ({"discharged_at": None, "recorded_at": None}, utc(2026, 5, 22, 21, 5, 12)),
            ({"discharged_at": None, "recorded_at": None, "sent_at": None}, RECEIVED_AT),
            ({"discharged_at": "20260522"}, utc(2026, 5, 22, 21, 5)),
            ({"discharged_at": "20260522", "occurred_at": "202605221600"}, utc(2026, 5, 22, 20)),
            ({"discharged_at": "20260521"}, utc(2026, 5, 21, 4)),
        ],
    )
    def test_a_discharge_takes_the_first_time_there_is(
        self, fields: AdtFields, expected: datetime
    ) -> None:
        assert a03(**fields).visit_facts["discharged_at"] == expected

    @pytest.mark.parametrize("trigger", ["A01", "A04"])
    def test_an_admission_without_its_time_began_when_it_happened(self, trigger: str) -> None:
        happened = told(adt(trigger, admitted_at=None, occurred_at="202605221600"))
        assert happened.visit_facts["admitted_at"] == utc(2026, 5, 22, 20)
        recorded = told(adt(trigger, admitted_at=None))
        assert recorded.visit_facts["admitted_at"] == utc(2026, 5, 22, 21, 5)

    def test_another_trigger_does_not_invent_times(self) -> None:
        said = a08(admitted_at=None, discharged_at=None)
        assert "admitted_at" not in said.visit_facts
        assert "discharged_at" not in said.visit_facts

    def test_an_update_may_correct_the_discharge(self) -> None:
        assert a08(discharged_at="202605221730").visit_facts["discharged_at"] == utc(
            2026, 5, 22, 21, 30
        )

    def test_a_deleted_discharge_time_is_an_alert_unless_the_discharge_is_cancelled(self) -> None:
        said = a08(discharged_at=DELETE)
        assert said.visit_facts["discharged_at"] is None
        assert DELETED_DISCHARGE in said.warnings
        assert told(adt("A13", discharged_at=DELETE)).warnings == ()

    def test_recorded_is_when_the_event_was_else_when_the_message_was(self) -> None:
        assert a08(recorded_at=None).recorded_at == utc(2026, 5, 22, 21, 5, 12)
        assert a08(recorded_at="nonsense").recorded_at == utc(2026, 5, 22, 21, 5, 12)
        assert UNREADABLE in a08(recorded_at="nonsense").warnings
        assert a08(recorded_at=None, sent_at=None).recorded_at == RECEIVED_AT

    def test_a_cancel_tells_when_what_it_cancels_happened(self) -> None:
        said = told(adt("A13", occurred_at="20260610130000-0400"))
        assert said.occurred_at == utc(2026, 6, 10, 17)


class TestTheVisitsCodes:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"patient_class": "I"}, "inpatient"),
            ({"patient_class": "e"}, "emergency"),
            ({"patient_class": "B"}, "obstetrics"),
            ({"patient_class": "Q"}, "unknown"),
            ({"patient_class": "OBS"}, "observation"),
            ({"patient_class": "O", "patient_type": "OBS"}, "observation"),
            ({"patient_class": "O", "hospital_service": "OBS"}, "observation"),
            ({"patient_class": "O", "location": "OBS^1^2"}, "observation"),
            ({"patient_class": "O"}, "outpatient"),
        ],
    )
    def test_observation_is_told_by_the_sites_map(self, fields: AdtFields, expected: str) -> None:
        assert a08(**fields).visit_facts["encounter_class"] == expected

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("1", "01"), (" 06 ", "06"), ("home", "01"), ("SNF", "SNF"), ("62^Rehab", "62")],
    )
    def test_dispositions_are_normalised(self, written: str, meant: str) -> None:
        assert a03(disposition=written).visit_facts["disposition"] == meant

    def test_a_discharge_may_leave_its_disposition_open(self) -> None:
        assert "disposition" not in a03(disposition=None).visit_facts
        assert a03(disposition=DELETE).visit_facts["disposition"] is None

    def test_the_admitting_doctor_treats_where_nobody_attends(self) -> None:
        said = a08(attending=None, admitting="3^Admitting^Ann")
        attending = said.visit_facts["attending"]
        assert attending == {"identifier": "3", "family_name": "Admitting", "given_name": "Ann"}

    def test_procedures_are_a_list_of_the_visit(self) -> None:
        said = a08(segments=("PR1|1||0W9G3ZZ^Drainage^I10P", "PR1|2|I9|38.91|Catheter"))
        assert said.visit_facts["procedures"] == [
            {"code": "0W9G3ZZ", "system": "I10P", "text": "Drainage"},
            {"code": "38.91", "system": "I9", "text": "Catheter"},
        ]
        assert "procedures" not in a08().visit_facts
        assert a08(segments=('PR1|1||""',)).visit_facts["procedures"] is None

    def test_old_diagnoses_have_their_text_and_system_in_fields_of_their_own(self) -> None:
        said = a08(diagnoses=(), segments=("DG1|1|I9|428.0|CHF||A",))
        assert said.visit_facts["diagnoses"] == [
            {"code": "428.0", "system": "I9", "text": "CHF", "kind": "A"}
        ]


def named_in(said: Translation) -> tuple[Any, object]:
    """The primary care provider, and where the message names them."""
    facts = said.patient_facts
    return facts["primary_care_provider"], facts["primary_care_from"]


class TestThePerson:
    def test_the_primary_care_provider_is_looked_for_where_versions_have_it(self) -> None:
        rol = "ROL||AD|PP|20^Role^Rita||||||||^NET^Internet^rita@x.example.org"
        gone = "PRT||DE||PP|30^Gone^Gil"
        prt = "PRT||AD||PP|31^Part^Pia||||||||||^NET^Internet^pia@x.example.org"
        other = "PRT||AD||AT|32^Other^Olaf"
        old, field = named_in(a08(primary_care="10^Old^Otto"))
        assert old == {"identifier": "10", "family_name": "Old", "given_name": "Otto"}
        assert field == "PD1-4"
        role, field = named_in(a08(segments=(rol, gone, other)))
        assert (role["identifier"], role["email"], field) == ("20", "rita@x.example.org", "ROL")
        part, field = named_in(a08(segments=(rol, other, prt)))
        assert (part["identifier"], part["email"], field) == ("31", "pia@x.example.org", "PRT")

    @pytest.mark.parametrize(
        ("fields", "deceased"),
        [
            ({"deceased": "Y"}, True),
            ({"deceased": "N"}, False),
            ({"died_at": "202605221200"}, True),
            ({"died_at": "202605221200", "deceased": "N"}, False),
        ],
    )
    def test_a_death_is_said_by_indicator_or_time(self, fields: AdtFields, deceased: bool) -> None:  # noqa: FBT001 - a parameter of the test
        assert a08(**fields).patient_facts["deceased"] is deceased

    def test_mailboxes_and_faxes_are_no_telephones(self) -> None:
        phones = "^NET^Internet^x@y.example~555-1^PRN^FX~555-2~^PRN^PH^^^555^3~555-2~x@y.example"
        assert a08(phone=phones).patient_facts["phones"] == ["555-2", "555 3"]


def pairs_of(data: bytes, site: SiteProfile = GOOD_HEALTH) -> list[tuple[str, str]]:
    """Survivor and prior of every merge that a message tells of."""
    priors = [(each.patient, each.references.prior_patient) for each in all_told(data, site)]
    return [(patient.value, prior.value if prior else "") for patient, prior in priors]


class TestMerges:
    def test_a_merge_names_survivor_and_prior(self) -> None:
        said = told(merge(mrn="MR1", prior_mrn="MR2"))
        assert said.kind == "patient.merged"
        assert said.patient.value == "MR1"
        assert said.references.prior_patient is not None
        assert (said.references.prior_patient.value, said.references.prior_patient.authority) == (
            "MR2",
            "GHH",
        )
        assert said.visit is None

    def test_pairs_are_merged_by_position(self) -> None:
        data = merge(mrn="MR1", prior_mrn="MR2", segments=("PID|||MR3", "PD1|||", "MRG|MR4"))
        pairs = [
            (
                each.patient.value,
                each.references.prior_patient and each.references.prior_patient.value,
            )
            for each in all_told(data)
        ]
        assert pairs == [("MR1", "MR2"), ("MR3", "MR4")]

    @pytest.mark.parametrize(
        ("data", "place"),
        [
            (merge(prior_mrn=None), "MRG-1"),
            (merge(mrn="MR1", prior_mrn="MR1"), "MRG-1"),
            (merge(segments=("PID|||MR3",)), "MRG"),
        ],
    )
    def test_half_a_merge_is_refused(self, data: bytes, place: str) -> None:
        with pytest.raises(Refusal) as refused:
            all_told(data)
        assert refused.value.place == place


def test_a_swap_of_beds_moves_both_patients() -> None:
    data = adt(
        "A17", mrn="MR1", visit="V1", segments=("PID|||MR2", "PV1||I|4W^402||||||||||||||||V2")
    )
    moved = [(each.patient.value, each.visit and each.visit.value) for each in all_told(data)]
    assert moved == [("MR1", "V1"), ("MR2", "V2")]


def test_version_2_1_messages_are_read() -> None:
    data = (
        b"MSH|^~\\&|ADT|GHH|||19990101120000||ADT^A01|M1|P|2.1\rEVN|A01|199901011159\r"
        b"PID|||MR5||DOE^JANE||19400101|F\rPV1||I|3N^301||||77^HOUSE^GREGORY||||||||||||V5\r"
    )
    said = told(data)
    assert said.patient.value == "MR5"
    assert said.visit_facts["admitted_at"] == utc(1999, 1, 1, 16, 59)
