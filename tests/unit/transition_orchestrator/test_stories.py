"""What cancels, corrections, readmissions, deaths and merges do to a transition, in every order."""

from datetime import UTC, date, datetime
from itertools import permutations

from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)
from tests.support.transition_stories import (
    INPATIENT,
    NOW,
    admitted,
    cancelled,
    discharged,
    in_every_order,
    merged,
    outline,
    told,
    updated,
    visit_of,
)

from transition_orchestrator.domain.messages import Message, MessageKind


async def test_a_discharge_after_a_cancelled_one_opens_a_new_transition() -> None:
    assert await in_every_order(
        admitted(),
        discharged(),
        cancelled("2026-06-10T15:00:00-04:00", at="2026-06-10T13:00:00-04:00"),
        discharged("2026-06-11T10:05:00-04:00", at="2026-06-11T10:00:00-04:00"),
    ) == [
        ("V1", "06-10T17:00", "home_visit", "voided", "discharge_cancelled", ()),
        ("V1", "06-11T14:00", "home_visit", "active", None, ()),
    ]


async def test_a_cancel_sent_again_after_the_new_discharge_cancels_nothing_more() -> None:
    named = "2026-06-10T13:00:00-04:00"
    (_, standing) = await in_every_order(
        discharged(),
        cancelled("2026-06-10T15:00:00-04:00", at=named),
        discharged("2026-06-11T10:05:00-04:00", at="2026-06-11T10:00:00-04:00"),
        cancelled("2026-06-11T12:00:00-04:00", at=named),
    )
    assert standing[3] == "active"


async def test_a_cancel_and_a_new_discharge_in_one_instant_leave_the_new_one() -> None:
    first, again = await in_every_order(
        discharged(),
        cancelled("2026-06-10T15:00:00-04:00", at="2026-06-10T13:00:00-04:00"),
        discharged("2026-06-10T15:00:00-04:00", at="2026-06-10T14:30:00-04:00"),
    )
    assert (first[3], again[1], again[3]) == ("voided", "06-10T18:30", "active")


async def test_a_discharge_said_again_under_another_id_is_the_same_one() -> None:
    first = discharged(event_id="first")
    again = discharged("2026-06-10T13:30:00-04:00", event_id="again")
    assert len(await in_every_order(admitted(), first, again)) == 1
    ledgers = await told([admitted(), first])
    ledgers.said.clear()
    await following(ledgers, NOW).follow(message_deliveries([again]))
    assert ledgers.said == []


async def test_a_corrected_discharge_time_moves_what_is_due() -> None:
    corrected = updated(
        "2026-06-10T16:00:00-04:00",
        discharged_at="2026-06-10T11:30:00-04:00",
        disposition="01",
        **INPATIENT,
    )
    assert await in_every_order(discharged(), corrected) == [
        ("V1", "06-10T15:30", "home_visit", "active", None, ())
    ]
    (transition,) = (await told([discharged(), corrected])).transitions
    steps = {step.code: step for step in transition.view.steps}
    assert steps["home_visit"].due_at == datetime(2026, 6, 13, 15, 30, tzinfo=UTC)


async def test_a_stale_update_only_fills_what_is_blank() -> None:
    stale = updated(
        "2026-06-09T16:00:00-04:00", disposition="03", hospital_service="MED", **INPATIENT
    )
    assert await in_every_order(discharged(), stale) == [
        ("V1", "06-10T17:00", "home_visit", "active", None, ())
    ]


async def test_a_deleted_discharge_time_keeps_the_clocks() -> None:
    deleted = updated("2026-06-10T16:00:00-04:00", discharged_at=None, **INPATIENT)
    assert (await in_every_order(discharged(), deleted))[0][1] == "06-10T17:00"


async def test_a_deleted_disposition_makes_the_transition_provisional() -> None:
    deleted = updated("2026-06-10T16:00:00-04:00", disposition=None, **INPATIENT)
    ((*_, state, reason, flags),) = await in_every_order(discharged(), deleted)
    assert (state, reason) == ("provisional", None)
    assert set(flags) == {"provisional", "confirm_disposition"}


