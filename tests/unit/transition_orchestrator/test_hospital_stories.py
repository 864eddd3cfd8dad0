"""What the rulebook says of stories that a hospital may send, from HL7, in every order."""

from typing import Any

import pytest
from tests.support.hl7_builders import DELETE
from tests.support.hospital_stories import in_every_order, sent

HOME = "V1 home_visit active"
VOIDED = "V1 home_visit voided discharge_cancelled"
CORRECTED = "V1 home_visit superseded disposition_corrected"
READMITTED = "V1 home_visit interrupted readmitted readmitted"
DEAD = "V1 home_visit closed deceased deceased suppress_patient_messages"
OF_A_DAY_LATER = "2026-06-11T12:00:00Z"


def came(at: str = "06-05 08:00", visit: str = "V1", **more: Any) -> bytes:
    return sent("A01", at, **{"visit": visit, "admitted_at": at, **more})


def left(at: str = "06-10 13:00", visit: str = "V1", **more: Any) -> bytes:
    fields: dict[str, Any] = {"visit": visit, "discharged_at": at, "disposition": "01", **more}
    return sent("A03", f"{at[:-1]}5", **fields)


def in_emergency(at: str = "06-13 20:00") -> bytes:
    return sent("A04", at, visit="E1", patient_class="E")


def of_nobody_s_visit(trigger: str, at: str, **more: Any) -> bytes:
    return sent(trigger, at, visit=None, **more)


def corrected(at: str = "06-11 09:00", **more: Any) -> bytes:
    return sent("A08", at, visit="V1", **more)


STAY = (came(), left())
SELF = "MR1001^^^GHH^MR"
RENUMBERED = sent("A50", "06-11 08:00", visit="W", mrg=f"{SELF}||||V1^^^GHH")
CANCELLED = sent("A13", "06-10 15:00", visit="V1", occurred_at="06-10 13:00")

STORIES: dict[str, tuple[tuple[bytes, ...], list[str]]] = {
    "the discharge sent again under another id": ((*STAY, left(control_id="again")), [HOME]),
    "A13 that names no time": ((*STAY, sent("A13", "06-10 15:00", visit="V1")), [VOIDED]),
    "A13, then A03 to a nursing facility": (
        (*STAY, CANCELLED, left("06-11 10:00", disposition="03")),
        ["V1 facility_tracking active", VOIDED],
    ),
    "A13, then an A08 that repeats the discharge": (
        (*STAY, CANCELLED, corrected("06-10 16:00", disposition="01", discharged_at="06-10 13:00")),
        [VOIDED],
    ),
    "A13 of the index after the readmission": (
        (*STAY, CANCELLED, came("06-15 04:00", "V7")),
        [VOIDED],
    ),
    "A11 after the discharge": (
        (*STAY, sent("A11", "06-10 15:00", visit="V1")),
        ["V1 home_visit voided admission_cancelled"],
    ),
    "A21 and A03 from the leave": ((*STAY, sent("A21", "06-06 17:00", visit="V1")), [HOME]),
    "the disposition deleted": (
        (*STAY, corrected(disposition=DELETE)),
        ["V1 home_visit provisional confirm_disposition provisional"],
    ),
    "the discharge time deleted": ((*STAY, corrected(discharged_at=DELETE)), [HOME]),
    "blank, late told to be a nursing facility": (
        (came(), left(disposition=None), corrected(disposition="03")),
        [
            "V1 facility_tracking active",
            f"{CORRECTED} confirm_disposition provisional",
        ],
    ),
    "blank, late told to be a death": (
        (came(), left(disposition=None), corrected(disposition="20")),
        [DEAD.replace("deceased deceased", "deceased confirm_disposition deceased provisional")],
    ),
    "home, a facility, home again": (
        (*STAY, corrected(disposition="03"), corrected("06-11 10:00", disposition="01")),
        ["V1 facility_tracking superseded disposition_corrected", HOME],
    ),
    "home, late told to be custody": ((*STAY, corrected(disposition="21")), [CORRECTED]),
    "home, late told to be hospice": (
        (*STAY, corrected(disposition="50")),
        [CORRECTED, "V1 hospice active"],
    ),
    "still a patient, then home": (
        (came(), left(disposition="30"), corrected(disposition="01")),
        [HOME],
    ),
    "died, which was an error": (
        (came(), left(disposition="20"), corrected(disposition="01")),
        [HOME],
    ),
    "an update from before the discharge": (
        (*STAY, corrected("06-09 09:00", disposition="03")),
        [HOME],
    ),
    "a death by PID-29 alone": ((*STAY, corrected(died_at="06-12 03:00")), [DEAD]),
    "a death in an A31 of class N": (
        (*STAY, of_nobody_s_visit("A31", "06-12 09:00", patient_class="N", deceased="Y")),
        [DEAD],
    ),
    "a death taken back by deletion": (
        (*STAY, corrected(deceased="Y"), corrected("06-12 10:00", deceased=DELETE)),
        [HOME],
    ),
    "a death told of the number merged in": (
        (
            left(),
            of_nobody_s_visit("A31", "06-11 08:00", mrn="MR2", deceased="Y"),
            of_nobody_s_visit("A40", "06-12 08:00", prior_mrn="MR2"),
        ),
        [DEAD],
    ),
    "an A31 that repeats a disposition": (
        (*STAY, sent("A31", "06-11 09:00", visit="V1", disposition="03")),
        [HOME],
    ),
    "back as an out-patient": (
        (*STAY, sent("A04", "06-15 04:00", visit="V7", patient_class="O")),
        [HOME],
    ),
    "back, against advice before": (
        (came(), left(disposition="07"), came("06-11 04:00", "V7", admission_type="E")),
        ["V1 home_visit interrupted readmitted ama priority_high readmitted"],
    ),
    "back as planned": (
        (came(), left(disposition="81"), came("06-15 04:00", "V7", admission_type="L")),
        ["V1 home_visit interrupted readmitted planned_readmission readmitted"],
    ),
    "back by A06 of an emergency visit": (
        (*STAY, in_emergency(), sent("A06", "06-13 23:00", visit="E1")),
        [READMITTED],
    ),
    "back, made an out-patient by A07": (
        (
            *STAY,
            came("06-15 04:00", "V7"),
            sent("A07", "06-15 09:00", visit="V7", patient_class="O"),
        ),
        [HOME],
    ),
    "emergency revisit cancelled": (
        (*STAY, in_emergency(), sent("A11", "06-13 20:30", visit="E1", patient_class="E")),
        [HOME],
    ),
    "observation, then in-patient, then home": (
        (
            sent("A04", "06-08 08:00", visit="V1", patient_class="OBS"),
            sent("A06", "06-09 08:00", visit="V1"),
            left(),
        ),
        [HOME],
    ),
    "in-patient, then out-patient, then home": (
        (
            came(),
            sent("A07", "06-08 08:00", visit="V1", patient_class="O"),
            left(patient_class="O"),
        ),
        [],
    ),
    "renumbered, then cancelled under the old number": (
        (left(), RENUMBERED, sent("A13", "06-11 09:00", visit="V1")),
        ["W home_visit voided discharge_cancelled"],
    ),
    "renumbered twice": (
        (left(), RENUMBERED, sent("A50", "06-12 08:00", visit="Z", mrg=f"{SELF}||||W^^^GHH")),
        ["Z home_visit active"],
    ),
    "moved, and its new owner admitted": (
        (
            left(),
            sent("A45", "06-11 08:00", visit="V1", mrn="MR2", mrg=f"{SELF}||||V1^^^GHH"),
            came("06-15 08:00", "V7", mrn="MR2"),
        ),
        [READMITTED],
    ),
    "moved, and its former owner admitted": (
        (
            left(),
            sent("A45", "06-11 08:00", visit="V1", mrn="MR2", mrg=f"{SELF}||||V1^^^GHH"),
            came("06-15 08:00", "V7"),
        ),
        [HOME],
    ),
    "the patient's record purged": (
        (*STAY, of_nobody_s_visit("A29", "06-11 08:00")),
        [f"{HOME} record_deleted"],
    ),
    "transferred, and home from the next hospital": (
        (
            came(),
            left(disposition="02"),
            came("06-10 18:00", "V2"),
            left("06-15 12:00", "V2"),
        ),
        ["V1 acute_transfer_watch completed transferred", "V2 home_visit active"],
    ),
}


