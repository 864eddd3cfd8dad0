"""The pages without JavaScript: plain forms, plain links, and words for everything."""

import re
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.support.worklist_app import SECRET, App, fresh_app, token
from tests.support.worklist_builders import (
    DISCHARGED_AT,
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
from care_contracts.transitions import Attribution
from worklist.pages.sessions import COOKIE

ONE = transition()
VISIT, CALL = ONE.steps[0].task_id, ONE.steps[1].task_id
DETAIL = f"/transitions/{ONE.transition_id}"


@pytest.fixture
async def app() -> App:
    app = fresh_app()
    await app.hear(ONE)
    return app


@pytest.fixture
async def nora(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A nurse's browser, signed in."""
    async with app.browser() as browser:
        answer = await browser.post("/sign-in", data={"role": "nurse"})
        assert answer.status_code == 303
        yield browser


async def text(browser: httpx.AsyncClient, path: str = "/") -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]*)"', page)
    assert found
    return found[1]


async def press(
    browser: httpx.AsyncClient, verb: str, task_id: UUID = CALL, version: int = 1, **more: Any
) -> httpx.Response:
    """Send the form of a task as the page holds it."""
    given = {"version": str(version), "form_token": form_token(await text(browser))}
    return await browser.post(f"/tasks/{task_id}/{verb}", data=given | more)


async def landing(browser: httpx.AsyncClient, answer: httpx.Response) -> str:
    """The page that the answer of a form leads to."""
    assert answer.status_code == 303
    return await text(browser, answer.headers["location"].partition("#")[0])


