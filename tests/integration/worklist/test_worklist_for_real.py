"""The worklist on real Kafka and PostgreSQL: from a plan to a nurse, and what it says about it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.support.eventually import eventually
from tests.support.programs import Program, overhearing, running
from tests.support.worklist_app import token
from tests.support.worklist_builders import encounter, newer, notice, reminder, withdrawn
from tests.support.worklist_program import (
    Voices,
    codes_and_states,
    fresh_transition,
    program_settings,
)

from care_chassis.events import Event
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.tasks import TaskSnapshot
from care_contracts.transitions import TransitionSnapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings(care_topics: str, make_database: Callable[[str], str]) -> dict[str, str]:
    return program_settings(make_database("worklist"), care_topics)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices(care_topics: str) -> AsyncGenerator[Voices]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield Voices(publisher)
    await publisher.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(settings: dict[str, str]) -> AsyncGenerator[Program]:
    async with running("worklist", settings) as program:
        yield program


@pytest_asyncio.fixture(loop_scope="module")
async def nurse(program: Program) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token('nurse')}"}
    async with httpx.AsyncClient(base_url=program.url, headers=headers, timeout=20) as client:
        yield client


async def shown(nurse: httpx.AsyncClient, one: TransitionSnapshot) -> list[dict[str, Any]]:
    """The transitions of its patient."""
    query = {"site": one.site, "mrn": one.patient.mrn}
    answer = await nurse.get("/api/transitions", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def about(events: list[Event], one: TransitionSnapshot) -> list[tuple[str, TaskSnapshot]]:
    """What was said about the tasks of a transition."""
    said = [(event.type, TaskSnapshot.model_validate_json(event.data)) for event in events]
    return [pair for pair in said if pair[1].transition_id == one.transition_id]


async def test_a_plan_becomes_work_and_the_work_is_told(
    voices: Voices, nurse: httpx.AsyncClient, care_topics: str
) -> None:
    one = fresh_transition()
    async with overhearing(care_topics, topics.TASKS) as heard:
        began = time.monotonic()
        await voices.tell(one)
        (item,) = await eventually(lambda: shown(nurse, one), every=0.01)
        print(f"\nfrom the plan to REST: {time.monotonic() - began:.3f} s")
        assert codes_and_states(item) == {
            "home_visit": "requested",
            "initial_contact": "requested",
        }
        task = next(task for task in item["tasks"] if task["code"] == "initial_contact")
        path = f"/api/tasks/{task['task_id']}"
        claimed = await nurse.post(f"{path}/claim", headers={"If-Match": '"1"'})
        assert claimed.status_code == 200, claimed.text
        done = await nurse.post(
            f"{path}/complete",
            headers={"If-Match": claimed.headers["etag"]},
            json={"outcome": "reached-patient"},
        )
        assert done.json()["state"] == "completed"
        said = await eventually(lambda: about(heard, one), until=lambda said: len(said) == 4)
    assert sorted(type_ for type_, _ in said) == [
        *("task.claimed", "task.completed", "task.created", "task.created"),
    ]
    last = said[-1][1]
    assert (last.version, last.state, last.owner, last.outcome) == (
        *(3, "completed", "dev-nurse", "reached-patient"),
    )
    events = [event for event in heard if event.subject == str(last.task_id)]
    assert {event.key for event in events} == {one.patient.patient_key}
    assert {event.correlation_id for event in events} == {
        f"wire of transition.opened:{one.transition_id}:1"
    }
    assert events[0].traceparent == f"00-{'1' * 32}-{'2' * 16}-01"


async def test_a_withdrawn_plan_withdraws_and_completed_work_stays(
    voices: Voices, nurse: httpx.AsyncClient
) -> None:
    one = fresh_transition()
    await voices.tell(one)
    (item,) = await eventually(lambda: shown(nurse, one))
    visit = next(task for task in item["tasks"] if task["code"] == "home_visit")
    await nurse.post(
        f"/api/tasks/{visit['task_id']}/complete",
        headers={"If-Match": '"1"'},
        json={"outcome": "done"},
    )
    gone = [withdrawn(planned) for planned in one.steps]
    await voices.tell(newer(one, steps=gone, state="voided", reason="discharge_cancelled"))
    (item,) = await eventually(
        lambda: shown(nurse, one), until=lambda found: found[0]["state"] == "voided"
    )
    assert codes_and_states(item) == {"home_visit": "completed", "initial_contact": "cancelled"}


async def test_every_order_and_repetition_of_versions_ends_the_same(
    voices: Voices, nurse: httpx.AsyncClient
) -> None:
    ones = [fresh_transition() for _ in range(3)]
    for one, order in zip(ones, ((1, 2, 3), (3, 1, 2), (2, 3, 3)), strict=True):
        two = newer(one, steps=[withdrawn(planned) for planned in one.steps])
        told = {1: one, 2: two, 3: newer(two, steps=[one.steps[0], two.steps[1]])}
        await voices.tell(*(told[number] for number in order))
    for one in ones:
        await eventually(
            lambda one=one: shown(nurse, one),
            until=lambda found: (
                found
                and codes_and_states(found[0])
                == {"home_visit": "requested", "initial_contact": "cancelled"}
            ),
        )


async def test_what_cannot_be_read_is_put_aside_and_the_rest_flows(
    voices: Voices, nurse: httpx.AsyncClient, care_topics: str
) -> None:
    one = fresh_transition()
    async with overhearing(care_topics, "worklist.dead.v1") as dead:
        await voices.mumble(one.patient.patient_key)
        await voices.tell(one)
        await eventually(lambda: shown(nurse, one))
        await eventually(lambda: dead)
    assert dead[0].data == b"{nonsense"


async def test_after_a_kill_nothing_is_missing_and_nothing_double(
    voices: Voices, program: Program, nurse: httpx.AsyncClient, care_topics: str
) -> None:
    ones = [fresh_transition() for _ in range(60)]
    async with overhearing(care_topics, topics.TASKS) as heard:
        await voices.tell(*ones[:30])
        await program.kill()
        await voices.tell(*ones[30:], *ones[:10])
        await program.start(patiently=False)
        found = await eventually(
            lambda: everything(nurse, ones), until=lambda found: len(found) == 60, within=60
        )
        await eventually(
            lambda: {said.task_id for one in ones for _, said in about(heard, one)},
            until=lambda ids: len(ids) == 120,
            within=30,
        )
    assert {len(items) for items in found} == {1}
    assert {len(items[0]["tasks"]) for items in found} == {2}
    versions = {(said.task_id, said.version) for one in ones for _, said in about(heard, one)}
    assert len(versions) == 120


async def everything(
    nurse: httpx.AsyncClient, ones: list[TransitionSnapshot]
) -> list[list[dict[str, Any]]]:
    try:
        found = [await shown(nurse, one) for one in ones]
    except httpx.TransportError as error:
        raise AssertionError from error
    return [items for items in found if items]


async def test_visits_notices_and_reminders_arrive_on_their_topics(
    voices: Voices, nurse: httpx.AsyncClient
) -> None:
    one = fresh_transition()
    stay = encounter(one.visit).model_copy(
        update={"patient": one.patient, "visit": one.visit, "visit_key": one.visit_key}
    )
    await voices.tell(one, stay)
    told = notice(one.visit, patient_key=one.patient.patient_key, visit_key=one.visit_key)
    reminded = reminder(one.steps[0], one.transition_id)
    await voices.say(topics.NOTIFICATIONS, "notification.sent", told, f"n-{one.visit}")
    await voices.say(topics.REMINDERS, "reminder.overdue", reminded, f"r-{one.visit}")
    query = {"site": "GHH", "mrn": one.patient.mrn}

    async def counted() -> tuple[int, int, list[str]]:
        stays = (await nurse.get("/api/encounters", params=query)).json()["items"]
        notices = (await nurse.get("/api/notifications", params=query)).json()["items"]
        task = (await nurse.get(f"/api/tasks/{one.steps[0].task_id}")).json()
        return len(stays), len(notices), task.get("reminded", [])

    expected = (1, 1, ["reminder.overdue"])
    await eventually(counted, until=lambda counts: counts == expected)


async def test_an_open_page_hears_of_a_new_plan_within_a_second(
    voices: Voices, nurse: httpx.AsyncClient
) -> None:
    async with nurse.stream("GET", "/live") as page:
        lines = page.aiter_lines()
        assert await anext(lines) == ": still here"
        began = time.monotonic()
        await voices.tell(fresh_transition())
        async with asyncio.timeout(5):
            async for line in lines:
                if line == "event: changed":
                    break
        took = time.monotonic() - began
    print(f"\nfrom the plan to the open page: {took:.3f} s")
    assert took < 5


async def test_it_ends_at_once_though_pages_are_open(
    program: Program, nurse: httpx.AsyncClient
) -> None:
    async with nurse.stream("GET", "/live") as page:
        lines = page.aiter_lines()
        await anext(lines)
        async with asyncio.timeout(10):
            await program.stop()
            assert [
                line async for line in lines if line not in ("", "event: changed", "data:")
            ] == []
