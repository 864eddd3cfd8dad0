"""Every view, search, change and denied try of a patient's data leaves an entry, or is not."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import encounter, notice, transition
from tests.unit.worklist.test_pages import form_token, press, text

from worklist.domain.audit import NOTHING_SEALED, AuditEntry, first_broken, seal
from worklist.domain.people import Person, Source

ONE = transition()
OTHER = transition("other", mrn="MR5")
VISIT, CALL = ONE.steps[0].task_id, ONE.steps[1].task_id
BOTH = ("key-of-MR1001", "key-of-MR5")


@pytest.fixture
async def app() -> App:
    app = fresh_app()
    await app.hear(ONE, OTHER, encounter(), notice())
    return app


def last(app: App) -> AuditEntry:
    """The only entry there is."""
    (entry,) = app.store.audit.said
    return entry


@pytest.mark.parametrize(
    ("path", "action", "searched_by"),
    [
        ("/tasks", "tasks_listed", ("only_open",)),
        ("/tasks?mrn=MR1001&owner=me&state=any", "tasks_listed", ("owner", "mrn")),
        ("/transitions?mrn=MR1001&site=GHH", "transitions_listed", ("site", "mrn")),
        ("/encounters?visit=V-one", "encounters_listed", ("visit",)),
        ("/notifications", "notifications_listed", ()),
    ],
)
async def test_a_list_is_one_entry_that_names_no_value_of_a_filter(
    app: App, path: str, action: str, searched_by: tuple[str, ...]
) -> None:
    async with app.client() as client:
        answer = await client.get(f"/api{path}")
    entry = last(app)
    assert (entry.action, entry.searched_by) == (action, searched_by)
    assert (entry.at, entry.person.subject) == (app.clock.now(), "dev-nurse")
    assert (entry.person.role, entry.person.source, entry.allowed) == ("nurse", Source.API, True)
    shown = answer.json()["items"]
    assert entry.patients == (() if not shown else BOTH if len(shown) == 4 else BOTH[:1])
    assert "MR1001" not in repr(entry.searched_by)


@pytest.mark.parametrize(
    "path", [f"/tasks/{CALL}", f"/transitions/{ONE.transition_id}/explanation"]
)
async def test_one_thing_read_is_one_entry(app: App, path: str) -> None:
    async with app.client() as client:
        await client.get(f"/api{path}")
    entry = last(app)
    assert entry.patients == BOTH[:1]
    assert entry.transition_id == ONE.transition_id
    assert entry.task_id == (CALL if "tasks" in path else None)


async def test_what_is_not_there_was_asked_for_all_the_same(app: App) -> None:
    async with app.client() as client:
        await client.get(f"/api/tasks/{UUID(int=7)}")
    assert (last(app).task_id, last(app).patients) == (UUID(int=7), ())


async def test_pages_and_searches_leave_entries_too(app: App) -> None:
    async with app.browser() as nora:
        await nora.post("/sign-in", data={"role": "nurse"})
        page = await text(nora)
        await text(nora, f"/transitions/{ONE.transition_id}")
        found = {"words": "Quillfeather", "form_token": form_token(page)}
        assert (await nora.post("/find", data=found)).status_code == 200
    listed, read, searched = app.store.audit.said
    assert (listed.action, listed.patients) == ("tasks_listed", BOTH)
    assert (read.action, read.transition_id) == ("transition_read", ONE.transition_id)
    assert (searched.action, searched.searched_by) == ("patients_searched", ("name_or_mrn",))
    assert {one.person.source for one in (listed, read, searched)} == {Source.PAGE}
    assert "Quill" not in repr(app.store.audit.said)


async def test_a_change_is_one_entry_whatever_it_shows_or_repeats(app: App) -> None:
    for _ in range(2):
        async with app.client() as client:
            await client.post(f"/api/tasks/{CALL}/claim", headers={"If-Match": '"1"'})
    for entry in app.store.audit.said:
        assert (entry.action, entry.task_id) == ("task_claimed", CALL)
        assert (entry.transition_id, entry.patients) == (ONE.transition_id, BOTH[:1])
    assert len(app.store.audit.said) == 2


async def test_a_change_from_a_page_is_an_entry(app: App) -> None:
    async with app.browser() as nora:
        await nora.post("/sign-in", data={"role": "nurse"})
        await press(nora, "claim")
    assert [one.action for one in app.store.audit.said] == ["tasks_listed", "task_claimed"]
    assert app.store.audit.said[1].person.source is Source.PAGE


@pytest.mark.parametrize("path", ["/api/tasks", "/", f"/transitions/{ONE.transition_id}"])
async def test_a_role_that_sees_nobody_is_turned_away_and_that_is_an_alert(
    app: App, path: str
) -> None:
    async with app.client("ops") as client:
        assert (await client.get(path)).status_code == 403
    entry = last(app)
    assert (entry.action, entry.allowed, entry.alert) == ("turned_away", False, True)
    assert (entry.person.subject, entry.patients) == ("dev-ops", ())


async def test_a_role_that_does_not_work_is_turned_away(app: App) -> None:
    async with app.client("provider") as client:
        await client.post(f"/api/tasks/{CALL}/claim", headers={"If-Match": '"1"'})
    assert last(app).action == "turned_away"


@pytest.mark.parametrize(
    "path",
    [
        *("/api/tasks", "/api/transitions", "/api/encounters", "/api/notifications", "/"),
        *(f"/api/tasks/{CALL}", f"/transitions/{ONE.transition_id}"),
    ],
)
async def test_nothing_is_shown_that_cannot_be_written_down(app: App, path: str) -> None:
    app.store.audit.away = True
    async with app.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 503
    assert "MR1001" not in answer.text
    assert "Quillfeather" not in answer.text


async def test_nothing_is_changed_that_cannot_be_written_down(app: App) -> None:
    app.store.audit.away = True
    async with app.client() as client:
        answer = await client.post(f"/api/tasks/{CALL}/claim", headers={"If-Match": '"1"'})
    assert answer.status_code == 503
    assert (await app.task(CALL)).work.owner is None


async def test_what_an_application_does_is_one_unbroken_chain(app: App) -> None:
    async with app.client() as client:
        for path in ("/api/tasks", f"/api/tasks/{CALL}", "/api/encounters"):
            await client.get(path)
    assert first_broken(NOTHING_SEALED, await app.store.audit.chain(0, 9)) is None


def test_a_seal_is_the_same_for_ever() -> None:
    nora = Person("nora", "Nora Field", "nurse", Source.PAGE)
    entry = AuditEntry(datetime(2026, 6, 1, 14, tzinfo=UTC), nora, "task_read", patients=("key",))
    wanted = "ab21341bcf311eeb8dc6e8ca682373e35e4721ecf21e528d77093fc5c41a0635"
    assert seal(b"before", entry).hex() == wanted
