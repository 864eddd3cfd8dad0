"""Who runs the system reads who saw whom, and that the record of it holds."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import DISCHARGED_AT, transition
from tests.unit.worklist.test_pages import form_token, text, visible

ONE = transition()
OTHER = transition("other", mrn="MR5")
READ = f"/api/transitions/{ONE.transition_id}/explanation"
KEY, OTHERS_KEY = "key-of-MR1001", "key-of-MR5"


@pytest.fixture
async def app() -> App:
    """Nora read one patient, an hour later Paul all; then somebody of operations tried."""
    app = fresh_app()
    await app.hear(ONE, OTHER)
    await ask(app, READ, subject="nora")
    app.clock.advance(timedelta(hours=1))
    await ask(app, "/api/tasks", subject="paul")
    await ask(app, "/api/tasks", "ops", subject="otto")
    return app


async def ask(app: App, path: str, role: str = "nurse", subject: str = "") -> httpx.Response:
    async with app.client(role, subject=subject) as client:
        return await client.get(path)


async def read(app: App, query: str = "") -> dict[str, Any]:
    answer = await ask(app, f"/api/audit?{query}", "admin", "ada")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def whose(app: App, query: str) -> list[str]:
    return [one["subject"] for one in (await read(app, query))["items"]]


async def test_an_entry_says_who_saw_whom_and_how_it_is_sealed(app: App) -> None:
    items = (await read(app))["items"]
    assert [one["subject"] for one in items] == ["otto", "paul", "nora"]
    assert items[0]["alert"] == ["110113"]
    sealed = (await app.store.audit.chain(0, 1))[0]
    assert items[2] == {
        "position": 1,
        "seal": sealed.seal.hex(),
        "at": "2026-06-01T14:15:00Z",
        "subject": "nora",
        "name": "Nora Nurse",
        "role": "nurse",
        "source": "api",
        "action": "transition_read",
        "allowed": True,
        "alert": [],
        "patients": [KEY],
        "transition_id": str(ONE.transition_id),
        "task_id": None,
        "searched_by": [],
        "reason": "",
        "open_until": None,
    }


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        (f"patient={OTHERS_KEY}", ["paul"]),
        ("mrn=MR1001", ["paul", "nora"]),
        (f"mrn=MR1001&patient={OTHERS_KEY}", []),
        ("mrn=nobody", []),
        ("person=nora", ["nora"]),
        ("from=2026-06-01T14:16:00Z", ["otto", "paul"]),
        ("until=2026-06-01T15:15:00Z", ["nora"]),
        ("alerts=true", ["otto"]),
    ],
)
async def test_the_audit_is_narrowed_by_patient_person_and_time(
    app: App, query: str, subjects: list[str]
) -> None:
    assert await whose(app, query) == subjects


async def test_pages_of_the_audit_follow_one_another(app: App) -> None:
    first = await read(app, "limit=2&until=2026-06-02T00:00:00Z")
    assert [one["position"] for one in first["items"]] == [3, 2]
    rest = await read(app, f"limit=2&until=2026-06-02T00:00:00Z&next={first['next']}")
    assert [one["position"] for one in rest["items"]] == [1]
    assert rest["next"] is None


async def test_reading_the_audit_is_an_entry_too(app: App) -> None:
    await read(app, f"patient={KEY}&person=nora")
    entry = app.store.audit.said[-1]
    assert (entry.action, entry.person.subject, entry.patients) == ("audit_read", "ada", (KEY,))
    assert entry.searched_by == ("patients", "subject")


@pytest.mark.parametrize("path", ["/api/audit", "/api/audit/verification", "/audit"])
@pytest.mark.parametrize("role", ["nurse", "provider", "integration"])
async def test_who_sees_patients_does_not_read_who_saw_them(app: App, path: str, role: str) -> None:
    assert (await ask(app, path, role)).status_code == 403
    assert app.store.audit.said[-1].action == "turned_away"


@pytest.mark.parametrize("next_", ["nonsense", "MjAyNi0wNi0wMVQxNDoxNTowMCswMDowMH4tMQ"])
async def test_a_place_in_the_audit_that_is_none_is_refused(app: App, next_: str) -> None:
    assert (await ask(app, f"/api/audit?next={next_}", "ops")).status_code == 422


async def check(app: App, after: int = 0) -> dict[str, Any]:
    answer = await ask(app, f"/api/audit/verification?after={after}", "ops")
    assert answer.status_code == 200
    return answer.json()


async def test_an_unbroken_chain_is_said_to_hold(app: App) -> None:
    seal = (await app.store.audit.last())[1].hex()
    assert await check(app) == {
        "after": 0,
        "until": 3,
        "intact": True,
        "first_broken": None,
        "next": None,
        "end": 3,
        "end_seal": seal,
    }
    assert app.store.audit.said[-1].action == "audit_verified"
    assert (await check(app, after=2))["intact"]


async def test_the_first_broken_entry_is_named(app: App) -> None:
    chain = await app.store.audit.chain(0, 9)
    app.store.audit.tamper(2, replace(chain[1].entry, patients=()))
    checked = await check(app)
    assert (checked["intact"], checked["first_broken"], checked["until"]) == (False, 2, 1)


@pytest.mark.parametrize(("gone", "after", "broken"), [(2, 0, 2), (3, 0, 3), (2, 2, 2)])
async def test_an_entry_that_is_gone_is_named(app: App, gone: int, after: int, broken: int) -> None:
    app.store.audit.lose(gone)
    assert (await check(app, after))["first_broken"] == broken


# --- the page


async def test_the_page_shows_who_did_what_and_names_no_patient(app: App) -> None:
    async with app.browser() as otto:
        await otto.post("/sign-in", data={"role": "ops"})
        page = await text(otto, "/audit")
        words = visible(page)
    assert "Nora Nurse (nurse) read a follow-up" in words
    assert "Ops (ops) tried what the role does not do Denied" in words
    assert "Quillfeather" not in page
    assert "MR1001" not in page.replace(KEY, "").replace(KEY[:8], "")
    assert "data-live" not in page


async def test_a_patient_is_looked_for_by_number_without_an_address_that_names_it(app: App) -> None:
    async with app.browser() as otto:
        await otto.post("/sign-in", data={"role": "ops"})
        token = form_token(await text(otto, "/audit"))
        for mrn, found in (("MR5", 1), ("MR1001", 2), ("nobody", 0)):
            given = {"mrn": mrn, "form_token": token}
            answer = await otto.post("/audit/patient", data=given)
            page = await text(otto, answer.headers["location"])
            told = page.count("saw tasks") + page.count("read a follow-up")
            assert told == found
        assert (await otto.post("/audit/patient", data={"mrn": "MR5"})).status_code == 403


async def test_looking_for_a_patient_by_number_is_an_entry_too(app: App) -> None:
    async with app.browser() as otto:
        await otto.post("/sign-in", data={"role": "ops"})
        token = form_token(await text(otto, "/audit"))
        await otto.post("/audit/patient", data={"mrn": "MR5", "form_token": token})
    entry = app.store.audit.said[-1]
    assert (entry.action, entry.person.role) == ("audit_read", "ops")
    assert (entry.patients, entry.searched_by) == ((OTHERS_KEY,), ("mrn",))


async def test_a_day_at_the_end_of_the_calendar_is_refused(app: App) -> None:
    assert (await ask(app, "/audit?day=9999-12-31", "ops")).status_code == 422


async def test_the_page_is_narrowed_and_goes_on(app: App) -> None:
    for _ in range(60):
        await ask(app, READ, subject="nora")
    async with app.browser() as otto:
        await otto.post("/sign-in", data={"role": "ops"})
        page = await text(otto, f"/audit?person=nora&day={DISCHARGED_AT.date()}")
        assert page.count("read a follow-up") == 50
        following = page.partition('<p class="more"><a class="plain button" href="')[2]
        address = following.partition('"')[0].replace("&amp;", "&")
        assert (await text(otto, address)).count("read a follow-up") == 11
        alerts = visible(await text(otto, "/audit?alerts=true"))
        assert "read a follow-up" not in alerts
        assert "Denied" in alerts
        assert "There is no such entry" in visible(await text(otto, "/audit?day=2026-05-01"))