async def test_a_blank_disposition_is_asked_for_until_it_is_known() -> None:
    blank = discharged(disposition=None)
    (guess,) = (await told([blank])).transitions
    assert guess.view.state == "provisional"
    assert "confirm_disposition" in [step.code for step in guess.view.steps]
    known = updated("2026-06-10T16:00:00-04:00", disposition="01", **INPATIENT)
    ledgers = await told([blank, known])
    assert ledgers.transitions[0].view.state == "active"
    asked = {step.code: step.state for step in ledgers.transitions[0].view.steps}
    assert asked["confirm_disposition"] == "withdrawn"


async def test_a_disposition_corrected_to_a_facility_supersedes_the_home_visit() -> None:
    corrected = updated("2026-06-11T09:00:00-04:00", disposition="03", **INPATIENT)
    assert await in_every_order(admitted(), discharged(), corrected) == [
        ("V1", "06-10T17:00", "facility_tracking", "active", None, ()),
        ("V1", "06-10T17:00", "home_visit", "superseded", "disposition_corrected", ()),
    ]


async def test_a_disposition_corrected_back_restores_the_first_follow_up() -> None:
    ended = await in_every_order(
        discharged(),
        updated("2026-06-11T09:00:00-04:00", disposition="03", **INPATIENT),
        updated("2026-06-11T10:00:00-04:00", disposition="01", **INPATIENT),
    )
    assert [(one[2], one[3]) for one in ended] == [
        ("facility_tracking", "superseded"),
        ("home_visit", "active"),
    ]


async def test_a_cancelled_admission_voids_its_transition() -> None:
    cancel = cancelled("2026-06-10T18:00:00-04:00", MessageKind.ADMISSION_CANCELLED)
    assert (await in_every_order(admitted(), discharged(), cancel))[0][3:5] == (
        "voided",
        "admission_cancelled",
    )
    assert visit_of(await told([cancel, discharged(), admitted()])).status == "cancelled"


READMITTED = admitted("2026-06-15T03:30:00-04:00", visit="V7")


async def test_a_readmission_interrupts_and_names_its_index() -> None:
    ended = await in_every_order(admitted(), discharged(), READMITTED)
    assert ended[0][3:] == ("interrupted", "readmitted", ("readmitted",))
    ledgers = await told([READMITTED, discharged(), admitted()])
    assert visit_of(ledgers, "V7").readmission_of == "V1"
    assert all(step.state == "withdrawn" for step in ledgers.transitions[0].view.steps)


async def test_a_cancelled_readmission_gives_the_follow_up_back() -> None:
    cancel = cancelled("2026-06-15T06:00:00-04:00", MessageKind.ADMISSION_CANCELLED, visit="V7")
    assert await in_every_order(admitted(), discharged(), READMITTED, cancel) == [
        ("V1", "06-10T17:00", "home_visit", "active", None, ())
    ]


async def test_an_admission_after_thirty_days_is_no_readmission() -> None:
    on_the_30th = admitted("2026-07-10T23:00:00-04:00", visit="V7")
    on_the_31st = admitted("2026-07-11T00:30:00-04:00", visit="V7")
    late = "2026-07-20T00:00:00Z"
    for readmission, index, reason in (
        (on_the_30th, "V1", "readmitted"),
        (on_the_31st, None, "period_over"),
    ):
        ledgers = await told([admitted(), discharged(), readmission], late)
        assert visit_of(ledgers, "V7").readmission_of == index
        assert ledgers.transitions[0].view.reason == reason


async def test_a_readmission_on_the_thirtieth_day_is_known_before_the_period_ends_or_after() -> (
    None
):
    last = admitted("2026-07-10T23:59:00-04:00", visit="V7")
    for now in ("2026-06-20T00:00:00Z", "2026-07-11T03:59:30Z"):
        ((*_, state, reason, flags),) = await in_every_order(discharged(), last, now=now)
        assert (state, reason, flags) == ("interrupted", "readmitted", ("readmitted",))


DIED = discharged(
    "2026-06-15T03:05:00-04:00",
    at="2026-06-15T03:00:00-04:00",
    visit="E1",
    disposition="20",
    encounter_class="emergency",
)


