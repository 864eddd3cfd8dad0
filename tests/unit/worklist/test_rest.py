"""The REST API through the real application, on a store in memory."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.support.worklist_app import App, fresh_app, token
from tests.support.worklist_builders import (
    DISCHARGED_AT,
    encounter,
    escalation,
    known_as,
    newer,
    notice,
    patient,
    reminder,
    step,
    transition,
    withdrawn,
)

from care_chassis.errors import TransientError
from care_contracts.tasks import TaskSnapshot
from care_contracts.transitions import Attribution

ONE = transition()
VISIT, CALL = ONE.steps[0].task_id, ONE.steps[1].task_id


@pytest.fixture
async def app() -> App:
    app = fresh_app()
    await app.hear(ONE)
    return app


async def post(
    app: App, verb: str, task_id: UUID | str = CALL, role: str = "nurse", **more: Any
) -> httpx.Response:
    """Do something with a task, by default as seen at version 1."""
    if_match = more.pop("if_match", '"1"')
    headers = {} if if_match is None else {"If-Match": if_match}
    subject = more.pop("subject", "")
    async with app.client(role, subject=subject) as client:
        return await client.post(f"/api/tasks/{task_id}/{verb}", headers=headers, json=more or None)


async def get(app: App, path: str, **query: Any) -> Any:
    async with app.client("integration") as client:
        answer = await client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """It is a problem document; gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{kind}"
    assert problem["title"]
    return problem


# --- transitions


async def test_a_transition_has_the_shape_that_clients_rely_on(app: App) -> None:
    page = await get(app, "/transitions", site="GHH", mrn="MR1001")
    assert page["next"] is None
    (item,) = page["items"]
    assert set(item) >= {
        *("transition_id", "site", "patient", "visit", "kind", "state", "reason", "flags"),
        *("protocol", "discharged_at", "discharged_on", "disposition", "business_days", "tcm"),
        *("risk", "clocks", "hedis", "tasks"),
    }
    assert set(item["patient"]) >= {"mrn", "name", "birth_date", "deceased"}
    assert set(item["tcm"]) >= {"eligible", "period_first_on", "period_last_on"}
    assert set(item["clocks"]) == {
        *("initial_contact_due_at", "home_visit_opens_at", "home_visit_due_at"),
        *("follow_up_7d_due_at", "follow_up_14d_due_at", "medrec_hedis_due_at"),
    }
    assert set(item["hedis"]) == {
        *("engagement_first_on", "engagement_last_on", "medrec_first_on"),
        *("medrec_last_on", "discharge_info_last_on"),
    }
    assert item["discharged_at"] == "2026-06-01T14:15:00Z"
    assert item["clocks"]["home_visit_due_at"] == "2026-06-04T14:15:00Z"
    assert {task["code"] for task in item["tasks"]} == {"home_visit", "initial_contact"}
    for task in item["tasks"]:
        assert set(task) >= {
            *("task_id", "code", "state", "role", "owner", "window_opens_at", "due_at"),
            *("completed_at", "outcome"),
        }
        assert task["state"] == "requested"


async def test_the_score_comes_with_its_parts(app: App) -> None:
    await app.hear(transition("scored", lace=12))
    (item,) = (await get(app, "/transitions", visit="V-scored"))["items"]
    assert item["risk"]["lace"]["score"] == 12
    assert set(item["risk"]["lace"]) >= {
        *("score", "tier", "length_of_stay", "acuity", "comorbidity", "ed_visits", "variant"),
    }


async def test_a_merged_number_finds_the_survivor(app: App) -> None:
    survivor = patient("NEW", former_mrns=["MR1001"])
    await app.hear(newer(ONE, patient=survivor))
    for number in ("MR1001", "NEW"):
        (item,) = (await get(app, "/transitions", site="GHH", mrn=number))["items"]
        assert item["patient"]["mrn"] == "NEW"