def visible(page: str) -> str:
    """The words of the page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


# --- signing in


async def test_who_is_not_signed_in_is_asked_to(app: App) -> None:
    async with app.browser() as browser:
        for path in ("/", DETAIL):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "Sign in as Nora Nurse (nurse)" in await text(browser, "/sign-in")


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: App) -> None:
    async with app.browser() as browser:
        answer = await browser.post("/sign-in", data={"role": "nurse"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_behind_https_the_cookie_stays_there() -> None:
    async with fresh_app(secure_cookies=True).browser() as browser:
        answer = await browser.post("/sign-in", data={"role": "nurse"})
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_signing_out_ends_the_session(nora: httpx.AsyncClient) -> None:
    page = await text(nora)
    assert (await nora.post("/sign-out", data={"form_token": form_token(page)})).status_code == 303
    assert (await nora.get("/")).status_code == 303


async def test_development_identities_are_there_only_where_settings_allow() -> None:
    async with fresh_app(development_sign_in=False).browser() as browser:
        assert "Sign in as" not in await text(browser, "/sign-in")
        answer = await browser.post("/sign-in", data={"role": "nurse"})
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("role", ["admin", "nonsense"])
async def test_nobody_signs_in_as_who_is_not_offered(app: App, role: str) -> None:
    async with app.browser() as browser:
        assert (await browser.post("/sign-in", data={"role": role})).status_code == 404


async def test_another_site_cannot_sign_anyone_in(app: App) -> None:
    async with app.browser({"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.post("/sign-in", data={"role": "nurse"})).status_code == 404


async def test_a_bearer_token_opens_the_pages_too(app: App) -> None:
    async with app.client("provider") as client:
        assert "Quillfeather" in await text(client)


async def test_a_forged_session_is_none(app: App) -> None:
    async with app.browser() as browser:
        browser.cookies.set(COOKIE, token(secret=f"not-{SECRET}"))
        assert (await browser.get("/")).status_code == 303


async def test_operators_are_told_that_patients_are_not_theirs_to_see(app: App) -> None:
    async with app.client("ops") as client:
        answer = await client.get("/")
    assert answer.status_code == 403
    assert "Not for your role" in answer.text
    assert "Quillfeather" not in answer.text


# --- the list


async def test_a_row_says_what_is_due_when_for_whom_and_where_they_came_from(
    nora: httpx.AsyncClient,
) -> None:
    words = visible(await text(nora))
    for said in (
        "Home visit",
        "Due in 3 days",
        "Thu 4 Jun, 10:15 EDT",
        "Quillfeather, Ardith , 78 y",
        "MRN MR1001",
        "(212) 555-0142",
        "Discharged Mon 1 Jun, 10:15",
        "Good Health Hospital, went home",
        "Unassigned, nurse",
    ):
        assert said in words


async def test_times_are_those_of_the_hospital(app: App, nora: httpx.AsyncClient) -> None:
    await app.hear(transition("west", site="CCM"))
    assert "Thu 4 Jun, 07:15 PDT" in visible(await text(nora))


async def test_flags_and_risk_are_words_not_colours(app: App, nora: httpx.AsyncClient) -> None:
    flagged = ["ama", "home_health_agency", "something_new"]
    await app.hear(transition("two", flags=flagged, lace=12))
    words = visible(await text(nora))
    for said in (
        "Left against advice",
        "Home health agency",
        "Something new",
        "LACE 12, high risk",
    ):
        assert said in words


async def test_the_window_and_the_reminder_are_shown(app: App, nora: httpx.AsyncClient) -> None:
    opens = step(
        known_as("two"),
        window_opens_at=DISCHARGED_AT + timedelta(hours=48),
        best_before_at=DISCHARGED_AT + timedelta(hours=60),
    )
    await app.hear(transition("two", steps=[opens]), reminder(opens, known_as("two")))
    words = visible(await text(nora))
    for said in ("Not before Wed 3 Jun, 10:15", "Best before Wed 3 Jun, 22:15", "Reminder sent"):
        assert said in words
    app.clock.advance(timedelta(hours=49))
    assert "Open since Wed 3 Jun, 10:15" in visible(await text(nora))


async def test_an_escalated_task_says_so_in_the_list_and_on_its_page(
    app: App, nora: httpx.AsyncClient
) -> None:
    late = step(known_as("two"))
    await app.hear(transition("two", steps=[late]), escalation(late, known_as("two")))
    app.clock.advance(timedelta(days=5))
    for path in ("/", f"/transitions/{known_as('two')}"):
        words = visible(await text(nora, path))
        assert words.count("Escalated to the provider, Fri 5 Jun, 10:15") == 1


async def test_overdue_tasks_say_so_and_can_be_opened_and_completed(
    app: App, nora: httpx.AsyncClient
) -> None:
    app.clock.advance(timedelta(hours=75))
    page = await text(nora, "/?queue=overdue")
    assert "3 h overdue" in visible(page)
    assert f'href="{DETAIL}"' in page
    answer = await press(nora, "complete", outcome="reached-patient")
    assert "The task is completed." in await landing(nora, answer)


async def test_every_queue_shows_its_own_and_counts_it(app: App, nora: httpx.AsyncClient) -> None:
    today = step(known_as("two"), "sdoh_screen", due_at=DISCHARGED_AT + timedelta(hours=2))
    await app.hear(transition("two", steps=[today]))
    await press(nora, "claim")
    await press(nora, "complete", VISIT, outcome="done")
    expected = {
        "mine": ["Initial contact"],
        "unassigned": ["Sdoh screen"],
        "today": ["Sdoh screen"],
        "overdue": [],
        "all": ["Sdoh screen", "Initial contact"],
        "completed": ["Home visit"],
        "nonsense": ["Sdoh screen", "Initial contact"],
    }
    for queue, titles in expected.items():
        page = await text(nora, f"/?queue={queue}")
        assert re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", page) == titles, queue
        counts = re.findall(r'<span class="count">(\d+)</span>', page)
        assert counts == ["1", "1", "1", "0", "2", "1"]


async def test_an_empty_queue_says_so_in_words(nora: httpx.AsyncClient) -> None:
    assert "You have no open tasks" in await text(nora, "/?queue=mine")
    assert "Nothing is overdue" in await text(nora, "/?queue=overdue")


async def test_the_worklist_narrows_to_one_team_of_a_hospital(
    app: App, nora: httpx.AsyncClient
) -> None:
    for team, name in (("harbour", "Tran, Minh"), ("hills", "Ito, Ken")):
        whose = Attribution(pcp="none", team=team, rule="default")
        who = patient(f"MR-{team}", name=name)
        await app.hear(transition(team, site="CCM", patient=who, attribution=whose))
    page = await text(nora, "/?site=CCM&team=harbour")
    assert "Tran, Minh" in page
    assert "Ito, Ken" not in page
    assert '<option value="harbour" selected>Harbour team</option>' in page
    assert "/?queue=mine&amp;site=CCM&amp;team=harbour" in page
    # A team of another hospital is none of this one's: the list is that of all its teams.
    assert "Hills team" not in await text(nora, "/?site=GHH&team=hills")
    assert "Ito, Ken" in await text(nora, "/?site=CCM&team=north")
    one = await text(nora, f"/transitions/{known_as('harbour')}")
    assert "<dt>Care team</dt><dd>Harbour team</dd>" in one


async def test_one_hospital_s_tasks_stay_chosen_across_queues(
    app: App, nora: httpx.AsyncClient
) -> None:
    await app.hear(transition("west", site="CCM", patient=patient("MR9", name="Tran, Minh")))
    page = await text(nora, "/?site=CCM")
    assert "Tran, Minh" in page
    assert "Quillfeather" not in page
    assert "/?queue=mine&amp;site=CCM" in page


async def test_long_lists_have_a_following_page(app: App, nora: httpx.AsyncClient) -> None:
    many = [step(known_as("many"), f"step_{number:02}") for number in range(60)]
    await app.hear(transition("many", steps=many))
    seen, path = list[str](), "/"
    while path:
        page = await text(nora, path)
        seen += re.findall(r'<li id="task-([0-9a-f-]+)"', page)
        following = re.search(r'href="([^"]+)">Next tasks', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 62


async def test_completed_tasks_have_a_following_page_too(app: App, nora: httpx.AsyncClient) -> None:
    many = [step(known_as("many"), f"step_{number:02}") for number in range(51)]
    await app.hear(transition("many", steps=many))
    done = {"version": "1", "form_token": form_token(await text(nora)), "outcome": "done"}
    for one in many:
        await nora.post(f"/tasks/{one.task_id}/complete", data=done)
    page = await text(nora, "/?queue=completed")
    following = re.search(r'href="([^"]+)">Next tasks', page)
    assert following
    rest = await text(nora, following[1].replace("&amp;", "&"))
    assert rest.count('<li id="task-') == 1


async def test_no_address_of_a_page_names_a_patient(nora: httpx.AsyncClient) -> None:
    for path in ("/", DETAIL):
        addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', await text(nora, path))
        places = [address for address in addresses if not address.startswith("tel:")]
        assert not [one for one in places if "MR1001" in one or "Quillfeather" in one]


# --- work


async def test_a_task_is_claimed_and_completed_in_the_row(
    app: App, nora: httpx.AsyncClient
) -> None:
    claimed = await press(nora, "claim", back="/?queue=unassigned&site=GHH")
    assert claimed.headers["location"] == (f"/?queue=unassigned&site=GHH&said=claimed#task-{CALL}")
    assert "The task is yours." in await landing(nora, claimed)
    assert "You" in visible(await text(nora, "/?queue=mine"))
    await press(nora, "start", version=2)
    done = await press(nora, "complete", version=3, outcome="reached-caregiver", note="Daughter")
    assert "The task is completed." in await landing(nora, done)
    assert (await app.task(CALL)).work.outcome == "reached-caregiver"


async def test_an_attempt_is_told_of_and_shown(app: App, nora: httpx.AsyncClient) -> None:
    assert "Not reached…" in visible(await text(nora, DETAIL))
    tried = await press(nora, "attempt", outcome="no-answer", number="(212) 555-0142")
    assert "The attempt is on record" in await landing(nora, tried)
    await press(nora, "attempt", version=2, outcome="voicemail", channel="video")
    assert "2 attempts, last Mon 1 Jun, 10:15: left a voicemail" in visible(
        await text(nora, DETAIL)
    )
    (first, _) = (await app.task(CALL)).work.attempts
    assert (first.number, first.channel) == ("(212) 555-0142", "phone")
    refused = await press(nora, "attempt", version=3, outcome="done")
    assert "Choose how the task ended." in await landing(nora, refused)


async def test_a_checklist_is_ticked_line_by_line_and_may_be_left_open(
    app: App, nora: httpx.AsyncClient
) -> None:
    visit, call = ONE.steps
    listed = call.model_copy(update={"checklist": ["Food & drink", "Housing"]})
    await app.hear(newer(ONE, steps=[visit, listed]))
    page = await text(nora, DETAIL)
    assert visible(page).index("Food &amp; drink") < visible(page).index("Housing")
    assert page.count('aria-pressed="false"') == 2
    page = await landing(
        nora, await press(nora, "tick", version=2, item="Food & drink", back=DETAIL)
    )
    assert "Ticked; the task stays open" in visible(page)
    assert "Food &amp; drink Nora Nurse, Mon 1 Jun, 10:15" in visible(page)
    assert "1 of 2 on the checklist not ticked" in visible(page)
    assert page.count('aria-pressed="true"') == 1
    page = await landing(
        nora, await press(nora, "untick", version=3, item="Food & drink", back=DETAIL)
    )
    assert "The tick is taken back" in visible(page)
    page = await landing(nora, await press(nora, "tick", version=4, item="Rain", back=DETAIL))
    assert "no such line any more" in visible(page)
    done = await press(nora, "complete", version=4, outcome="reached-patient", back=DETAIL)
    words = visible(await landing(nora, done))
    assert "Lines of its checklist were left open" in words
    assert "by you. 2 of 2 on the checklist not ticked" in words


async def test_a_visit_says_who_saw_the_patient_and_when(app: App, nora: httpx.AsyncClient) -> None:
    planned = step(known_as("seen"), "follow_up_visit")
    await app.hear(transition("seen", steps=[planned]))
    app.clock.advance(timedelta(hours=2))
    said: dict[str, Any] = {"outcome": "done", "credential": "NP", "mdm": "high"}
    late = await press(nora, "complete", planned.task_id, done_at="2026-06-01T12:16", **said)
    refused = "Follow up visit: Say when it was; a time to come is none."
    assert refused in visible(await landing(nora, late))
    detail = f"/transitions/{known_as('seen')}"
    again = await press(
        nora, "complete", planned.task_id, done_at="2026-06-01T12:16", back=detail, **said
    )
    assert refused in visible(await landing(nora, again))
    before = await press(nora, "complete", planned.task_id, done_at="2026-06-01T10:14", **said)
    assert "The patient had not left yet then" in visible(await landing(nora, before))
    await press(nora, "complete", planned.task_id, done_at="2026-06-01T11:30", **said)
    evidence = (await app.task(planned.task_id)).work.evidence
    assert (evidence.credential, evidence.mdm) == ("NP", "high")
    assert evidence.done_at.isoformat() == "2026-06-01T15:30:00+00:00"


async def test_a_released_task_goes_back_to_the_team(nora: httpx.AsyncClient) -> None:
    await press(nora, "claim")
    released = await press(nora, "release", version=2)
    assert "The task is back with the team." in await landing(nora, released)


async def test_a_stale_form_changes_nothing_and_says_so(app: App, nora: httpx.AsyncClient) -> None:
    later = [one.model_copy(update={"due_at": DISCHARGED_AT}) for one in ONE.steps]
    await app.hear(newer(ONE, steps=later))
    page = await landing(nora, await press(nora, "claim"))
    assert "The task changed while you were looking at it" in page
    assert (await app.task(CALL)).state == "requested"


async def test_somebody_else_s_task_offers_nothing_and_refuses_politely(
    app: App, nora: httpx.AsyncClient
) -> None:
    async with app.client("coordinator") as cora:
        await cora.post(f"/api/tasks/{CALL}/claim", headers={"If-Match": '"1"'})
    page = await text(nora)
    assert "Cora Coordinator" in page
    assert f"/tasks/{CALL}/" not in page
    refused = await press(nora, "complete", version=2, outcome="reached-patient")
    assert "Somebody else has this task" in await landing(nora, refused)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose how the task ended."),
        ({"outcome": "voicemail"}, "Choose how the task ended."),
        ({"outcome": "refused"}, "This outcome needs a note"),
    ],
)
async def test_an_ending_that_is_none_says_what_is_missing(
    nora: httpx.AsyncClient, fields: dict[str, str], said: str
) -> None:
    assert said in await landing(nora, await press(nora, "complete", **dict[str, Any](fields)))


async def test_a_withdrawn_task_cannot_be_worked_any_more(
    app: App, nora: httpx.AsyncClient
) -> None:
    await app.hear(newer(ONE, steps=[withdrawn(one) for one in ONE.steps]))
    page = await landing(nora, await press(nora, "claim", version=2))
    assert "The task was closed meanwhile" in page


async def test_a_task_that_is_not_there_is_said_to_be_gone(nora: httpx.AsyncClient) -> None:
    page = await landing(nora, await press(nora, "claim", known_as("nothing")))
    assert "There is no such task any more." in page


async def test_a_form_from_elsewhere_changes_nothing(app: App, nora: httpx.AsyncClient) -> None:
    for given in ("", "forged", "ä"):
        answer = await press(nora, "claim", form_token=given)
        assert answer.status_code == 403
    assert (await app.task(CALL)).state == "requested"
    assert (await nora.post("/find", data={"words": "Quill"})).status_code == 403
    assert (await nora.post("/sign-out")).status_code == 403


async def test_a_form_without_a_session_changes_nothing(app: App) -> None:
    async with app.browser() as browser:
        answer = await browser.post(f"/tasks/{CALL}/claim", data={"version": "1"})
    assert answer.status_code == 401


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test/", "javascript:1"])
async def test_a_form_leads_to_our_own_pages_only(nora: httpx.AsyncClient, back: str) -> None:
    answer = await press(nora, "claim", back=back)
    assert answer.headers["location"] == f"/?said=claimed#task-{CALL}"


async def test_a_provider_reads_but_is_offered_no_work(app: App) -> None:
    async with app.client("provider") as priya:
        page = await text(priya)
        assert "Quillfeather" in page
        assert "/claim" not in page
        answer = await priya.post(f"/tasks/{CALL}/claim", data={"version": "1"})
    assert answer.status_code == 403


# --- one patient's follow-up


async def test_the_detail_page_shows_patient_clocks_plan_notices_and_record(
    app: App, nora: httpx.AsyncClient
) -> None:
    await app.hear(notice())
    await press(nora, "claim")
    words = visible(await text(nora, DETAIL))
    for said in (
        "Quillfeather, Ardith",
        "78 y, born 9 Mar 1948",
        "Home follow-up Active",
        "72 hours after discharge",
        "Home visit Thu 4 Jun, 10:15",
        "Eligible",
        "Benno Thistlewood (primary care provider)",
        "Sent: the discharge, Mon 1 Jun, 10:17, 1 attempt",
        "Nora Nurse claimed Initial contact",
        "The plan asks for Home visit, Initial contact",
    ):
        assert said in words


@pytest.mark.parametrize("state", ["interrupted", "superseded", "closed", "completed"])
async def test_a_follow_up_that_has_stopped_is_eligible_for_billing_only_with_a_code(
    app: App, nora: httpx.AsyncClient, state: str
) -> None:
    without = newer(ONE, state=state)
    await app.hear(without)
    words = visible(await text(nora, DETAIL))
    assert "Transitional care billing No code as things stand Engagement" in words
    coded = ONE.tcm.model_copy(update={"code": "99495", "period_last_on": date(2026, 6, 30)})
    await app.hear(newer(without, tcm=coded))
    words = visible(await text(nora, DETAIL))
    assert "Transitional care billing Eligible, until 30 Jun 2026" in words


async def test_what_was_withdrawn_says_why_in_plain_words(
    app: App, nora: httpx.AsyncClient
) -> None:
    await press(nora, "claim")
    gone = [withdrawn(one) for one in ONE.steps]
    cancelled_at = DISCHARGED_AT + timedelta(hours=5)
    await app.hear(
        newer(
            ONE, steps=gone, state="voided", reason="discharge_cancelled", changed_at=cancelled_at
        )
    )
    words = visible(await text(nora, DETAIL))
    assert "Discharge was cancelled by the hospital on Mon 1 Jun, 15:15." in words
    assert "Home visit Discharge was cancelled by the hospital. It was due" in words
    assert "Nothing is left to do." in words
    assert "These no longer run." in words
    assert "Transitional care billing" not in words


async def test_a_completed_task_is_shown_as_done_by_whom(nora: httpx.AsyncClient) -> None:
    answer = await press(nora, "complete", back=DETAIL, outcome="refused", note="Wants no calls")
    words = visible(await landing(nora, answer))
    assert "Patient refused, Mon 1 Jun, 10:15, by you" in words
    assert "Wants no calls" in words


async def test_a_transition_that_is_not_there_is_a_page_that_says_so(
    nora: httpx.AsyncClient,
) -> None:
    for path in (f"/transitions/{known_as('nothing')}", "/nowhere"):
        answer = await nora.get(path)
        assert answer.status_code == 404
        assert "There is no such page here" in answer.text


# --- finding somebody


@pytest.mark.parametrize("sought", ["MR1001", "quillf", " Quillfeather, A "])
async def test_a_patient_is_found_by_number_or_name(nora: httpx.AsyncClient, sought: str) -> None:
    given = {"form_token": form_token(await text(nora)), "words": sought}
    answer = await nora.post("/find", data=given)
    assert f'href="{DETAIL}"' in answer.text
    assert "2 open tasks" in answer.text


async def test_a_bookmark_of_the_search_leads_to_the_list(nora: httpx.AsyncClient) -> None:
    answer = await nora.get("/find")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(("sought", "said"), [("Nobody", "Nobody here has"), ("q", "at least two")])
async def test_nobody_found_is_said_in_words(
    nora: httpx.AsyncClient, sought: str, said: str
) -> None:
    given = {"form_token": form_token(await text(nora)), "words": sought}
    assert said in (await nora.post("/find", data=given)).text


# --- what keeps it safe


async def test_names_are_text_and_never_markup(app: App, nora: httpx.AsyncClient) -> None:
    nasty = patient("MR9", name="<script>alert(1)</script>", phones=['"><b>'])
    await app.hear(transition("two", patient=nasty))
    for path in ("/", f"/transitions/{known_as('two')}"):
        page = await text(nora, path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/api/tasks", "/static/live.js"])
async def test_every_answer_carries_the_security_headers(app: App, path: str) -> None:
    async with app.client() as client:
        headers = (await client.get(path)).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_pages_hold_no_inline_script_or_style(nora: httpx.AsyncClient) -> None:
    for path in ("/", DETAIL, "/sign-in"):
        page = await text(nora, path)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


async def test_everything_that_can_be_pressed_in_the_list_keeps_its_focus_by_an_id(
    nora: httpx.AsyncClient,
) -> None:
    frame = (await text(nora)).partition('<div id="frame"')[2]
    pressed = [one for one in re.findall(r"<(?:a|summary)\b[^>]*>", frame) if "tel:" not in one]
    assert pressed
    assert [one for one in pressed if " id=" not in one] == []
    assert f'<button id="claim-{CALL}"' in frame


async def test_every_field_of_a_form_has_a_label(nora: httpx.AsyncClient) -> None:
    page = await text(nora)
    fields = re.findall(
        r'<(?:select|textarea|input(?![^>]*type="hidden"))[^>]*\bid="([^"]+)"', page
    )
    labels = re.findall(r'<label for="([^"]+)"', page)
    assert fields
    assert set(fields) <= set(labels)


# --- when something is wrong


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(TransientError("PostgreSQL"), 503, "One moment"), (RuntimeError("Quill"), 500, "our side")],
)
async def test_an_error_is_a_page_that_says_what_to_do(
    app: App,
    nora: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    said: str,
) -> None:
    async def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(app.store, "counts", fail)
    answer = await nora.get("/")
    assert answer.status_code == status
    assert said in answer.text
    assert "Quill" not in answer.text


@pytest.mark.parametrize(
    "path", ["/?after=nonsense", "/?queue=completed&after=x", "/transitions/1"]
)
async def test_an_address_that_is_none_is_refused_with_words(
    nora: httpx.AsyncClient, path: str
) -> None:
    answer = await nora.get(path)
    assert answer.status_code == 422
    assert "text/html" in answer.headers["content-type"]


async def test_an_open_page_whose_session_ended_is_sent_to_sign_in(app: App) -> None:
    async with app.browser({"HX-Request": "true"}) as browser:
        answer = await browser.get("/")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")