async def test_a_death_in_another_visit_ends_the_follow_up() -> None:
    dead = ("deceased", "suppress_patient_messages")
    assert await in_every_order(admitted(), discharged(), DIED) == [
        ("V1", "06-10T17:00", "home_visit", "closed", "deceased", dead)
    ]
    (transition,) = (await told([discharged(), DIED])).transitions
    assert transition.view.patient.deceased
    (alive,) = [one for one in transition.view.tcm.elements if one.name == "alive"]
    assert (alive.standing, alive.on) == ("failed", date(2026, 6, 15))
    assert all(step.state == "withdrawn" for step in transition.view.steps)


async def test_a_death_after_a_readmission_leaves_it_interrupted() -> None:
    died = discharged(
        "2026-06-17T10:05:00-04:00", at="2026-06-17T10:00:00-04:00", visit="V7", disposition="41"
    )
    ((*_, state, reason, flags),) = await in_every_order(discharged(), READMITTED, died)
    assert (state, reason) == ("interrupted", "readmitted")
    assert "deceased" in flags


async def test_when_a_patient_died_or_was_taken_in_again_is_told_in_every_order() -> None:
    for order in permutations((discharged(), READMITTED, DIED)):
        (transition,) = (await told(order)).transitions
        assert transition.view.readmitted_at == datetime(2026, 6, 15, 7, 30, tzinfo=UTC)
        assert transition.view.died_at == datetime(2026, 6, 15, 7, 0, tzinfo=UTC)
    (alive,) = (await told([discharged()])).transitions
    assert (alive.view.readmitted_at, alive.view.died_at) == (None, None)


async def test_a_death_in_another_visit_that_is_corrected_gives_the_follow_up_back() -> None:
    alive = updated("2026-06-15T06:00:00-04:00", visit="E1", disposition="09")
    assert await in_every_order(discharged(), DIED, alive) == [
        ("V1", "06-10T17:00", "home_visit", "active", None, ())
    ]
    (transition,) = (await told([discharged(), DIED, alive])).transitions
    assert not transition.view.patient.deceased


async def test_who_is_taken_in_later_did_not_die_before() -> None:
    again = admitted("2026-06-20T08:00:00-04:00", visit="V8")
    home = discharged("2026-06-22T10:05:00-04:00", at="2026-06-22T10:00:00-04:00", visit="V8")
    ended = await in_every_order(DIED, again, home, now="2026-06-23T00:00:00Z")
    assert ended == [("V8", "06-22T14:00", "home_visit", "active", None, ())]


async def test_an_emergency_visit_is_flagged_and_interrupts_nothing() -> None:
    emergency = said(
        MessageKind.REGISTERED,
        "2026-06-13T20:00:00-04:00",
        visit="E1",
        encounter_class="emergency",
    )
    assert (await in_every_order(discharged(), emergency))[0][3:] == (
        "active",
        None,
        ("ed_revisit",),
    )


async def test_a_transfer_is_complete_when_the_next_leg_begins() -> None:
    next_leg = admitted("2026-06-10T18:00:00-04:00", visit="V7")
    ended = await in_every_order(admitted(), discharged(disposition="02"), next_leg)
    assert ended[0][2:5] == ("acute_transfer_watch", "completed", "transferred")
    ledgers = await told([next_leg, discharged(disposition="02"), admitted()])
    assert visit_of(ledgers, "V7").episode_id == visit_of(ledgers).episode_id
    assert visit_of(ledgers, "V7").readmission_of is None


DEAD = {"deceased": True}


async def test_a_death_after_the_discharge_closes_the_follow_up() -> None:
    death = updated("2026-06-12T09:00:00-04:00", person=DEAD, **INPATIENT)
    assert (await in_every_order(admitted(), discharged(), death))[0][3:] == (
        "closed",
        "deceased",
        ("deceased", "suppress_patient_messages"),
    )


async def test_a_death_that_was_an_error_gives_the_follow_up_back() -> None:
    death = updated("2026-06-12T09:00:00-04:00", person=DEAD, **INPATIENT)
    error = updated("2026-06-12T10:00:00-04:00", person={"deceased": False}, **INPATIENT)
    assert (await in_every_order(discharged(), death, error))[0][3:5] == ("active", None)