async def test_transitions_are_narrowed_and_paged(app: App) -> None:
    for name in "abcd":
        await app.hear(transition(name, state="voided" if name == "d" else "active"))
    assert len((await get(app, "/transitions", state="voided"))["items"]) == 1
    assert (await get(app, "/transitions", mrn="nobody"))["items"] == []
    visits, word = set[str](), None
    while True:
        query = {"limit": 2} | ({"next": word} if word else {})
        page = await get(app, "/transitions", **query)
        visits |= {item["visit"] for item in page["items"]}
        word = page["next"]
        if word is None:
            break
    assert visits == {"V-one", "V-a", "V-b", "V-c", "V-d"}


# --- tasks


async def test_the_worklist_is_due_soonest_first_with_what_a_nurse_needs(app: App) -> None:
    sooner = step(known_as("two"), due_at=DISCHARGED_AT + timedelta(hours=1))
    await app.hear(transition("two", steps=[sooner], flags=["ama"]))
    items = (await get(app, "/tasks"))["items"]
    assert items[0]["task_id"] == str(sooner.task_id)
    assert items[0]["due"] == "today"
    assert items[0]["patient"]["phones"] == ["(212) 555-0142"]
    assert items[0]["transition"]["flags"] == ["ama"]
    assert len(items) == 3


async def test_tasks_are_narrowed_by_every_filter(app: App) -> None:
    await app.hear(transition("two", site="CCM", mrn="MR2", steps=[step(known_as("two"), "c")]))
    await post(app, "claim")
    expected: list[tuple[dict[str, Any], int]] = [
        ({}, 3),
        ({"owner": "me"}, 1),
        ({"owner": "dev-nurse"}, 1),
        ({"owner": "unassigned"}, 2),
        ({"state": "accepted"}, 1),
        ({"state": ["accepted", "requested"]}, 3),
        ({"state": "completed"}, 0),
        ({"state": ["open", "completed"]}, 3),
        ({"state": "any"}, 3),
        ({"role": "pharmacist"}, 0),
        ({"site": "CCM"}, 1),
        ({"code": "home_visit"}, 1),
        ({"mrn": "MR2"}, 1),
        ({"transition_id": str(ONE.transition_id)}, 2),
        ({"due": "upcoming"}, 3),
        ({"due": "overdue"}, 0),
        ({"due": "today"}, 0),
    ]
    for query, count in expected:
        async with app.client("nurse") as client:
            answer = await client.get("/api/tasks", params=query)
        assert len(answer.json()["items"]) == count, query


async def test_closed_tasks_are_listed_when_asked_for(app: App) -> None:
    await app.hear(newer(ONE, steps=[withdrawn(one) for one in ONE.steps], reason="deceased"))
    assert (await get(app, "/tasks"))["items"] == []
    items = (await get(app, "/tasks", state="cancelled"))["items"]
    assert {item["cancelled_for"] for item in items} == {"deceased"}
    assert {item["due"] for item in items} == {None}


async def test_pages_of_tasks_follow_one_another(app: App) -> None:
    first = await get(app, "/tasks", limit=1)
    second = await get(app, "/tasks", limit=1, next=first["next"])
    third = await get(app, "/tasks", limit=1, next=second["next"])
    ids = [page["items"][0]["task_id"] for page in (first, second)]
    assert set(ids) == {str(VISIT), str(CALL)}
    assert third == {"items": [], "next": None}


async def test_a_reminded_task_says_so(app: App) -> None:
    await app.hear(reminder(ONE.steps[0], ONE.transition_id))
    async with app.client() as client:
        answer = await client.get(f"/api/tasks/{VISIT}")
    assert answer.json()["reminded"] == ["reminder.due_soon"]
    assert answer.headers["etag"] == '"1"'


