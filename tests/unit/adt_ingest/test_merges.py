"""Merges, moves and changes of numbers: which goes up in which, however the message pairs them."""

import pytest
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT, good_health
from tests.support.hl7_builders import adt

from adt_ingest.domain.identifiers import Identifier
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import read_header, read_message
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.translation import Translation, translate

BY_TYPE = good_health(merge_by_type=True)
MR, EPI = "^^^GHH^MR", "^^^NET^EPI"


def all_told(data: bytes, site: SiteProfile = GOOD_HEALTH) -> list[Translation]:
    header = read_header(data)
    message = read_message(data, header, default_codec=site.codec)
    trigger = header.component(9, 2)
    return translate(message, header, site, trigger=trigger, received_at=RECEIVED_AT)


def message(trigger: str, *segments: str) -> bytes:
    header = f"MSH|^~\\&|ADT1|GHH|||20260522170512||ADT^{trigger}|M1|P|2.5.1"
    return "".join(f"{line}\r" for line in (header, *segments)).encode()


def pid(identifiers: str, *, external: str = "", account: str = "") -> str:
    fields = {2: external, 3: identifiers, 5: "Example^Erika", 18: account}
    return "|".join(["PID", *(fields.get(number, "") for number in range(1, 19))])


def pv1(visit: str) -> str:
    return "PV1||I" + "|" * 17 + visit


def value(identifier: Identifier | None) -> str:
    return identifier.value if identifier else ""


def pairs_of(data: bytes, site: SiteProfile = GOOD_HEALTH) -> list[tuple[str, str]]:
    """Survivor and prior of every merge."""
    told = all_told(data, site)
    return [(each.patient.value, value(each.references.prior_patient)) for each in told]


def outline(told: Translation) -> tuple[str, ...]:
    """Kind; patient, visit and account now; the same before."""
    of = told.references
    return (
        told.kind,
        told.patient.value,
        value(told.visit),
        str(told.visit_facts.get("account_number", "")),
        value(of.prior_patient),
        value(of.prior_visit),
        value(of.prior_account),
    )


@pytest.mark.parametrize("trigger", ["A18", "A30", "A34", "A35", "A36", "A39", "A40"])
def test_old_and_new_merges_of_patients_mean_the_same(trigger: str) -> None:
    data = message(trigger, pid(f"MR1{MR}"), f"MRG|MR2{MR}||ACC2")
    (told,) = all_told(data)
    assert outline(told) == ("patient.merged", "MR1", "", "", "MR2", "", "ACC2")


@pytest.mark.parametrize("trigger", ["A35", "A36", "A40"])
def test_a_merge_within_one_patient_merges_accounts(trigger: str) -> None:
    data = message(trigger, pid(f"MR1{MR}", account="ACC1"), f"MRG|MR1{MR}||ACC2")
    (told,) = all_told(data)
    assert (told.kind, value(told.references.prior_account)) == ("account.merged", "ACC2")


