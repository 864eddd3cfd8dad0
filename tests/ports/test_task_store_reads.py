"""What is shown of tasks, transitions and visits, out of memory and out of PostgreSQL alike."""

from collections.abc import Sequence
from datetime import timedelta

from tests.support.worklist_builders import (
    DISCHARGED_AT,
    encounter,
    known_as,
    newer,
    notice,
    patient,
    transition,
    withdrawn,
)
from tests.support.worklist_stores import (
    EVERYTHING,
    SITES,
    InMemory,
    InPostgres,
    Worklist,
    steps_of,
)

from care_contracts.transitions import Attribution
from worklist.api.shaping import shape_of_transition
from worklist.domain.order import Due
from worklist.domain.work import Deed
from worklist.ports import (
    After,
    AfterTask,
    Item,
    QueueCounts,
    TaskFilter,
    VisitFilter,
    Where,
)


class ReadingSuite:
    """What is shown."""

    async def test_the_soonest_due_comes_first_and_ties_go_to_the_riskier(
        self, worklist: Worklist
    ) -> None:
        due_at = DISCHARGED_AT + timedelta(days=1)
        await worklist.hear(
            transition("calm", steps=steps_of("calm", "calm", due_at=due_at), lace=3),
            transition("late", steps=steps_of("late", "late")),
            transition("risky", steps=steps_of("risky", "risky", due_at=due_at), lace=12),
            transition("ama", steps=steps_of("ama", "ama", due_at=due_at), flags=["ama"]),
        )
        assert await worklist.codes() == ["ama", "risky", "calm", "late"]

    async def test_pages_are_complete_and_without_overlap(self, worklist: Worklist) -> None:
        codes = [f"code_{number}" for number in range(7)]
        await worklist.hear(transition(steps=steps_of("one", *codes)))
        got: list[Item] = []
        place: AfterTask | None = None
        while page := await worklist.tasks(EVERYTHING, place, 3):
            got += page
            last = page[-1]
            place = AfterTask(last.task.step.due_at, last.rank, last.task.task_id)
        assert sorted(item.task.step.code for item in got) == codes

    async def test_every_filter_narrows(self, worklist: Worklist) -> None:
        there = transition("there", site="CCM", mrn="MR2", steps=steps_of("there", "find_pcp"))
        here = transition(
            "here",
            steps=[*steps_of("here", "home_visit"), *steps_of("here", "c", role="pharmacist")],
        )
        await worklist.hear(here, there)
        await worklist.do(here.steps[0].task_id, Deed.CLAIMED)
        await worklist.do(there.steps[0].task_id, Deed.COMPLETED)
        expected: Sequence[tuple[TaskFilter, list[str]]] = [
            (TaskFilter(only_open=True), ["c", "home_visit"]),
            (TaskFilter(states=("completed", "accepted")), ["find_pcp", "home_visit"]),
            (TaskFilter(site="CCM"), ["find_pcp"]),
            (TaskFilter(owner="nora"), ["find_pcp", "home_visit"]),
            (TaskFilter(owner="paul"), []),
            (TaskFilter(unassigned=True), ["c"]),
            (TaskFilter(role="pharmacist"), ["c"]),
            (TaskFilter(code="find_pcp"), ["find_pcp"]),
            (TaskFilter(mrn="MR2"), ["find_pcp"]),
            (TaskFilter(transition_id=here.transition_id), ["c", "home_visit"]),
        ]
        for wanted, codes in expected:
            assert sorted(await worklist.codes(wanted)) == codes, wanted

    async def test_today_ends_at_each_site_s_own_midnight(self, worklist: Worklist) -> None:
        due_at = DISCHARGED_AT.replace(hour=5, minute=30) + timedelta(days=1)
        await worklist.hear(
            transition("east", steps=steps_of("east", "east", due_at=due_at)),
            transition("west", site="CCM", steps=steps_of("west", "west", due_at=due_at)),
            transition("past", steps=steps_of("past", "past", due_at=DISCHARGED_AT)),
            transition("away", site="ELSEWHERE", steps=steps_of("away", "away", due_at=due_at)),
        )
        worklist.clock.advance(timedelta(minutes=1))
        assert await worklist.codes(TaskFilter(due=Due.OVERDUE)) == ["past"]
        assert await worklist.codes(TaskFilter(due=Due.TODAY)) == ["west"]
        assert sorted(await worklist.codes(TaskFilter(due=Due.UPCOMING))) == ["away", "east"]

    async def test_the_queues_are_counted_up_to_a_limit(self, worklist: Worklist) -> None:
        late = steps_of("one", "overdue", due_at=DISCHARGED_AT - timedelta(hours=1))
        soon = steps_of("one", "today", due_at=DISCHARGED_AT + timedelta(hours=1))
        more = steps_of("one", "later", "done", "dropped")
        plan = [*late, *soon, *more[:2], withdrawn(more[2])]
        await worklist.hear(transition(steps=plan))
        await worklist.do(soon[0].task_id, Deed.CLAIMED)
        await worklist.do(more[1].task_id, Deed.COMPLETED)
        today = SITES.today(worklist.clock.now())
        counts = worklist.reads.tasks.counts
        assert await counts("nora", Where(), today, 99) == QueueCounts(1, 2, 1, 1, 3, 1)
        assert await counts("paul", Where("GHH"), today, 99) == QueueCounts(0, 2, 1, 1, 3, 1)
        assert await counts("nora", Where("CCM"), today, 99) == QueueCounts()
        assert (await counts("nora", Where(), today, 2)).open == 2

    async def test_completed_tasks_are_read_latest_first_in_pages(self, worklist: Worklist) -> None:
        codes = ["a", "b", "c"]
        one = transition(steps=steps_of("one", *codes))
        await worklist.hear(one)
        for planned in one.steps:
            worklist.clock.advance(timedelta(minutes=1))
            await worklist.do(planned.task_id, Deed.COMPLETED)
        read = worklist.reads.tasks.completed
        first = await read(Where("GHH"), None, 2)
        assert [item.task.step.code for item in first] == ["c", "b"]
        last = first[-1].task
        assert last.work.completed_at is not None
        rest = await read(Where(), After(last.work.completed_at, last.task_id), 2)
        assert [item.task.step.code for item in rest] == ["a"]
        assert await read(Where("CCM"), None, 2) == []

    async def test_a_team_has_lists_and_counts_of_its_own(self, worklist: Worklist) -> None:
        north, west = Attribution(pcp="none", team="north"), Attribution(pcp="none", team="west")
        steps = steps_of("a", "a", "b")
        one = transition("a", steps=steps, attribution=north)
        await worklist.hear(one, transition("w", steps=steps_of("w", "w"), attribution=west))
        await worklist.hear(transition("n", steps=steps_of("n", "n")))
        await worklist.do(steps[0].task_id, Deed.COMPLETED)
        reads, today = worklist.reads.tasks, SITES.today(worklist.clock.now())

        async def told(team: str) -> tuple[list[str], list[str], int]:
            done = await reads.completed(Where("GHH", team), None, 9)
            counts = await reads.counts("paul", Where("GHH", team), today, 9)
            codes = await worklist.codes(TaskFilter(only_open=True, site="GHH", team=team))
            return codes, [item.task.step.code for item in done], counts.open

        assert await told("north") == (["b"], ["a"], 1)
        assert await told("west") == (["w"], [], 1)
        await worklist.hear(newer(one, attribution=west))
        assert await told("north") == ([], [], 0)
        codes, done, open_ = await told("west")
        assert (sorted(codes), done, open_) == (["b", "w"], ["a"], 2)

    async def test_transitions_are_found_by_what_is_known_of_them(self, worklist: Worklist) -> None:
        await worklist.hear(
            transition("a", discharged_at=DISCHARGED_AT),
            transition("b", discharged_at=DISCHARGED_AT + timedelta(hours=1), state="voided"),
            transition("c", site="CCM", mrn="MR9", discharged_at=DISCHARGED_AT),
        )
        expected: Sequence[tuple[VisitFilter, list[str]]] = [
            (VisitFilter(), ["V-b", "V-a", "V-c"]),
            (VisitFilter(site="GHH", mrn="MR1001"), ["V-b", "V-a"]),
            (VisitFilter(visit="V-a"), ["V-a"]),
            (VisitFilter(state="voided"), ["V-b"]),
            (VisitFilter(site="CCM", mrn="MR1001"), []),
        ]
        for wanted, visits in expected:
            found = await worklist.reads.transitions.transitions(wanted, None, 9)
            got = [one.transition.visit for one in found]
            assert sorted(got) == sorted(visits), wanted
        page = await worklist.reads.transitions.transitions(VisitFilter(site="GHH"), None, 1)
        place = After(page[0].transition.discharged_at, page[0].transition.transition_id)
        rest = await worklist.reads.transitions.transitions(VisitFilter(site="GHH"), place, 9)
        assert [one.transition.visit for one in (*page, *rest)] == ["V-b", "V-a"]
        assert [task.step.code for task in page[0].tasks] != []

    async def test_what_was_retracted_is_shown_only_if_somebody_worked_on_it(
        self, worklist: Worklist
    ) -> None:
        gone, worked_on = transition("gone"), transition("worked on")
        await worklist.hear(gone, worked_on)
        await worklist.do(worked_on.steps[0].task_id, Deed.CLAIMED)
        await worklist.hear(newer(gone, retracted=True), newer(worked_on, retracted=True))
        read = worklist.reads.transitions
        (shown,) = await read.transitions(VisitFilter(), None, 9)
        assert [shown] == await read.found("MR1001", 9)
        assert shown.transition.visit == "V-worked on"
        assert await read.transition(gone.transition_id) is not None

    async def test_work_before_a_discharge_is_no_transition_yet_and_can_be_found(
        self, worklist: Worklist
    ) -> None:
        planning = transition("planning", kind="discharge_planning")
        await worklist.hear(planning, transition("home"))
        read = worklist.reads.transitions
        shown = await read.transitions(VisitFilter(), None, 9)
        assert [one.transition.visit for one in shown] == ["V-home"]
        assert len(await read.found("MR1001", 9)) == 2
        assert await read.transition(planning.transition_id) is not None

    async def test_a_task_that_the_plan_forgot_is_shown_only_if_somebody_worked_on_it(
        self, worklist: Worklist
    ) -> None:
        one = transition(steps=steps_of("one", "stays", "goes", "worked_on"))
        await worklist.hear(one)
        await worklist.do(one.steps[2].task_id, Deed.CLAIMED)
        await worklist.hear(newer(one, steps=one.steps[:1]))
        (followed,) = await worklist.reads.transitions.transitions(VisitFilter(), None, 9)
        assert sorted(
            task.code for task in shape_of_transition(followed, DISCHARGED_AT.date()).tasks
        ) == [
            "stays",
            "worked_on",
        ]

    async def test_a_visit_is_found_by_the_numbers_it_had_and_shown_under_its_own(
        self, worklist: Worklist
    ) -> None:
        await worklist.hear(
            transition(visit="V2", former_visits=["V1"]),
            encounter(visit="V2", former_visits=["V1"]),
            encounter("before", visit="V1", continues_as="V2"),
        )
        for number in ("V1", "V2"):
            wanted = VisitFilter(visit=number)
            (followed,) = await worklist.reads.transitions.transitions(wanted, None, 9)
            (visit,) = await worklist.reads.visits.encounters(wanted, None, 9)
            assert (followed.transition.visit, visit.visit) == ("V2", "V2")

    async def test_patients_are_found_by_number_or_by_how_their_name_begins(
        self, worklist: Worklist
    ) -> None:
        await worklist.hear(
            transition("a", patient=patient("MR1", name="O'Brien_%, Tess")),
            transition("b", patient=patient("MR2", name="Obara, Ken", former_mrns=["MR0"])),
        )
        expected = {"o'bri": ["MR1"], "OB": ["MR2"], "MR0": ["MR2"], "%": [], "o_b": []}
        for words, numbers in expected.items():
            found = await worklist.reads.transitions.found(words, 9)
            assert [one.transition.patient.mrn for one in found] == numbers, words

    async def test_encounters_are_kept_newest_and_found(self, worklist: Worklist) -> None:
        one = encounter()
        two = newer(one, status="in-progress")
        await worklist.hear(two, encounter("other", mrn="MR7", site="CCM"))
        await worklist.hear(one)
        read = worklist.reads.visits.encounters
        assert await read(VisitFilter(site="GHH", mrn="MR1001"), None, 9) == [two]
        assert len(await read(VisitFilter(), None, 9)) == 2
        first = await read(VisitFilter(), None, 1)
        began_at = first[0].admitted_at
        assert began_at is not None
        rest = await read(VisitFilter(), After(began_at, first[0].encounter_id), 9)
        assert {one.visit for one in (*first, *rest)} == {"V-one", "V-other"}

    async def test_notices_are_found_under_the_survivor_and_the_merged_number(
        self, worklist: Worklist
    ) -> None:
        told_before = notice("one", patient_key="key-of-OLD")
        unrelated = notice("other", patient_key="key-of-MR5", site="CCM")
        survivor = patient("NEW", former_mrns=["OLD"])
        await worklist.hear(told_before, unrelated, transition("one", patient=survivor))
        read = worklist.reads.visits.notifications
        for number in ("OLD", "NEW"):
            assert await read(VisitFilter(site="GHH", mrn=number), None, 9) == [told_before]
        assert await read(VisitFilter(mrn="NEW", visit="V-one"), None, 9) == [told_before]
        assert await read(VisitFilter(mrn="MR6"), None, 9) == []
        assert len(await read(VisitFilter(), None, 9)) == 2
        assert await read(VisitFilter(site="CCM"), None, 9) == [unrelated]
        of_visit = worklist.reads.visits.notifications_of_visit
        assert await of_visit("visit-key-of-one", "key-of-NEW", 9) == [told_before]

    async def test_notices_about_another_patient_with_the_number_are_not_shown(
        self, worklist: Worklist
    ) -> None:
        same = {"visit": "V-one", "visit_key": "visit-key-of-one"}
        other = {"patient_key": "key-of-MR2", "visit_key": "visit-key-of-one"}
        own, others = notice("one"), notice("other", **other)
        await worklist.hear(own, others, encounter("one"), encounter("other", mrn="MR2", **same))
        read, of_visit = (
            worklist.reads.visits.notifications,
            worklist.reads.visits.notifications_of_visit,
        )
        for mrn, expected in (("MR1001", own), ("MR2", others)):
            assert await read(VisitFilter(mrn=mrn), None, 9) == [expected]
            assert await of_visit("visit-key-of-one", f"key-of-{mrn}", 9) == [expected]

    async def test_a_notice_is_shown_in_its_latest_state(self, worklist: Worklist) -> None:
        one = notice()
        two = newer(one, state="failed")
        await worklist.hear(two)
        await worklist.hear(one)
        read = worklist.reads.visits.notifications_of_visit
        assert await read("visit-key-of-one", "key-of-MR1001", 9) == [two]

    async def test_what_is_not_there_is_none(self, worklist: Worklist) -> None:
        assert await worklist.reads.tasks.task(known_as("nothing")) is None
        assert await worklist.reads.transitions.transition(known_as("nothing")) is None


class TestReadingInMemory(InMemory, ReadingSuite):
    """The fake reads."""


class TestReadingInPostgres(InPostgres, ReadingSuite):
    """PostgreSQL reads."""
