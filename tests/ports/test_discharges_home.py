"""The discharges that measures count, out of memory and out of PostgreSQL alike."""

from datetime import timedelta
from typing import Any

from tests.support.worklist_builders import DISCHARGED_AT, known_as, newer, transition
from tests.support.worklist_stores import NORA, InMemory, InPostgres, Worklist

from care_contracts.transitions import Clocks, TransitionKind, TransitionSnapshot, TransitionState
from worklist.domain.evidence import Channel, Evidence
from worklist.domain.home_visits import Ended, HomeDischarge
from worklist.domain.outcomes import ending
from worklist.domain.work import Deed, Wish
from worklist.ports import Stretch

HOUR = timedelta(hours=1)
CONTACT_DUE_AT = DISCHARGED_AT + 50 * HOUR


def home(name: str, **more: Any) -> TransitionSnapshot:
    clocks = Clocks(initial_contact_due_at=CONTACT_DUE_AT)
    return transition(name, **({"clocks": clocks} | more))


class DischargesHomeSuite:
    """What a measure is made of."""

    async def test_a_discharge_comes_with_all_that_it_is_judged_by(
        self, worklist: Worklist
    ) -> None:
        one = home("one", readmitted_at=CONTACT_DUE_AT + HOUR, died_at=CONTACT_DUE_AT + 2 * HOUR)
        await worklist.hear(one)
        visit, contact = (step.task_id for step in one.steps)
        worklist.clock.advance(60 * HOUR)
        done_at = DISCHARGED_AT + 49 * HOUR
        evidence = Evidence(done_at=done_at, channel=Channel.IN_PERSON)
        end = ending("home_visit", "reached-patient", "")
        await worklist.wish(visit, Wish(Deed.COMPLETED, NORA, None, end, evidence))
        refused = ending("initial_contact", "refused", "not by telephone")
        await worklist.wish(contact, Wish(Deed.COMPLETED, NORA, None, refused))
        assert await discharges(worklist) == [
            HomeDischarge(
                transition_id=one.transition_id,
                site="GHH",
                discharged_at=DISCHARGED_AT,
                state="active",
                contact_due_at=CONTACT_DUE_AT,
                readmitted_at=CONTACT_DUE_AT + HOUR,
                died_at=CONTACT_DUE_AT + 2 * HOUR,
                visit=Ended(done_at, "reached-patient", "in_person"),
                contact=Ended(DISCHARGED_AT + 60 * HOUR, "refused"),
            )
        ]

    async def test_what_is_open_or_withdrawn_has_not_ended(self, worklist: Worklist) -> None:
        await worklist.hear(home("one"), home("none", steps=[]))
        found = await discharges(worklist)
        assert [(one.visit, one.contact) for one in found] == [(None, None)] * 2

    async def test_the_newest_that_was_told_counts(self, worklist: Worklist) -> None:
        one = home("one", readmitted_at=CONTACT_DUE_AT)
        await worklist.hear(one)
        earlier = DISCHARGED_AT - HOUR
        moved = {"discharged_at": earlier, "state": TransitionState.VOIDED, "readmitted_at": None}
        await worklist.hear(newer(one, **moved))
        (found,) = await discharges(worklist)
        assert (found.discharged_at, found.state) == (earlier, "voided")
        assert found.readmitted_at is None

    async def test_only_discharges_home_of_the_hospital_and_the_span_are_read(
        self, worklist: Worklist
    ) -> None:
        end = DISCHARGED_AT + 24 * HOUR
        await worklist.hear(
            home("first"),
            home("last", discharged_at=end - timedelta(seconds=1)),
            home("after", discharged_at=end),
            home("before", discharged_at=DISCHARGED_AT - timedelta(seconds=1)),
            home("there", site="CCM"),
            home("facility", kind=TransitionKind.FACILITY_TRACKING),
            home("retracted", retracted=True),
        )
        found = await discharges(worklist, end_after=24 * HOUR, begin_before=timedelta(0))
        assert [one.transition_id for one in found] == [known_as("first"), known_as("last")]
        (first,) = await discharges(worklist, end_after=24 * HOUR, limit=1)
        assert first.transition_id == known_as("before")


async def discharges(
    worklist: Worklist,
    *,
    end_after: timedelta = HOUR,
    begin_before: timedelta = 2 * HOUR,
    limit: int = 100,
) -> list[HomeDischarge]:
    stretch = Stretch("GHH", DISCHARGED_AT - begin_before, DISCHARGED_AT + end_after)
    return await worklist.reads.measures.discharges_home(stretch, limit)


class TestInMemory(InMemory, DischargesHomeSuite):
    """The fake."""


class TestInPostgres(InPostgres, DischargesHomeSuite):
    """The real thing."""