class TestPairs:
    def test_lists_of_one_length_are_paired_by_position(self) -> None:
        data = message("A40", pid(f"E1{EPI}~MR1{MR}"), f"MRG|E2{EPI}~MR2{MR}")
        assert pairs_of(data) == [("MR1", "MR2"), ("E1", "E2")]

    def test_where_the_lists_differ_all_go_up_in_the_patients_own_number(self) -> None:
        data = message("A40", pid(f"E1{EPI}~MR1{MR}"), f"MRG|MR2{MR}")
        assert pairs_of(data) == [("MR1", "MR2")]
        data = message("A40", pid(f"MR1{MR}"), f"MRG|MR2{MR}~MR3{MR}")
        assert pairs_of(data) == [("MR1", "MR2"), ("MR1", "MR3")]

    def test_a_site_may_pair_by_authority_and_type(self) -> None:
        crossed = message("A40", pid(f"E1{EPI}~MR1{MR}"), f"MRG|MR2{MR}~E2{EPI}")
        assert pairs_of(crossed, BY_TYPE) == [("MR1", "MR2"), ("E1", "E2")]
        assert pairs_of(crossed) == [("MR1", "E2"), ("E1", "MR2")]
        alone = message("A40", pid(f"MR1{MR}"), f"MRG|E2{EPI}")
        assert pairs_of(alone, BY_TYPE) == [("MR1", "E2")]

    def test_a_survivor_may_keep_the_old_number_as_an_alias(self) -> None:
        data = message("A40", pid(f"MR1{MR}~MR2{MR}"), f"MRG|MR2{MR}")
        assert pairs_of(data) == pairs_of(data, BY_TYPE) == [("MR1", "MR2")]

    def test_what_both_have_is_no_merge(self) -> None:
        data = message("A40", pid(f"MR1{MR}~E1{EPI}"), f"MRG|MR2{MR}~E1{EPI}")
        assert pairs_of(data) == [("MR1", "MR2")]

    def test_payers_and_social_security_numbers_take_no_part(self) -> None:
        data = message("A40", pid(f"MR1{MR}"), f"MRG|078-05-1120^^^SSA^SS~1^^^X^MC~MR2{MR}")
        assert pairs_of(data) == [("MR1", "MR2")]
        assert "078" not in repr(all_told(data))

    def test_several_patients_may_be_merged_in_one_message(self) -> None:
        data = message(
            "A40",
            *(pid(f"MR1{MR}"), f"MRG|MR2{MR}", f"MRG|MR3{MR}"),
            *(pid(f"MR4{MR}"), "PD1|", f"MRG|MR5{MR}"),
        )
        assert pairs_of(data) == [("MR1", "MR2"), ("MR1", "MR3"), ("MR4", "MR5")]

    def test_the_person_is_told_of_once_however_many_numbers_there_are(self) -> None:
        data = message("A40", pid(f"MR1{MR}"), f"MRG|MR2{MR}~MR3{MR}", f"MRG|MR4{MR}")
        assert [bool(each.patient_facts) for each in all_told(data)] == [True, False, False]

    def test_a_message_of_endless_pairs_is_refused(self) -> None:
        numbers = "~".join(f"X{number}" for number in range(600))
        with pytest.raises(Refusal, match="more than 500 events"):
            all_told(message("A40", pid(f"MR1{MR}"), f"MRG|{numbers}"))

    @pytest.mark.parametrize(
        ("segments", "place"),
        [
            ((pid(f"MR1{MR}"),), "MRG"),
            ((pid(f"MR1{MR}"), "MRG|"), "MRG-1"),
            ((pid(f"MR1{MR}"), 'MRG|""'), "MRG-1"),
            ((pid(f"MR1{MR}"), f"MRG|MR1{MR}"), "MRG-1"),
            ((pid(""), f"MRG|MR1{MR}"), "PID-3"),
            ((pid(f"MR1{MR}"), f"MRG|MR2{MR}", pid(f"MR3{MR}")), "MRG"),
        ],
    )
    def test_half_a_pair_is_refused(self, segments: tuple[str, ...], place: str) -> None:
        with pytest.raises(Refusal) as refused:
            all_told(message("A40", *segments))
        assert refused.value.place == place


class TestAccountsAndVisits:
    @pytest.mark.parametrize(
        ("trigger", "kind"), [("A41", "account.merged"), ("A49", "identifier.changed")]
    )
    def test_an_account_number_goes_up_in_another(self, trigger: str, kind: str) -> None:
        data = message(trigger, pid(f"MR1{MR}", account="ACC1"), f"MRG|MR1{MR}||ACC0")
        (told,) = all_told(data)
        assert outline(told) == (kind, "MR1", "", "ACC1", "", "", "ACC0")

    @pytest.mark.parametrize(
        ("trigger", "kind"), [("A42", "visit.merged"), ("A50", "identifier.changed")]
    )
    def test_a_visit_number_goes_up_in_another(self, trigger: str, kind: str) -> None:
        mrg = f"MRG|MR1{MR}||ACC0||V0"
        data = message(trigger, pid(f"MR1{MR}", account="ACC0"), mrg, pv1("V1"))
        (told,) = all_told(data)
        assert outline(told) == (kind, "MR1", "V1", "", "", "V0", "")

    def test_several_visits_are_merged_each_with_its_own(self) -> None:
        data = message(
            "A42",
            *(pid(f"MR1{MR}"), f"MRG|MR1{MR}||||V0", pv1("V1")),
            *(pid(f"MR1{MR}"), f"MRG|MR1{MR}||||V2", pv1("V3")),
        )
        merged = [(value(t.visit), value(t.references.prior_visit)) for t in all_told(data)]
        assert merged == [("V1", "V0"), ("V3", "V2")]

    def test_an_account_moves_to_its_new_owner(self) -> None:
        for account in ("ACC1", ""):
            data = message("A44", pid(f"MR1{MR}", account=account), f"MRG|MR2{MR}||ACC1")
            (told,) = all_told(data)
            assert outline(told) == ("account.moved", "MR1", "", "ACC1", "MR2", "", "ACC1")

    def test_visits_move_to_their_new_owner_or_account(self) -> None:
        data = message(
            "A45",
            pid(f"MR1{MR}", account="ACC1"),
            *(f"MRG|MR2{MR}||ACC2||V1", pv1("V1")),
            *(f"MRG|MR1{MR}||ACC3||V3", pv1("V4")),
        )
        assert [outline(told) for told in all_told(data)] == [
            ("visit.moved", "MR1", "V1", "", "MR2", "V1", "ACC2"),
            ("visit.moved", "MR1", "V4", "", "", "V3", "ACC3"),
        ]

    @pytest.mark.parametrize(
        ("trigger", "mrg", "place"),
        [
            ("A41", "MRG|MR1", "MRG-3"),
            ("A41", "MRG|MR1||ACC1", "MRG-3"),
            ("A49", "MRG|MR1||ACC1", "MRG-3"),
            ("A42", "MRG|MR1||||", "MRG-5"),
            ("A42", "MRG|MR1||||V1", "MRG-5"),
            ("A50", "MRG|MR1||||V1", "MRG-5"),
            ("A46", "MRG|MR1", "MRG"),
        ],
    )
    def test_what_lacks_a_number_or_goes_up_in_itself_is_refused(
        self, trigger: str, mrg: str, place: str
    ) -> None:
        with pytest.raises(Refusal) as refused:
            all_told(message(trigger, pid("MR1", account="ACC1"), mrg, pv1("V1")))
        assert refused.value.place == place

    @pytest.mark.parametrize(
        ("trigger", "mrg", "place"),
        [
            ("A41", "MRG|MR1||ACC1", "PID-18"),
            ("A50", "MRG|MR1||||V1", "PV1-19"),
            ("A45", "MRG|MR1||ACC1", "MRG-5"),
        ],
    )
    def test_a_change_to_no_number_is_refused(self, trigger: str, mrg: str, place: str) -> None:
        with pytest.raises(Refusal) as refused:
            all_told(message(trigger, pid("MR1"), mrg))
        assert refused.value.place == place