async def test_an_escalated_task_says_since_when_and_to_whom(app: App) -> None:
    told = escalation(ONE.steps[0], ONE.transition_id)
    await app.hear(told)
    (task,) = [one for one in (await get(app, "/tasks"))["items"] if one["task_id"] == str(VISIT)]
    (transition,) = (await get(app, "/transitions"))["items"]
    (planned,) = [one for one in transition["tasks"] if one["task_id"] == str(VISIT)]
    for one in (task, planned):
        assert one["escalated_at"] == "2026-06-05T14:15:00Z"
        assert one["escalated_to"] == "provider"
    (other,) = [one for one in transition["tasks"] if one["task_id"] == str(CALL)]
    assert (other["escalated_at"], other["escalated_to"]) == (None, None)


async def test_a_nurse_claims_starts_and_completes(app: App) -> None:
    claimed = await post(app, "claim")
    assert claimed.status_code == 200
    assert claimed.headers["etag"] == '"2"'
    assert claimed.json()["state"] == "accepted"
    assert claimed.json()["owner"] == "dev-nurse"
    started = await post(app, "start", if_match='"2"')
    assert started.json()["state"] == "in_progress"
    done = await post(
        app, "complete", if_match='"3"', outcome="reached-patient", note="All is well"
    )
    assert done.status_code == 200
    assert done.json()["state"] == "completed"
    assert done.json()["outcome"] == "reached-patient"
    assert done.json()["completed_at"] == "2026-06-01T14:15:00Z"
    said = [(event.type, event.topic, event.key) for event in app.store.outbox[2:]]
    assert said == [
        (type_, "tasks.v1", "key-of-MR1001")
        for type_ in ("task.claimed", "task.started", "task.completed")
    ]
    assert {event.correlation_id for event in app.store.outbox} == {"from-the-wire"}


async def test_a_released_task_is_anybody_s(app: App) -> None:
    await post(app, "claim")
    released = await post(app, "release", if_match='"2"')
    assert (released.json()["state"], released.json()["owner"]) == ("requested", None)
    assert (await post(app, "claim", role="coordinator", if_match='"3"')).status_code == 200


@pytest.mark.parametrize(
    ("verb", "body"),
    [("claim", {}), ("start", {}), ("complete", {"outcome": "reached-patient"})],
)
async def test_a_repeated_request_gets_the_same_answer(
    app: App, verb: str, body: dict[str, Any]
) -> None:
    first = await post(app, verb, **body)
    again = await post(app, verb, **body)
    assert first.status_code == 200
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(app.store.outbox) == 3


TRIED_AT = "2026-06-01T14:45:00Z"


async def test_an_attempt_is_kept_and_told_with_its_number_masked(app: App) -> None:
    app.clock.advance(timedelta(hours=1))
    body = {"outcome": "voicemail", "number": "(212) 555-0142", "at": TRIED_AT}
    answer = await post(app, "attempt", **body)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    task = answer.json()
    assert (task["state"], task["owner"]) == ("requested", None)
    (attempt,) = task["attempts"]
    assert (attempt["number"], attempt["by"], attempt["channel"]) == (
        "(212) 555-0142",
        "dev-nurse",
        "phone",
    )
    told = TaskSnapshot.model_validate_json(app.store.outbox[-1].data)
    assert app.store.outbox[-1].type == "task.attempted"
    assert (told.attempts[0].number, told.attempts[0].outcome) == ("(***) ***-0142", "voicemail")
    assert b"555" not in app.store.outbox[-1].data
    again = await post(app, "attempt", **body)
    assert (again.status_code, again.json()) == (200, task)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"outcome": "reached-patient"}, "body.outcome"),
        ({"outcome": "nonsense"}, "body.outcome"),
        ({"outcome": "busy", "channel": "pigeon"}, "body.channel"),
        ({"outcome": "busy", "at": "2026-06-01T14:15:01Z"}, "body.at"),
        ({"outcome": "busy", "at": "2026-06-01T10:15:00"}, "body.at"),
    ],
)
async def test_an_attempt_that_is_none_is_refused_with_its_place(
    app: App, body: dict[str, Any], place: str
) -> None:
    problem = assert_problem(await post(app, "attempt", **body), 422, "invalid-request")
    assert [error["place"] for error in problem["errors"]] == [place]
    assert (await app.task(CALL)).work.attempts == ()


