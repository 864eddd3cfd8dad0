"""The quarantine: what waits, what leaves it, who may see it, and how it is sent again."""

from datetime import timedelta
from itertools import permutations

import pytest
from structlog.testing import capture_logs
from tests.support.adt_ingest_fakes import FakeEvents, FakeSites, receiver
from tests.support.hl7_builders import discharge
from tests.support.manual_clock import ManualClock
from tests.support.quarantine_fakes import CAME_AT, FakeDoor, FakeReceivedStore, received

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.quarantine import Quarantine, Received
from adt_ingest.domain.replies import Answered
from adt_ingest.quarantine import MendRefused, NotFoundError, TellingReasonError, Wanted
from adt_ingest.records import ids_if_taken

A, B, C, D = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)


def ids(*all_received: Received) -> list[str]:
    quarantine = Quarantine(ids_if_taken)
    for one in all_received:
        quarantine.take(one)
    return [held.received.event_id for held in quarantine.waiting()]


def mending(*held: Received, door: FakeDoor | None = None) -> MendRefused:
    return MendRefused(
        store=FakeReceivedStore(held),
        door=door or FakeDoor(),
        clock=ManualClock(CAME_AT + timedelta(hours=1)),
        span=timedelta(days=7),
        operator="someone",
    )


def test_what_was_refused_waits_in_the_order_of_its_coming() -> None:
    later = received(A, received_at=CAME_AT + timedelta(seconds=1), data=b"other")
    assert ids(later, received(B), received(C, verdict="accepted", data=b"x")) == [B, A]


def test_a_repair_that_was_taken_ends_the_waiting_in_whatever_order_it_is_read() -> None:
    refused = received(A)
    attempt = received(B, repairs=A, data=discharge(visit=None, mrn="MR2"))
    taken = received(C, repairs=B, verdict="accepted", data=discharge())
    for order in permutations([refused, attempt, taken]):
        assert ids(*order) == []


def test_a_refused_attempt_stands_in_the_place_of_what_it_was_to_repair() -> None:
    later = CAME_AT + timedelta(minutes=1)
    attempt = received(B, repairs=A, received_at=later, data=discharge(visit=None, mrn="MR2"))
    assert ids(received(A), attempt) == [B]


def test_going_back_to_the_original_hides_neither_form_for_good() -> None:
    minute = timedelta(minutes=1)
    attempt = received(B, repairs=A, received_at=CAME_AT + minute, data=b"other")
    back = received(A, repairs=B, received_at=CAME_AT + 2 * minute)
    assert ids(received(A), attempt, back) == [A]


def test_the_same_bytes_sent_again_and_refused_again_are_one_that_came_twice() -> None:
    again = received(A, repairs=A, received_at=CAME_AT + timedelta(minutes=5))
    quarantine = Quarantine(ids_if_taken)
    for one in (again, received(A)):
        quarantine.take(one)
    (held,) = quarantine.waiting()
    assert (held.times, held.first_at) == (2, CAME_AT)
    assert held.received.received_at == CAME_AT + timedelta(minutes=5)


def test_two_repairs_of_each_other_are_no_endless_search() -> None:
    one, other = received(A, repairs=B), received(B, repairs=A, data=b"other")
    assert ids(one, other) == [A, B]


async def test_bytes_that_are_taken_later_as_they_are_wait_no_more() -> None:
    events, sites = FakeEvents(), FakeSites([])
    use_case = receiver(events, sites)
    frame = Frame(discharge())
    await use_case.receive([frame], Origin(Door.MLLP, "192.0.2.7"))
    (refused,) = events.on("hl7.received.v1")
    sites.sites = FakeSites().sites
    await use_case.receive([frame], Origin(Door.MLLP, "192.0.2.7"))
    taken = events.on("hl7.received.v1")[-1]
    assert taken.extensions["verdict"] == "accepted"
    held = received(refused.event_id, data=refused.data)
    assert ids(held, received(taken.event_id, verdict="accepted", data=b"")) == []
    assert ids(held) == [refused.event_id]


async def test_the_list_can_be_narrowed_by_site_and_reason() -> None:
    mend = mending(
        received(A),
        received(B, site="", reason="No site is configured for the sender X|Y", data=b"1"),
        received(C, received_at=CAME_AT - timedelta(days=8), data=b"2"),
    )
    for wanted, expected in (
        (Wanted(), [A, B]),
        (Wanted(site="ghh"), [A]),
        (Wanted(site="unknown"), [B]),
        (Wanted(reason="no SITE"), [B]),
    ):
        found = await mend.waiting(wanted)
        assert [held.received.event_id for held in found] == expected


async def test_a_message_is_found_by_the_beginning_of_its_id_if_that_is_enough() -> None:
    mend = mending(received(A), received("ab" + "0" * 30, data=b"other"))
    (found,) = await mend.find("aa")
    assert (found.held.received.event_id, found.settled_by) == (A, "")
    with pytest.raises(NotFoundError, match="2 refused messages"):
        await mend.find("a")
    with pytest.raises(NotFoundError, match="no refused message has the id ff"):
        await mend.find("ff")


async def test_a_repair_names_what_it_repairs_and_is_noted() -> None:
    door = FakeDoor()
    mend = mending(received(A), door=door)
    with capture_logs() as logs:
        answered = await mend.resend(received(A), discharge())
    assert answered.taken
    assert door.taken == [(discharge(), A)]
    assert logs == [
        {
            "event": "quarantine_resent",
            "log_level": "info",
            "component": "adt_ingest.quarantine",
            "event_id": A,
            "site": "GHH",
            "operator": "someone",
            "answer": "AA",
            "kind": "edited",
        }
    ]


async def test_what_is_sent_again_without_a_repair_goes_as_it_came() -> None:
    door = FakeDoor(Answered(("AE",), "No number names the visit", "PV1-19", "101"))
    answered = await mending(door=door).resend(received(A))
    assert not answered.taken
    assert door.taken == [(received(A).data, A)]


def test_whoever_sees_a_patients_values_is_noted_with_the_reason() -> None:
    with capture_logs() as logs:
        data = mending().reveal(received(A), "the visit number is missing", how="shown")
    assert data == received(A).data
    (noted,) = logs
    assert noted["event"] == "quarantine_revealed"
    assert (noted["operator"], noted["reason"]) == ("someone", "the visit number is missing")


@pytest.mark.parametrize("reason", ["what is with Erika?", "mr1001 has no visit", "EXAMPLE"])
def test_a_reason_that_names_the_patient_is_neither_noted_nor_good_enough(reason: str) -> None:
    with capture_logs() as logs, pytest.raises(TellingReasonError):
        mending().reveal(received(A), reason, how="shown")
    assert logs == []
