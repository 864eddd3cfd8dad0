"""What hangs on a person or visit: kin, payers, allergies, restrictions, clinicians, movements."""

from datetime import UTC, datetime
from typing import Any, Unpack

import pytest
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT, good_health
from tests.support.hl7_builders import DELETE, AdtFields, adt

from adt_ingest.domain.movements import UNKNOWN_ACTION, Movement
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import read_header, read_message
from adt_ingest.domain.translation import Translation, translate
from care_contracts.encounters import MovementAction


def told(
    *segments: str, site: SiteProfile = GOOD_HEALTH, **fields: Unpack[AdtFields]
) -> Translation:
    data = adt("A08", **{**fields, "segments": segments})
    header = read_header(data)
    message = read_message(data, header, default_codec=site.codec)
    (said,) = translate(message, header, site, trigger="A08", received_at=RECEIVED_AT)
    return said


def person(*segments: str) -> dict[str, Any]:
    return told(*segments).patient_facts


def visit(*segments: str) -> dict[str, Any]:
    return told(*segments).visit_facts


def pv1(**fields: str) -> str:
    """A PV1 with fields by number, such as `n8="..."`, to stand before the builder's own."""
    numbers = {int(name[1:]): value for name, value in {"n2": "I", "n19": "V1", **fields}.items()}
    return "|".join(["PV1", *(numbers.get(number, "") for number in range(1, 53))])


def with_pv1(**fields: str) -> dict[str, Any]:
    lines = [line for line in adt("A08").split(b"\r") if line and not line.startswith(b"PV1")]
    data = b"\r".join([*lines, pv1(**fields).encode()])
    header = read_header(data)
    message = read_message(data, header, default_codec="utf-8")
    (said,) = translate(message, header, GOOD_HEALTH, trigger="A08", received_at=RECEIVED_AT)
    return said.visit_facts


class TestLists:
    def test_next_of_kin_have_names_relations_and_telephones(self) -> None:
        nk1 = "NK1|1|Example^Egon|SPO^Spouse||^PRN^PH^^1^555^5550102|555-7|C^Emergency"
        nobody = "NK1|2"
        assert person(nk1, nobody)["contacts"] == [
            {
                "family_name": "Example",
                "given_name": "Egon",
                "relationship": "SPO",
                "role": "C",
                "phones": ["+1 555 5550102", "555-7"],
            }
        ]

    def test_payers_come_in_the_order_of_the_message(self) -> None:
        payers = person("IN1|1|P|MCR^Medicare|Medicare Part A", "IN1|2|P||Blue Cross^L")["payers"]
        assert payers == [
            {"identifier": "MCR", "name": "Medicare Part A"},
            {"identifier": "", "name": "Blue Cross"},
        ]

    def test_allergies_come_of_iam_else_of_al1(self) -> None:
        al1 = "AL1|1|FA^Food|NUT^Nuts^L|MO|Hives"
        assert person(al1)["allergies"] == [
            {
                "code": "NUT",
                "text": "Nuts",
                "kind": "FA",
                "severity": "MO",
                "reaction": "Hives",
                "action": "",
            }
        ]
        (only,) = person(al1, "IAM|1|DA|PEN^Penicillin||Rash|D")["allergies"]
        assert (only["code"], only["reaction"], only["action"]) == ("PEN", "Rash", "D")

    @pytest.mark.parametrize(
        ("segment", "fact"),
        [
            ('NK1|1|""', "contacts"),
            ('IN1|1||""', "payers"),
            ('AL1|1||""', "allergies"),
            ('IAM|1||""', "allergies"),
        ],
    )
    def test_a_list_whose_only_entry_is_deleted_is_deleted(self, segment: str, fact: str) -> None:
        assert person(segment)[fact] is None
        assert fact not in person()
        assert fact not in person(segment[:6])


class TestProtection:
    def test_person_and_visit_have_a_flag_each(self) -> None:
        assert person("PV2|")["identifiers"]
        flagged = told(f"PV2{'|' * 22}Y")
        assert flagged.visit_facts["protected"] is True
        assert "protected" not in flagged.patient_facts
        assert visit(f"PV2{'|' * 22}{DELETE}")["protected"] is None
        data = adt("A08", segments=(f"PD1{'|' * 12}Y",), primary_care=None)
        header = read_header(data)
        message = read_message(data, header, default_codec="utf-8")
        (said,) = translate(message, header, GOOD_HEALTH, trigger="A08", received_at=RECEIVED_AT)
        assert said.patient_facts["protected"] is True

    def test_a_restriction_belongs_to_what_it_follows(self) -> None:
        arv = "ARV|1|A|SMR^Sensitive|PSY^Psychiatry~HIV"
        data = adt("A08", segments=(arv,)).replace(b"PV1|", b"ARV|1|A||VIP\rPV1|")
        header = read_header(data)
        message = read_message(data, header, default_codec="utf-8")
        (said,) = translate(message, header, GOOD_HEALTH, trigger="A08", received_at=RECEIVED_AT)
        assert said.patient_facts["restrictions"] == [
            {"restriction": "", "reasons": ["VIP"], "action": "A"}
        ]
        assert said.visit_facts["restrictions"] == [
            {"restriction": "SMR", "reasons": ["PSY", "HIV"], "action": "A"}
        ]