async def test_who_died_in_hospital_is_not_followed_up() -> None:
    for message in (discharged(disposition="20"), discharged(person=DEAD)):
        assert await in_every_order(admitted(), message) == []
    ledgers = await told([discharged(person=DEAD)])
    assert visit_of(ledgers).patient.deceased


async def test_a_death_that_becomes_the_disposition_closes_the_follow_up() -> None:
    corrected = updated("2026-06-10T20:00:00-04:00", disposition="20", **INPATIENT)
    assert (await in_every_order(discharged(), corrected))[0][3:5] == ("closed", "deceased")


async def test_a_discharge_known_after_its_period_is_closed_with_its_clocks() -> None:
    (transition,) = (await told([discharged()], "2026-08-01T00:00:00Z")).transitions
    view = transition.view
    assert (view.state, view.reason) == ("closed", "period_over")
    assert view.clocks.home_visit_due_at is not None
    assert all(step.state == "withdrawn" for step in view.steps)


async def test_a_merge_moves_the_follow_up_to_the_survivor_whenever_it_comes() -> None:
    merge = merged("2026-06-10T14:00:00-04:00", prior="MR1001", survivor="MR2002")
    later = updated("2026-06-11T09:00:00-04:00", person={"family_name": "Late"}, **INPATIENT)
    for order in permutations((admitted(), discharged(), merge, later)):
        (transition,) = (await told(order)).transitions
        patient = transition.view.patient
        assert (patient.mrn, patient.former_mrns) == ("MR2002", ("MR1001",))
        assert patient.name == "Late"


async def test_merges_in_a_chain_end_in_the_last_survivor() -> None:
    chain = (
        merged("2026-06-10T14:00:00-04:00", prior="MR1001", survivor="B"),
        merged("2026-06-10T15:00:00-04:00", prior="B", survivor="C"),
    )
    for order in permutations((discharged(), *chain)):
        (transition,) = (await told(order)).transitions
        assert transition.view.patient.mrn == "C"
        assert transition.view.patient.former_mrns == ("B", "MR1001")


async def test_merges_in_a_circle_end_with_the_newest_survivor() -> None:
    circle = (
        merged("2026-06-10T14:00:00-04:00", prior="MR1001", survivor="B"),
        merged("2026-06-10T15:00:00-04:00", prior="B", survivor="MR1001"),
    )
    for order in permutations((discharged(), *circle)):
        (transition,) = (await told(order)).transitions
        assert transition.view.patient.mrn == "MR1001"


async def test_an_admission_under_the_merged_number_is_the_same_person_s_readmission() -> None:
    merge = merged("2026-06-16T14:00:00-04:00", prior="OLD", survivor="MR1001")
    elsewhere = admitted("2026-06-15T03:30:00-04:00", visit="V7", mrn="OLD")
    assert (await in_every_order(discharged(), elsewhere, merge))[0][3:5] == (
        "interrupted",
        "readmitted",
    )


async def test_moves_and_leave_do_not_touch_the_follow_up() -> None:
    moved = said(
        MessageKind.MOVED,
        "2026-06-10T14:00:00-04:00",
        location="ICU",
        disposition="03",
        **INPATIENT,
    )
    assert (await in_every_order(discharged(), moved))[0][2:4] == ("home_visit", "active")


async def test_500_updates_of_one_visit_leave_it_no_bigger() -> None:
    def size(ledgers: MemoryLedgers) -> int:
        (cluster,) = ledgers.clusters.values()
        (followed,) = cluster.encounters.values()
        return sum(len(one.statements) for one in followed.encounter.facts.values())

    def storm(count: int) -> list[Message]:
        return [
            updated(
                f"2026-06-1{1 + number // 100}T{number % 24:02}:{number % 60:02}:00-04:00",
                event_id=f"u{number}",
                disposition="01",
                discharged_at="2026-06-10T13:00:00-04:00",
                location=f"bed {number}",
                **INPATIENT,
            )
            for number in range(count)
        ]

    ledgers = MemoryLedgers()
    follow = following(ledgers, NOW)
    await follow.follow(message_deliveries([admitted(), discharged(), *storm(100)]))
    after_100 = size(ledgers)
    await follow.follow(message_deliveries(storm(500)))
    assert size(ledgers) == after_100
    assert outline(ledgers) == [("V1", "06-10T17:00", "home_visit", "active", None, ())]