@pytest.mark.parametrize(("messages", "expected"), STORIES.values(), ids=STORIES)
async def test_a_story_ends_as_the_rulebook_says(
    messages: tuple[bytes, ...], expected: list[str]
) -> None:
    transitions, _ = await in_every_order(messages)
    assert transitions == sorted(expected)


@pytest.mark.parametrize("trigger", ["A18", "A30", "A34", "A36", "A39"])
async def test_a_legacy_merge_brings_a_readmission_to_light(trigger: str) -> None:
    merge = of_nobody_s_visit(trigger, "06-16 08:00", mrg="MR2^^^GHH^MR")
    story = (left(mrn="MR2"), came("06-15 04:00", "V7"), merge)
    assert await in_every_order(story) == (
        [READMITTED],
        {"V1": "finished", "V7": "in-progress after V1"},
    )


async def test_who_comes_back_by_an_emergency_visit_of_its_own_is_readmitted() -> None:
    """A01 in section 6: the visit through the emergency department hides no index."""
    by_emergency = left("06-13 23:00", "E1", patient_class="E", disposition="09")
    story = (left(), in_emergency(), by_emergency, came("06-13 23:30", "V7"))
    assert await in_every_order(story) == (
        ["V1 home_visit interrupted readmitted ed_revisit readmitted"],
        {"E1": "finished", "V1": "finished", "V7": "in-progress after V1"},
    )


async def test_a_transfer_by_way_of_an_emergency_department_is_no_readmission() -> None:
    """02 in section 6: the next admission within 24 h is the same episode."""
    arrives = sent("A04", "06-10 15:00", visit="E1", patient_class="E")
    goes_up = left("06-10 20:00", "E1", patient_class="E", disposition="09")
    story = (left(disposition="02"), arrives, goes_up, came("06-10 20:10", "V7"))
    transitions, visits = await in_every_order(story)
    assert visits["V7"] == "in-progress"
    assert transitions == ["V1 acute_transfer_watch completed transferred ed_revisit"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["E1 ed_followup active"]),
        ({"disposition": "08"}, ["E1 ed_followup active"]),
        ({"disposition": "06"}, ["E1 ed_followup active home_health_agency"]),
        ({"disposition": "07"}, ["E1 ed_followup active ama priority_high"]),
        ({"disposition": "09"}, []),
        ({"deceased": "Y"}, []),
    ],
)
async def test_an_emergency_visit_ends(changes: dict[str, Any], expected: list[str]) -> None:
    arrives = sent("A04", "06-10 08:00", visit="E1", patient_class="E")
    goes = left(visit="E1", patient_class="E", **changes)
    transitions, _ = await in_every_order((arrives, goes), OF_A_DAY_LATER)
    assert transitions == expected