class TestOneNumberOfAPatient:
    def test_a_patient_number_becomes_another(self) -> None:
        data = message("A47", pid(f"MR1{MR}"), f"MRG|MR0{MR}")
        (told,) = all_told(data)
        assert outline(told) == ("identifier.changed", "MR1", "", "", "MR0", "", "")

    def test_a_payers_number_is_nobodys_key(self) -> None:
        data = message("A47", pid(f"MR1{MR}~P2^^^X^MC"), "MRG|P1^^^X^MC")
        (told,) = all_told(data)
        assert told.references.prior_patient is None
        assert told.references.prior_identifier == Identifier("P1", "X", "MC")

    def test_what_was_kept_under_a_number_moves_to_another_person(self) -> None:
        (told,) = all_told(message("A43", pid(f"MR1{MR}"), f"MRG|MR2{MR}"))
        assert outline(told) == ("patient.moved", "MR1", "", "", "MR2", "", "")
        old = message("A43", pid(f"MR1{MR}", external="X1"), f"MRG|MR1{MR}|||X0")
        (told,) = all_told(old)
        assert outline(told) == ("patient.moved", "MR1", "", "", "", "", "")
        assert told.references.prior_identifier == Identifier("X0", "", "")

    @pytest.mark.parametrize(
        ("trigger", "mrg"), [("A46", "MRG|MR1|||X0"), ("A48", "MRG|MR1|X0"), ("A51", "MRG||||||X0")]
    )
    def test_a_foreign_number_changes_without_naming_one_of_our_patients(
        self, trigger: str, mrg: str
    ) -> None:
        (told,) = all_told(message(trigger, pid("MR1", external="X1"), mrg, pv1("V1")))
        assert told.kind == "identifier.changed"
        assert told.references.prior_identifier == Identifier("X0", "", "")
        assert outline(told)[4:] == ("", "", "")
        assert {"value": "X1", "authority": "", "kind": None} in told.patient_facts["identifiers"]  # type: ignore[operator]


def test_a_merge_may_repeat_a_visit_without_being_about_it() -> None:
    data = adt("A18", segments=(f"MRG|MR2{MR}",))
    (told,) = all_told(data)
    assert outline(told) == ("patient.merged", "MR1001", "", "", "MR2", "", "")


@pytest.mark.parametrize("trigger", ["A46", "A47", "A48"])
def test_another_patient_number_is_one_under_any_trigger_for_changes(trigger: str) -> None:
    (translation,) = all_told(message(trigger, pid(f"MR9{MR}"), f"MRG|MR1{MR}"))
    assert translation.kind == "identifier.changed"
    assert value(translation.patient) == "MR9"
    assert value(translation.references.prior_patient) == "MR1"
