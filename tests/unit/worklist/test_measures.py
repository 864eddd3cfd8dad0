"""Measures over a period, as REST tells them: n of d, whoever counts, whoever does not, and why."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import DISCHARGED_AT, known_as, transition

from care_contracts.transitions import Clocks, TransitionSnapshot
from worklist import measure_home_visits

HOUR = timedelta(hours=1)
JUNE = {"from": "2026-06-01", "to": "2026-06-30"}


@pytest.fixture
def app() -> App:
    return fresh_app()


def home(name: str = "one", **more: Any) -> TransitionSnapshot:
    at = more.get("discharged_at", DISCHARGED_AT)
    clocks = Clocks(initial_contact_due_at=at + 50 * HOUR)
    return transition(name, mrn=f"MR-{name}", clocks=clocks, **more)


async def ask(
    app: App, measure: str = "home-visits", role: str = "ops", **query: str
) -> httpx.Response:
    async with app.client(role) as client:
        return await client.get(f"/api/measures/{measure}", params=JUNE | query)


async def figures(app: App, measure: str = "home-visits", **query: str) -> Any:
    answer = await ask(app, measure, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def complete(app: App, task_id: UUID, at: timedelta) -> None:
    app.clock.move_to(DISCHARGED_AT + at)
    async with app.client() as client:
        answer = await client.post(
            f"/api/tasks/{task_id}/complete",
            headers={"If-Match": "*"},
            json={"outcome": "reached-patient"},
        )
    assert answer.status_code == 200, answer.text


async def four(app: App) -> None:
    """Visited early, in the window, late and never; the last was readmitted."""
    stays = [home(name) for name in "abc"]
    await app.hear(*stays, home("d", readmitted_at=DISCHARGED_AT + 10 * HOUR))
    for stay, hours in zip(stays, (20, 48, 73), strict=True):
        await complete(app, stay.steps[0].task_id, hours * HOUR)


async def test_a_measure_is_a_number_of_a_number_with_everybody_in_it(app: App) -> None:
    await four(app)
    app.clock.move_to(DISCHARGED_AT + timedelta(days=40))
    told = await figures(app)
    assert (told["within_72h"], told["in_48_72h_window"], told["denominator"]) == (2, 1, 3)
    results = {one["transition_id"]: one["result"] for one in told["counted"]}
    assert results == {
        str(known_as("a")): "early",
        str(known_as("b")): "in_window",
        str(known_as("c")): "late",
    }
    assert told["left_out"] == [
        {
            "transition_id": str(known_as("d")),
            "site": "GHH",
            "discharged_at": "2026-06-01T14:15:00Z",
            "reason": "readmitted",
        }
    ]
    assert (told["from"], told["to"], told["site"]) == ("2026-06-01", "2026-06-30", None)
    assert not told["provisional"]


async def test_the_contact_beside_it_has_a_denominator_of_its_own(app: App) -> None:
    one, other = home("one"), home("other", readmitted_at=DISCHARGED_AT + 60 * HOUR)
    await app.hear(one, other)
    await complete(app, one.steps[1].task_id, 50 * HOUR)
    app.clock.move_to(DISCHARGED_AT + timedelta(days=40))
    told = await figures(app, "first-contacts")
    assert (told["within_2_business_days"], told["denominator"]) == (1, 2)
    assert {one["result"] for one in told["counted"]} == {"in_time", "missed"}


async def test_a_figure_is_provisional_until_its_period_and_its_windows_are_over(app: App) -> None:
    await app.hear(home())
    day = {"from": "2026-06-01", "to": "2026-06-01"}
    app.clock.move_to(DISCHARGED_AT + 72 * HOUR)
    told = await figures(app, **day)
    assert (told["provisional"], told["counted"][0]["result"]) == (True, "open")
    app.clock.advance(timedelta(seconds=1))
    told = await figures(app, **day)
    assert (told["provisional"], told["counted"][0]["result"]) == (False, "missed")
    assert (await figures(app))["provisional"], "June goes on"


async def test_days_are_those_of_each_hospital(app: App) -> None:
    """05:30 Z on 1 July is 1 July in New York, and still 30 June in Los Angeles."""
    at = DISCHARGED_AT.replace(month=7, hour=5, minute=30)
    await app.hear(home("east", discharged_at=at), home("west", site="CCM", discharged_at=at))
    told = await figures(app)
    assert [one["site"] for one in told["counted"]] == ["CCM"]
    july = {"from": "2026-07-01", "to": "2026-07-31"}
    assert [one["site"] for one in (await figures(app, **july))["counted"]] == ["GHH"]
    assert (await figures(app, site="GHH"))["denominator"] == 0


async def test_a_figure_names_nobody(app: App) -> None:
    await four(app)
    text = (await ask(app)).text
    for word in ("MR-", "Quillfeather", "V-a", "key-of", "555"):
        assert word not in text


@pytest.mark.parametrize(
    ("query", "place", "remedy"),
    [
        ({"to": "2026-05-31"}, "query.to", "earlier day first"),
        ({"to": "2027-06-02"}, "query.to", "at most 366 days"),
        ({"from": "June"}, "query.from", "valid date"),
        ({"from": "1066-10-14"}, "query.from", "2000"),
        ({"site": "NOWHERE"}, "query.site", "say one of CCM, GHH, PRH, or none for all"),
    ],
)
async def test_what_cannot_be_counted_is_refused_with_the_place_and_the_remedy(
    app: App, query: dict[str, str], place: str, remedy: str
) -> None:
    answer = await ask(app, **query)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert [one["place"] for one in answer.json()["errors"]] == [place]
    assert remedy in answer.json()["detail"]


async def test_more_than_can_be_read_at_once_is_refused_and_not_cut_off(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_home_visits, "MOST_DISCHARGES", 1)
    await app.hear(home("one"))
    assert (await figures(app))["denominator"] == 1
    await app.hear(home("two"))
    answer = await ask(app)
    assert answer.status_code == 422
    assert "more than 1 discharges home then: say fewer days" in answer.json()["detail"]


async def test_that_a_measure_was_read_is_kept_and_about_nobody(app: App) -> None:
    await figures(app)
    (entry,) = app.store.audit.said
    assert (entry.action, entry.person.role, entry.patients) == ("measures_read", "ops", ())


async def test_a_period_has_to_be_said(app: App) -> None:
    async with app.client("ops") as client:
        answer = await client.get("/api/measures/home-visits")
    assert answer.status_code == 422
    assert {one["place"] for one in answer.json()["errors"]} == {"query.from", "query.to"}


@pytest.mark.parametrize(
    ("role", "status"), [("nurse", 200), ("ops", 200), ("integration", 200), ("admin", 403)]
)
async def test_the_care_team_and_operations_read_measures(app: App, role: str, status: int) -> None:
    answer = await ask(app, role=role)
    assert answer.status_code == status
    if status != 200:
        assert "reads no measures" in answer.json()["detail"]
        assert [one.action for one in app.store.audit.said] == ["turned_away"]


def test_a_whole_leap_year_is_a_period() -> None:
    measure_home_visits.Period(date(2028, 1, 1), date(2028, 12, 31))