class TestClinicians:
    def test_each_part_in_the_visit_is_told(self) -> None:
        facts = with_pv1(n7="1^Att", n8="2^Ref", n9="3^Con~4^Sul", n17="5^Adm")
        assert facts["attending"]["family_name"] == "Att"
        assert facts["referring"]["family_name"] == "Ref"
        assert facts["admitting"]["family_name"] == "Adm"
        assert [one["family_name"] for one in facts["consulting"]] == ["Con", "Sul"]

    def test_newer_versions_have_consultants_in_roles(self) -> None:
        rol = "ROL||AD|CP|20^Role^Rita"
        prt = "PRT||AD||CP|30^Part^Pia"
        assert [one["identifier"] for one in visit(rol, prt)["consulting"]] == ["30", "20"]

    def test_whom_the_patient_names_stands_in_a_role_until_it_is_taken(self) -> None:
        rol = "ROL||AD|FHCP|20^Role^Rita||||||||^NET^Internet^rita@x.example.org"
        prt = "PRT||AD||FHCP|30^Part^Pia"
        assert person(rol, prt)["named_practitioners"] == [
            {"identifier": "30", "family_name": "Part", "given_name": "Pia"},
            {
                "identifier": "20",
                "family_name": "Role",
                "given_name": "Rita",
                "email": "rita@x.example.org",
            },
        ]
        assert person("PRT||DE||FHCP|30^Part^Pia")["named_practitioners"] == []
        assert "named_practitioners" not in person("PRT||AD||CP|30^Part^Pia")

    def test_where_the_patient_went_is_the_sender_s_code(self) -> None:
        assert with_pv1(n37="MG^20260610")["discharged_to"] == "MG"
        assert with_pv1(n37=DELETE)["discharged_to"] is None
        assert "discharged_to" not in with_pv1(n36="01")

    def test_who_is_deleted_takes_no_part(self) -> None:
        facts = with_pv1(n7=DELETE, n8=DELETE, n9=DELETE, n17=DELETE)
        for part in ("attending", "referring", "consulting", "admitting"):
            assert facts[part] is None

    def test_the_admitting_doctor_stands_in_for_an_attending_that_is_deleted(self) -> None:
        assert with_pv1(n7=DELETE, n17="5^Adm")["attending"]["family_name"] == "Adm"
        assert with_pv1(n7="1^Att", n17=DELETE)["attending"]["family_name"] == "Att"


class TestTheSitesOwnWords:
    SITE = good_health(
        classes={"STAT": "I", "WATCH": "observation"},
        locations={"4W": "Four West"},
        site_fields={"ward_phone": ("ZPV", 3, 1), "notes": ("ZPV", 4, 0), "bed": ("ZPV", 5, 2)},
    )

    @pytest.mark.parametrize(
        ("code", "meant"),
        [("stat", "inpatient"), ("WATCH", "observation"), ("E", "emergency"), ("X", "unknown")],
    )
    def test_classes_are_mapped(self, code: str, meant: str) -> None:
        facts = told(site=self.SITE, patient_class=code).visit_facts
        assert facts["encounter_class"] == meant

    def test_wards_get_names_that_people_know(self) -> None:
        assert told(site=self.SITE).visit_facts["location"] == "Four West-401-A"
        assert told(site=self.SITE, location="5E^1").visit_facts["location"] == "5E-1"

    def test_fields_of_the_sites_own_keep_the_names_it_gives_them(self) -> None:
        said = told("ZPV|1||555-1^x|a\\T\\b^c|one^two&zwei^", site=self.SITE).site_fields
        assert said == {"ward_phone": "555-1", "notes": "a&b^c", "bed": "two"}
        gone = told('ZPV|1||""||x^""', site=self.SITE).site_fields
        assert gone == {"ward_phone": None, "bed": None}
        assert told(site=self.SITE).site_fields == {}
        assert told("ZPV|1||555-1").site_fields == {}


class TestMovements:
    def test_a_movement_is_told_with_the_event(self) -> None:
        zbe = "ZBE|M7^WARDS~615^OTHER|202605221200|202605221300|UPDATE|Y|A02|4W"
        assert told(zbe).movement == Movement(
            identifier="M7",
            authority="WARDS",
            action="UPDATE",
            starts_at=datetime(2026, 5, 22, 16, tzinfo=UTC),
            ends_at=datetime(2026, 5, 22, 17, tzinfo=UTC),
            historic=True,
            original_trigger="A02",
        )

    @pytest.mark.parametrize("action", MovementAction)
    def test_the_three_actions_are_known(self, action: str) -> None:
        said = told(f"ZBE|M7|||{action.lower()}").movement
        assert said is not None
        assert (said.action, said.historic) == (action, False)

    def test_an_odd_movement_is_told_as_far_as_it_goes(self) -> None:
        said = told('ZBE|""|nonsense||MOVE')
        assert said.movement == Movement(
            "", "", "", None, None, historic=False, original_trigger=""
        )
        assert UNKNOWN_ACTION in said.warnings

    def test_most_messages_have_none(self) -> None:
        assert told().movement is None