async def test_work_that_was_done_comes_with_its_evidence(app: App) -> None:
    app.clock.advance(timedelta(hours=1))
    evidence = {"done_at": TRIED_AT, "credential": "NP", "mdm": "high"}
    answer = await post(app, "complete", outcome="reached-patient", evidence=evidence)
    assert answer.json()["evidence"] == {
        "done_at": TRIED_AT,
        "channel": None,
        "number": "",
        "credential": "NP",
        "mdm": "high",
        "elements": [],
        "other_tcm_claim": False,
    }
    told = TaskSnapshot.model_validate_json(app.store.outbox[-1].data)
    assert told.evidence
    assert (told.evidence.credential, told.evidence.mdm) == ("NP", "high")


async def test_nobody_completes_what_is_still_to_come(app: App) -> None:
    late = {"done_at": "2026-06-02T00:00:00Z"}
    answer = await post(app, "complete", outcome="reached-patient", evidence=late)
    assert_problem(answer, 422, "invalid-request")


async def test_nobody_closes_a_call_with_one_from_before_the_discharge(app: App) -> None:
    before = (DISCHARGED_AT - timedelta(minutes=1)).isoformat()
    done = {"done_at": before}
    answer = await post(app, "complete", outcome="reached-patient", evidence=done)
    problem = assert_problem(answer, 422, "invalid-request")
    assert "The patient had not left yet" in problem["detail"]
    assert [error["place"] for error in problem["errors"]] == ["body.evidence.done_at"]
    tried = await post(app, "attempt", outcome="voicemail", channel="phone", at=before)
    assert_problem(tried, 422, "invalid-request")
    one = await app.task(CALL)
    assert one.state.is_open
    assert one.work.attempts == ()


async def test_the_lines_of_a_checklist_are_ticked_with_who_and_when(app: App) -> None:
    await with_checklist(app)
    tick = await post(app, "tick", if_match='"2"', item="Housing")
    assert (tick.status_code, tick.headers["etag"], tick.json()["state"]) == (
        200,
        '"3"',
        "requested",
    )
    assert tick.json()["checklist"] == [
        {"item": "Food", "ticked_at": None, "ticked_by": None, "ticked_by_name": None},
        {
            "item": "Housing",
            "ticked_at": "2026-06-01T14:15:00Z",
            "ticked_by": "dev-nurse",
            "ticked_by_name": "Nora Nurse",
        },
    ]
    again = await post(app, "tick", if_match='"2"', item="Housing")
    assert (again.status_code, again.json()) == (200, tick.json())
    told = TaskSnapshot.model_validate_json(app.store.outbox[-1].data)
    assert (app.store.outbox[-1].type, told.ticks[0].item) == ("task.ticked", "Housing")
    back = await post(app, "untick", if_match='"3"', item="Housing")
    assert [line["ticked_at"] for line in back.json()["checklist"]] == [None, None]


async def test_a_tick_is_refused_where_it_cannot_be(app: App) -> None:
    await with_checklist(app)
    assert_problem(await post(app, "tick", if_match='"1"', item="Food"), 412, "stale")
    assert_problem(await post(app, "tick", if_match='"2"', item="Rain"), 422, "not-on-the-list")
    assert_problem(await post(app, "tick", if_match=None, item="Food"), 428, "if-match-missing")
    assert_problem(await post(app, "tick", if_match='"2"'), 422, "invalid-request")
    await post(app, "claim", role="coordinator", if_match='"2"')
    assert_problem(await post(app, "tick", if_match='"3"', item="Food"), 409, "anothers-task")


async def with_checklist(app: App) -> None:
    visit, call = ONE.steps
    listed = call.model_copy(update={"checklist": ["Food", "Housing"]})
    await app.hear(newer(ONE, steps=[visit, listed]))


async def test_without_if_match_nothing_is_done(app: App) -> None:
    assert_problem(await post(app, "claim", if_match=None), 428, "if-match-missing")
    answer = await post(app, "complete", if_match=None, outcome="reached-patient")
    assert_problem(answer, 428, "if-match-missing")
    assert (await app.task(CALL)).state == "requested"


