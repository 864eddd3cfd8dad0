"""Where a site shows patients to who is assigned: what others get, and how they break the glass."""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from prometheus_client import REGISTRY
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import encounter, newer, notice, patient, step, transition
from tests.support.worklist_fakes import THREE_ZONES
from tests.unit.worklist.test_access import worked_case
from tests.unit.worklist.test_pages import form_token, text, visible

from worklist.domain.audit import AuditEntry

ONE = transition(flags=["ama"], lace=12)
OTHER = transition("other", patient=patient("MR5", name="Marsh, Ottoline", phones=["555-0177"]))
VISIT, CALL = ONE.steps[0].task_id, ONE.steps[1].task_id
READ = f"/transitions/{ONE.transition_id}/explanation"
SECRETS = ("Quillfeather", "MR1001", "555-0142", "1948", "V-one", "against")
WHY = {"Break-Glass-Reason": "covering weekend"}


@pytest.fixture
async def app() -> App:
    """A worklist whose first site shows patients to who is assigned; nurse1 has one of them."""
    app = fresh_app()
    kept_apart = THREE_ZONES[0].model_copy(update={"access": "assigned"})
    app.folder.documents = (kept_apart, *THREE_ZONES[1:])
    await app.hear(ONE, OTHER, encounter(), notice())
    await claim(app, "nurse1", CALL)
    app.store.audit.clear()
    return app


async def claim(app: App, who: str, task_id: Any) -> httpx.Response:
    async with app.client(subject=who) as client:
        return await client.post(f"/api/tasks/{task_id}/claim", headers={"If-Match": "*"})


async def ask(app: App, who: str, path: str, role: str = "nurse", **headers: str) -> httpx.Response:
    async with app.client(role, subject=who) as client:
        return await client.get(f"/api{path}", headers=headers)


def entries(app: App) -> Sequence[AuditEntry]:
    return app.store.audit.said


def assert_nothing_of_the_patient(answer: httpx.Response) -> None:
    assert not [secret for secret in SECRETS if secret in answer.text]


async def test_reads_are_audited_and_alerted_as_the_worked_case_says(app: App) -> None:
    case = worked_case()
    answers: list[httpx.Response] = []
    for one in case["inputs"]["actions"]:
        why = {"Break-Glass-Reason": one["break_glass_reason"]} if len(one) > 3 else {}
        answers.append(await ask(app, one["who"], READ, **why))
    expected = case["expected"]
    assert [answer.status_code == 200 for answer in answers] == expected["allowed"]
    assert len(entries(app)) == expected["audit_events"]
    assert [entry.alert for entry in entries(app)] == expected["security_alert"]
    assert [entry.allowed for entry in entries(app)] == expected["allowed"]
    assert entries(app)[2].reason == "covering weekend"
    assert entries(app)[1].alert_codes == ("110113",)
    assert entries(app)[2].alert_codes == ("110113", "110127")
    assert {entry.patients for entry in entries(app)} == {("key-of-MR1001",)}


