"""The pages of the measures: n of d by hospital and month, and everybody behind a figure."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import DISCHARGED_AT, known_as, transition
from tests.unit.worklist.test_pages import text

from care_contracts.transitions import Clocks, TransitionSnapshot
from worklist import measure_home_visits, words
from worklist.domain.home_visits import LeftOut, Result
from worklist.pages import measures

HOUR = timedelta(hours=1)
JUNE = "/measures/discharges?month=2026-06&site=GHH"


def home(name: str, **more: Any) -> TransitionSnapshot:
    clocks = Clocks(initial_contact_due_at=DISCHARGED_AT + 50 * HOUR)
    return transition(name, mrn=f"MR-{name}", clocks=clocks, **more)


@pytest.fixture
async def app() -> App:
    """Two discharges in June, one of them visited in its window, and one that was readmitted."""
    app = fresh_app()
    visited = home("visited")
    await app.hear(visited, home("missed"), home("back", readmitted_at=DISCHARGED_AT + HOUR))
    app.clock.move_to(DISCHARGED_AT + 50 * HOUR)
    async with app.client() as client:
        answer = await client.post(
            f"/api/tasks/{visited.steps[0].task_id}/complete",
            headers={"If-Match": "*"},
            json={"outcome": "reached-patient"},
        )
    assert answer.status_code == 200
    app.clock.move_to(DISCHARGED_AT + timedelta(days=40))
    return app


def rows(page: str) -> list[list[str]]:
    """The words in the cells of the rows of a page's tables."""
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", row)]
        for row in page.replace("\n", "").split("<tr>")[1:]
    ]


async def test_operations_meet_the_measures_when_they_sign_in(app: App) -> None:
    async with app.browser() as otto:
        answer = await otto.post("/sign-in", data={"role": "ops"})
        assert answer.headers["location"] == "/measures"
        page = await text(otto, "/measures")
    assert "Find a patient" not in page
    assert '<a class="to-measures" href="/measures">' in page


async def test_every_month_and_hospital_has_a_number_of_a_number(app: App) -> None:
    async with app.client("ops") as otto:
        page = await text(otto, "/measures?month=2026-06")
    first = next(one for one in rows(page) if one[0] == "Good Health Hospital")
    assert first[1:5] == ["1 of 2", "1 of 2", "1 of 2", "1"]
    assert page.index("June 2026") < page.index("May 2026") < page.index("April 2026")
    assert "Provisional" not in page
    assert 'href="/measures?month=2026-03"' in page
    assert 'href="/measures?month=2026-09"' in page
    assert "%" not in page.split("<main")[1]


async def test_this_month_is_provisional_and_has_no_later_one(app: App) -> None:
    async with app.client("ops") as otto:
        page = await text(otto, "/measures")
    assert page.index("July 2026") < page.index("June 2026")
    assert "Provisional" in page
    assert "Later months" not in page


async def test_everybody_behind_a_figure_is_listed_and_nobody_named(app: App) -> None:
    async with app.client("ops") as otto:
        page = await text(otto, JUNE)
    assert "Visited within 72 hours: 1 of 2." in page
    told = {one[3]: one[1:3] for one in rows(page)[1:]}
    assert told == {
        str(known_as("visited")): [
            "In the window, Wed 3 Jun, 12:15",
            "In time, Wed 3 Jun, 12:15",
        ],
        str(known_as("missed")): ["None on record"] * 2,
        str(known_as("back")): ["Left out: the patient was readmitted"] * 2,
    }
    for word in ("Quillfeather", "MR-", "V-visited"):
        assert word not in page
    assert "/transitions/" not in page, "operations do not see patients"


async def test_who_may_see_patients_goes_on_to_the_transition(app: App) -> None:
    async with app.client("coordinator") as cora:
        page = await text(cora, JUNE)
    assert f'href="/transitions/{known_as("missed")}"' in page


async def test_many_discharges_are_shown_a_page_at_a_time(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "_ROWS", 2)
    async with app.client("ops") as otto:
        first = await text(otto, JUNE)
        second = await text(otto, f"{JUNE}&page=2")
    assert f"{JUNE}&page=2".replace("&", "&amp;") in first
    assert (len(rows(first)), len(rows(second))) == (3, 2)
    assert "Next discharges" not in second


async def test_more_than_can_be_counted_is_said_and_not_cut_off(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_home_visits, "MOST_DISCHARGES", 2)
    async with app.client("ops") as otto:
        assert "ask the REST API for fewer days" in await text(otto, "/measures?month=2026-06")
        assert "ask the REST API for fewer days" in await text(otto, JUNE)


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/measures", "admin", 403),
        ("/measures?month=2026-13", "ops", 422),
        ("/measures?month=June", "ops", 422),
        ("/measures/discharges?month=2026-06&site=NOWHERE", "ops", 404),
        ("/measures/discharges?month=2026-06", "ops", 422),
        (f"{JUNE}&page=0", "ops", 422),
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(
    app: App, path: str, role: str, status: int
) -> None:
    async with app.client(role) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_who_is_not_signed_in_is_asked_to(app: App) -> None:
    async with app.browser() as nobody:
        answer = await nobody.get("/measures")
    assert answer.headers["location"] == "/sign-in"


def test_every_result_and_reason_has_words() -> None:
    assert set(words.RESULTS) == set(Result)
    assert set(words.LEFT_OUT) == set(LeftOut)