@pytest.mark.parametrize("tag", ['"0"', '"7"', "nonsense", '"x"', '""', '"-1"', '"²"'])
async def test_a_stale_or_foreign_tag_is_refused_with_the_present_one(app: App, tag: str) -> None:
    async with app.client() as client:
        answer = await client.post(
            f"/api/tasks/{CALL}/claim", headers=[(b"If-Match", tag.encode("latin-1"))]
        )
    assert_problem(answer, 412, "stale")
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"', "*"])
async def test_the_present_tag_is_taken_however_it_is_written(app: App, tag: str) -> None:
    assert (await post(app, "claim", if_match=tag)).status_code == 200


async def test_somebody_else_s_task_is_a_conflict(app: App) -> None:
    await post(app, "claim")
    for verb, body in (
        ("claim", {}),
        ("complete", {"outcome": "reached-patient"}),
        ("release", {}),
    ):
        answer = await post(app, verb, role="coordinator", if_match='"2"', **body)
        problem = assert_problem(answer, 409, "anothers-task")
        assert "Nora Nurse" in problem["detail"]


async def test_a_withdrawn_task_is_a_conflict(app: App) -> None:
    await app.hear(newer(ONE, steps=[withdrawn(one) for one in ONE.steps]))
    assert_problem(await post(app, "claim", if_match='"2"'), 409, "closed-task")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"outcome": "voicemail"}, "body.outcome"),
        ({"outcome": "nonsense"}, "body.outcome"),
        ({"outcome": "refused"}, "body.note"),
        ({"note": "only words"}, "body.outcome"),
        ({"outcome": "done", "note": "\x00"}, "body.note"),
    ],
)
async def test_an_ending_that_is_none_is_refused_with_its_place(
    app: App, body: dict[str, Any], place: str
) -> None:
    answer = await post(app, "complete", **body)
    problem = assert_problem(answer, 422, "invalid-request")
    assert [error["place"] for error in problem["errors"]] == [place]
    assert (await app.task(CALL)).state == "requested"


async def test_there_is_no_task_that_is_not_there(app: App) -> None:
    nowhere = known_as("nothing")
    assert_problem(await post(app, "claim", nowhere), 404, "no-such-task")
    answer = await post(app, "complete", nowhere, outcome="done")
    assert_problem(answer, 404, "no-such-task")
    assert_problem(await post(app, "claim", "no-uuid"), 422, "invalid-request")


# --- visits


async def test_encounters_have_the_shape_that_clients_rely_on(app: App) -> None:
    await app.hear(encounter(encounter_class="inpatient", readmission_of="V-before"))
    (item,) = (await get(app, "/encounters", site="GHH", mrn="MR1001"))["items"]
    assert set(item) >= {
        *("visit", "status", "class", "admitted_at", "discharged_at", "disposition"),
        *("readmission_of", "episode_id"),
    }
    assert (item["status"], item["class"]) == ("finished", "inpatient")
    assert (await get(app, "/encounters", mrn="MR1001", visit="other"))["items"] == []


async def test_notices_are_listed_without_keys(app: App) -> None:
    await app.hear(notice())
    (item,) = (await get(app, "/notifications", site="GHH", mrn="MR1001"))["items"]
    assert (item["state"], item["attempts"]) == ("sent", 1)
    assert not [name for name in item if name.endswith("_key")]


async def test_lists_of_visits_are_paged(app: App) -> None:
    await app.hear(*(encounter(name) for name in "ab"), *(notice(name) for name in "ab"))
    for path in ("/encounters", "/notifications"):
        first = await get(app, path, limit=1)
        second = await get(app, path, limit=1, next=first["next"])
        third = await get(app, path, limit=1, next=second["next"])
        assert first["items"] != second["items"]
        assert third == {"items": [], "next": None}


# --- the door, and errors