@pytest.mark.parametrize(
    "path",
    [
        *(READ, "/transitions?mrn=MR1001", "/tasks?mrn=MR1001&code=initial_contact"),
        *(f"/tasks/{CALL}", "/encounters?visit=V-one", "/notifications?mrn=MR1001"),
    ],
)
async def test_who_asks_for_a_patient_and_is_not_assigned_is_told_the_remedy(
    app: App, path: str
) -> None:
    answer = await ask(app, "nurse2", path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/not-assigned"
    assert "Break-Glass-Reason" in problem["detail"]
    assert_nothing_of_the_patient(answer)
    (entry,) = entries(app)
    assert (entry.allowed, entry.alert, entry.reason) == (False, True, "")
    assert entry.patients == ("key-of-MR1001",)
    assert (await ask(app, "nurse2", path, **WHY)).status_code == 200


async def test_broken_glass_stays_broken_for_this_person_and_patient_for_a_while(app: App) -> None:
    assert (await ask(app, "nurse2", READ, **WHY)).status_code == 200
    app.clock.advance(timedelta(hours=3, minutes=59))
    for path in (READ, f"/tasks/{CALL}", "/encounters?mrn=MR1001", "/notifications?mrn=MR1001"):
        assert (await ask(app, "nurse2", path)).status_code == 200
    breaking, *behind = entries(app)
    assert breaking.open_until == breaking.at + timedelta(hours=4)
    assert {(one.reason, one.alert, one.open_until) for one in behind} == {
        ("covering weekend", False, None)
    }
    assert (await ask(app, "nurse3", READ)).status_code == 403
    other = f"/transitions/{OTHER.transition_id}/explanation"
    assert (await ask(app, "nurse2", other)).status_code == 403
    app.clock.advance(timedelta(minutes=1))
    assert (await ask(app, "nurse2", READ)).status_code == 403


@pytest.mark.parametrize("reason", ["", "   ", "?!"])
async def test_a_reason_without_a_word_opens_nothing(app: App, reason: str) -> None:
    assert (await ask(app, "nurse2", READ, **{"Break-Glass-Reason": reason})).status_code == 403


@pytest.mark.parametrize(
    "reason",
    [
        *("Mrs Quillfeather asked for me", "ARDITH'S daughter called", "covering for MR1001."),
        "covering for mr0999, as it was",
    ],
)
async def test_a_reason_that_names_the_patient_opens_nothing_and_is_kept_nowhere(
    app: App, reason: str
) -> None:
    renumbered = patient(former_mrns=["MR0999"])
    await app.hear(newer(ONE, patient=renumbered), newer(encounter(), patient=renumbered))
    for path in (READ, "/transitions?mrn=MR1001", f"/tasks/{VISIT}", "/encounters?visit=V-one"):
        answer = await ask(app, "nurse2", path, **{"Break-Glass-Reason": reason})
        assert answer.status_code == 422
        rule = "The reason names the patient: say why without their name or MRN."
        assert answer.json()["errors"] == [{"place": "header.Break-Glass-Reason", "rule": rule}]
        assert_nothing_of_the_patient(answer)
    assert {(one.allowed, one.alert, one.reason) for one in entries(app)} == {(False, True, "")}
    assert (await ask(app, "nurse2", READ)).status_code == 403


async def test_a_reason_with_a_name_of_one_stay_opens_no_other_stay_of_the_patient(
    app: App,
) -> None:
    married = patient(name="Rookwood, Ardith")
    await app.hear(transition("earlier", patient=married))
    why = {"Break-Glass-Reason": "Mrs Rookwood called"}
    assert (await ask(app, "nurse2", "/transitions?mrn=MR1001", **why)).status_code == 422
    assert [(one.allowed, one.reason) for one in entries(app)] == [(False, "")]


async def test_nobody_works_for_a_reason_that_names_the_patient(app: App) -> None:
    async with app.client(subject="nurse2") as client:
        answer = await client.post(
            f"/api/tasks/{CALL}/claim",
            headers={"If-Match": "*", "Break-Glass-Reason": "for Quillfeather"},
        )
    assert answer.status_code == 422
    assert [(one.allowed, one.reason) for one in entries(app)] == [(False, "")]


async def test_a_reason_may_have_words_that_are_no_more_than_like_the_name(app: App) -> None:
    why = {"Break-Glass-Reason": "Ada is ill; MR10012 and the quill"}
    assert (await ask(app, "nurse2", READ, **why)).status_code == 200


async def test_who_is_assigned_needs_no_reason_and_is_not_held_to_one(app: App) -> None:
    why = {"Break-Glass-Reason": "Quillfeather"}
    assert (await ask(app, "nurse1", READ, **why)).status_code == 200
    assert {one.reason for one in entries(app)} == {""}


async def test_a_task_of_the_pool_is_shown_without_its_patient_until_it_is_claimed(
    app: App,
) -> None:
    answer = await ask(app, "nurse2", "/tasks?state=any")
    assert_nothing_of_the_patient(answer)
    shown = {item["task_id"]: item for item in answer.json()["items"]}
    assert str(CALL) not in shown  # it is nurse1's
    pool = shown[str(VISIT)]
    assert (pool["patient"]["name"], pool["patient"]["mrn"]) == ("Q. A.", "")
    assert (pool["title"], pool["state"]) == ("Home visit", "requested")
    assert (await ask(app, "nurse2", f"/tasks/{VISIT}")).json() == pool
    assert not [entry for entry in entries(app) if entry.alert]
    claimed = await claim(app, "nurse2", VISIT)
    assert claimed.json()["patient"]["mrn"] == "MR1001"
    assert (await ask(app, "nurse2", READ)).status_code == 200


@pytest.mark.parametrize(("verb", "said"), [("release", None), ("untick", {"item": "no such"})])
async def test_a_deed_that_changes_nothing_shows_nobody_of_the_pool(
    app: App, verb: str, said: Any
) -> None:
    async with app.client(subject="nurse2") as client:
        path = f"/api/tasks/{VISIT}/{verb}"
        answer = await client.post(path, headers={"If-Match": "*"}, json=said)
    assert answer.status_code == 200
    assert answer.json()["patient"]["name"] == "Q. A."
    assert_nothing_of_the_patient(answer)


async def test_the_glass_is_broken_for_one_patient_where_two_have_the_number(app: App) -> None:
    namesake = transition("namesake", patient=patient("MR7", former_mrns=["MR1001"]))
    await app.hear(namesake)
    path = "/transitions?mrn=MR1001"
    assert (await ask(app, "nurse2", path, **WHY)).status_code == 403
    assert [(one.allowed, one.open_until) for one in entries(app)] == [(False, None)]
    assert (await ask(app, "nurse2", READ, **WHY)).status_code == 200
    (seen,) = (await ask(app, "nurse2", path, **WHY)).json()["items"]
    assert seen["transition_id"] == str(ONE.transition_id)
    other = f"/transitions/{namesake.transition_id}/explanation"
    assert (await ask(app, "nurse2", other)).status_code == 403


async def test_what_one_worked_on_stays_in_sight_once_released(app: App) -> None:
    async with app.client(subject="nurse1") as client:
        await client.post(f"/api/tasks/{CALL}/release", headers={"If-Match": "*"})
    assert (await ask(app, "nurse1", READ)).status_code == 200


@pytest.mark.parametrize("role", ["pharmacist", "provider"])
async def test_the_pool_is_for_the_role_that_a_task_waits_for(app: App, role: str) -> None:
    assert (await ask(app, "phil", "/tasks", role)).json()["items"] == []
    assert (await ask(app, "phil", f"/tasks/{VISIT}", role)).status_code == 403


async def test_nobody_works_where_they_may_not_look(app: App) -> None:
    answer = await claim(app, "nurse2", CALL)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/not-assigned"
    (entry,) = entries(app)
    assert (entry.task_id, entry.transition_id) == (CALL, ONE.transition_id)
    assert (entry.allowed, entry.alert) == (False, True)


async def test_a_list_leaves_out_what_is_not_theirs_and_goes_on_behind_it(app: App) -> None:
    first = (await ask(app, "nurse1", "/transitions?limit=1")).json()
    assert first["next"]
    rest = (await ask(app, "nurse1", f"/transitions?limit=1&next={quote(first['next'])}")).json()
    found = [one["patient"]["mrn"] for one in (*first["items"], *rest["items"])]
    assert found == ["MR1001"]
    assert (await ask(app, "nurse2", "/transitions")).json()["items"] == []
    assert (await ask(app, "nurse2", "/encounters")).json()["items"] == []
    assert (await ask(app, "nurse2", "/notifications")).json()["items"] == []


async def test_a_system_and_another_site_are_as_they_were(app: App) -> None:
    assert (await ask(app, "ehr", READ, "integration")).status_code == 200
    elsewhere = transition("far", site="CCM", mrn="MR9")
    await app.hear(elsewhere)
    assert (await ask(app, "nurse2", "/transitions?mrn=MR9")).json()["items"]


async def test_every_alert_is_counted(app: App) -> None:
    def counted(allowed: str) -> float:
        labels = {"action": "transition_read", "allowed": allowed}
        return REGISTRY.get_sample_value("care_worklist_security_alerts_total", labels) or 0

    before = counted("false"), counted("true")
    await ask(app, "nurse2", READ)
    await ask(app, "nurse2", READ, **WHY)
    await ask(app, "nurse2", READ)
    assert (counted("false"), counted("true")) == (before[0] + 1, before[1] + 1)


# --- pages


@pytest.fixture
async def nora(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of a nurse who is assigned to nobody."""
    async with app.browser() as browser:
        await browser.post("/sign-in", data={"role": "nurse"})
        yield browser


async def test_a_page_that_is_denied_asks_for_the_reason_and_then_opens(
    app: App, nora: httpx.AsyncClient
) -> None:
    page = f"/transitions/{ONE.transition_id}"
    denied = await nora.get(page)
    assert denied.status_code == 403
    assert_nothing_of_the_patient(denied)
    assert "open to you for 4 hours" in visible(denied.text)
    given = {"form_token": form_token(denied.text), "reason": "covering weekend"}
    answer = await nora.post(f"{page}/break-glass", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "Quillfeather" in await text(nora, page)
    assert [(one.allowed, one.alert, one.reason) for one in entries(app)] == [
        (False, True, ""),
        (True, True, "covering weekend"),
        (True, False, "covering weekend"),
    ]


async def test_a_form_without_a_reason_or_from_elsewhere_opens_nothing(
    nora: httpx.AsyncClient,
) -> None:
    page = f"/transitions/{ONE.transition_id}"
    token = form_token((await nora.get(page)).text)
    for given in ({"form_token": token, "reason": " "}, {"reason": "covering weekend"}):
        assert (await nora.post(f"{page}/break-glass", data=given)).status_code == 403
    assert (await nora.get(page)).status_code == 403


async def test_a_form_with_a_reason_that_names_the_patient_stays_and_says_so(
    app: App, nora: httpx.AsyncClient
) -> None:
    page = f"/transitions/{ONE.transition_id}"
    token = form_token((await nora.get(page)).text)
    given = {"form_token": token, "reason": "Ardith's nurse is ill"}
    answer = await nora.post(f"{page}/break-glass", data=given)
    assert answer.status_code == 422
    words = visible(answer.text)
    assert "The reason names the patient: say why without their name or MRN." in words
    assert "Why you have to see this patient" in words
    assert_nothing_of_the_patient(answer)
    assert (await nora.get(page)).status_code == 403
    again = {"form_token": form_token(answer.text), "reason": "their nurse is ill"}
    assert (await nora.post(f"{page}/break-glass", data=again)).status_code == 303
    assert {one.reason for one in entries(app)} == {"", "their nurse is ill"}


async def test_the_worklist_shows_initials_and_no_link_for_what_waits_to_be_claimed(
    nora: httpx.AsyncClient,
) -> None:
    answer = await nora.get("/")
    assert_nothing_of_the_patient(answer)
    words = visible(answer.text)
    assert "Q. A. Who this is shows once the task is yours" in words
    assert f"/transitions/{ONE.transition_id}" not in answer.text
    assert f"/tasks/{VISIT}/claim" in answer.text
    assert f"/tasks/{VISIT}/complete" not in answer.text
    assert f"/tasks/{CALL}/" not in answer.text


async def test_a_search_finds_whom_the_glass_could_be_broken_for(
    app: App, nora: httpx.AsyncClient
) -> None:
    token = form_token((await nora.get("/")).text)
    answer = await nora.post("/find", data={"words": "quillf", "form_token": token})
    assert "Q. A. Not assigned to you." in visible(answer.text)
    assert f'href="/transitions/{ONE.transition_id}"' in answer.text
    assert_nothing_of_the_patient(answer)
    assert entries(app)[-1].patients == ("key-of-MR1001",)


async def test_a_closed_task_of_a_stranger_is_not_in_the_completed_queue(
    app: App, nora: httpx.AsyncClient
) -> None:
    gone = transition("gone", mrn="MR8", steps=[step(ONE.transition_id, "book_follow_up")])
    await app.hear(gone)
    async with app.client(subject="nurse1") as client:
        path = f"/api/tasks/{CALL}/complete"
        answer = await client.post(
            path, headers={"If-Match": "*"}, json={"outcome": "reached-patient"}
        )
    assert answer.status_code == 200
    assert_nothing_of_the_patient(await nora.get("/?queue=completed"))