@pytest.mark.parametrize("path", ["/transitions", "/tasks", "/encounters", "/notifications"])
async def test_nobody_sees_anything_without_a_valid_token(app: App, path: str) -> None:
    tokens = ["", "nonsense", token(secret="another-secret-entirely"), token(hours=-1)]
    for one in tokens:
        async with app.browser({"Authorization": f"Bearer {one}"} if one else None) as client:
            answer = await client.get(f"/api{path}")
        assert_problem(answer, 401, "unidentified")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", ["ops", "admin"])
async def test_who_runs_the_system_does_not_see_patients(app: App, role: str) -> None:
    async with app.client(role) as client:
        assert_problem(await client.get("/api/transitions"), 403, "role")


@pytest.mark.parametrize("role", ["provider", "integration", "ops", "admin"])
async def test_only_the_care_team_works_tasks(app: App, role: str) -> None:
    problem = assert_problem(await post(app, "claim", role=role), 403, "role")
    assert role in problem["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/tasks/claim/nowhere", 404),
        ("/transitions?limit=0", 422),
        ("/transitions?limit=many", 422),
        ("/transitions?state=nonsense", 422),
        ("/transitions?mrn=a%00b", 422),
        ("/transitions?next=nonsense", 422),
        ("/transitions?next=%C3%A4", 422),
        ("/tasks?next=MjAyNi0wNi0wMX4wfjA", 422),
        ("/tasks?due=soon", 422),
        ("/tasks?state=nonsense", 422),
        ("/tasks?transition_id=1", 422),
    ],
)
async def test_every_error_is_a_problem_document(app: App, path: str, status: int) -> None:
    async with app.client() as client:
        answer = await client.get(f"/api{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_an_error_repeats_nothing_that_was_sent(app: App) -> None:
    async with app.client() as client:
        answer = await client.get("/api/transitions", params={"mrn": "SECRET\x01NUMBER"})
    assert "SECRET" not in answer.text


async def test_a_method_that_is_not_there_is_a_problem_too(app: App) -> None:
    async with app.client() as client:
        answer = await client.delete(f"/api/tasks/{CALL}")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [(TransientError("PostgreSQL"), 503, "away"), (RuntimeError("a name"), 500, "fault")],
)
async def test_a_server_that_is_away_and_a_fault_are_told_apart(
    app: App, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, kind: str
) -> None:
    async def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(app.store, "transitions", fail)
    async with app.client() as client:
        answer = await client.get("/api/transitions")
    problem = assert_problem(answer, status, kind)
    assert "a name" not in problem["detail"]


async def test_the_description_is_open_and_names_every_path(app: App) -> None:
    async with app.browser() as client:
        answer = await client.get("/api/openapi.json")
    description = answer.json()
    assert set(description["paths"]) >= {
        *("/transitions", "/tasks", "/tasks/{task_id}", "/encounters", "/notifications"),
        *(f"/tasks/{{task_id}}/{verb}" for verb in ("claim", "release", "start", "complete")),
    }
    complete = description["paths"]["/tasks/{task_id}/complete"]["post"]
    assert set(complete["responses"]) >= {"200", "401", "403", "404", "409", "412", "422", "428"}


async def test_a_list_of_tasks_is_narrowed_to_a_team_of_a_site(app: App) -> None:
    whose = Attribution(pcp="PRT", team="north", rule="ward")
    await app.hear(transition("two", steps=[step(known_as("two"), "c")], attribution=whose))
    items = (await get(app, "/tasks", site="GHH", team="north"))["items"]
    assert [one["code"] for one in items] == ["c"]
    told = {"pcp": "PRT", "practice": None, "team": "north", "rule": "ward"}
    assert items[0]["transition"]["attribution"] == told
    assert (await get(app, "/tasks", site="CCM", team="north"))["items"] == []
    async with app.client("integration") as client:
        answer = await client.get("/api/tasks", params={"team": "north"})
    assert_problem(answer, 422, "invalid-request")
    assert "say site beside team" in answer.text
