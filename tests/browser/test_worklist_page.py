"""What a nurse meets in a browser: with JavaScript and without, wide and narrow, mouse and keys."""
# pyright: reportUnknownMemberType=false
# Playwright's assertions are annotated in part.

import time
from itertools import count
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect
from tests.browser.conftest import Visit
from tests.support.eventually import eventually
from tests.support.worklist_builders import newer, patient, predicted, withdrawn
from tests.support.worklist_program import Voices, fresh_transition

from care_contracts.scores import Risk
from care_contracts.transitions import TransitionSnapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")
_PHONE = {"width": 360, "height": 740}
_COUNT = count(1)
_FROM_THE_TOP = "row => row.getBoundingClientRect().top"


def discharged(**more: Any) -> TransitionSnapshot:
    """The follow-up of a patient whom no other test has."""
    number = next(_COUNT)
    name = f"Thornbury{number:03}, Ada"
    return fresh_transition(patient=patient(f"MRB{number:03}", name=name), **more)


def row_of(page: Page, one: TransitionSnapshot, title: str = "Initial contact") -> Locator:
    return page.locator("li.row").filter(has_text=one.patient.name).filter(has_text=title)


def said(page: Page) -> Locator:
    """What the page says about what was just done."""
    return page.locator("[data-said]")


async def test_a_nurse_signs_in_claims_a_task_and_completes_it(
    visit: Visit, voices: Voices
) -> None:
    one = discharged()
    await voices.tell(one)
    page = await visit()
    await expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    row = row_of(page, one)
    await expect(row).to_contain_text("Unassigned")
    await row.get_by_role("button", name="Claim").click()
    await expect(said(page)).to_contain_text("The task is yours.")
    await expect(row).to_contain_text("You")
    await page.get_by_role("link", name="Mine").click()
    await row.locator("summary", has_text="Complete").click()
    await row.get_by_label("How did it end?").select_option("Reached the patient")
    await row.get_by_label("Note").fill("Feels well")
    await row.get_by_role("button", name="Complete task").click()
    await expect(said(page)).to_contain_text("The task is completed.")
    await expect(row).to_have_count(0)
    await page.get_by_role("link", name="Completed").click()
    await expect(row).to_contain_text("Reached the patient")
    await row.get_by_role("link", name="Initial contact").click()
    await expect(page.get_by_role("heading", name=one.patient.name)).to_be_visible()
    await expect(page.locator(".record")).to_contain_text("Nora Nurse completed Initial contact")
    await expect(page.locator(".record")).to_contain_text("Feels well")


async def test_a_new_discharge_shows_up_by_itself_within_a_second(
    visit: Visit, voices: Voices
) -> None:
    page = await visit()
    await page.evaluate("window.stillTheSamePage = true")
    one = discharged()
    began = time.monotonic()
    await voices.tell(one)
    await expect(row_of(page, one)).to_be_visible()
    took = time.monotonic() - began
    print(f"\nfrom the plan to the nurse's eyes: {took:.3f} s")
    assert took < 5
    assert await page.evaluate("window.stillTheSamePage")
    await expect(page.locator("#announce")).to_have_text("2 new tasks")


async def test_everything_works_without_javascript(visit: Visit, voices: Voices) -> None:
    one = discharged()
    await voices.tell(one)
    page = await visit(java_script_enabled=False)
    await _until_shown(page, row_of(page, one))
    await row_of(page, one).get_by_role("button", name="Claim").click()
    await expect(said(page)).to_contain_text("The task is yours.")
    row = row_of(page, one)
    await row.locator("summary", has_text="Complete").click()
    await row.get_by_label("How did it end?").select_option("Reached the caregiver")
    await row.get_by_role("button", name="Complete task").click()
    await expect(said(page)).to_contain_text("The task is completed.")
    await page.get_by_label("Hospital", exact=True).select_option("Good Health Hospital")
    await page.get_by_role("button", name="Show").click()
    await expect(row_of(page, one, "Home visit")).to_be_visible()
    await page.get_by_label("Find a patient").fill(one.patient.mrn)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name=one.patient.name).click()
    await expect(page.locator(".record")).to_contain_text("Reached the caregiver")
    assert one.patient.mrn not in page.url
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_checklist_is_ticked_line_by_line(
    visit: Visit,
    voices: Voices,
    scripts: bool,  # noqa: FBT001 - a case of the table
) -> None:
    plain = discharged()
    lines = ["Food", "Housing", "Transport", "Utilities", "Safety"]
    steps = [step.model_copy(update={"checklist": lines}) for step in plain.steps]
    one = newer(plain, steps=steps)
    await voices.tell(one)
    page = await visit(java_script_enabled=scripts)
    await _until_shown(page, row_of(page, one))
    await row_of(page, one).get_by_role("link", name="Initial contact").click()
    row = page.locator("li.row").filter(has_text="Initial contact")
    line = row.get_by_role("button", name="Housing")
    await expect(row.get_by_role("list").get_by_role("button")).to_have_text(lines)
    await expect(line).to_have_attribute("aria-pressed", "false")
    await line.click()
    await expect(said(page)).to_contain_text("Ticked; the task stays open.")
    await expect(line).to_have_attribute("aria-pressed", "true")
    await expect(row).to_contain_text("Nora Nurse")
    if scripts:
        await expect(line).to_be_focused()
    await line.click()
    await expect(said(page)).to_contain_text("The tick is taken back.")
    await expect(line).to_have_attribute("aria-pressed", "false")
    await row.get_by_role("button", name="Safety").click()
    await expect(page.locator(".record")).to_contain_text("ticked on the list of Initial contact")


async def _until_shown(page: Page, row: Locator) -> None:
    """Reload as someone without JavaScript would."""
    deadline = time.monotonic() + 10
    while not await row.count():
        assert time.monotonic() < deadline
        await page.reload()


async def test_a_half_filled_form_is_not_taken_away_by_a_change(
    visit: Visit, voices: Voices
) -> None:
    one, other = discharged(), discharged()
    await voices.tell(one)
    page = await visit()
    row = row_of(page, one)
    await row.locator("summary", has_text="Complete").click()
    await row.get_by_label("Note").fill("Half a sent")
    await voices.tell(other)
    waiting = page.get_by_role("button", name="The list has changed")
    await expect(waiting).to_be_visible()
    await expect(row.get_by_label("Note")).to_have_value("Half a sent")
    await expect(row_of(page, other)).to_have_count(0)
    await waiting.click()
    await expect(row_of(page, other)).to_be_visible()


async def test_a_cancelled_discharge_changes_the_open_detail_page(
    visit: Visit, voices: Voices
) -> None:
    one = discharged()
    await voices.tell(one)
    page = await visit()
    await row_of(page, one).get_by_role("link", name="Initial contact").click()
    await expect(page.get_by_text("Active")).to_be_visible()
    gone = [withdrawn(planned) for planned in one.steps]
    await voices.tell(newer(one, steps=gone, state="voided", reason="discharge_cancelled"))
    await expect(
        page.locator("p.said", has_text="Discharge was cancelled by the hospital on")
    ).to_be_visible()
    await expect(page.get_by_text("Nothing is left to do.")).to_be_visible()
    await expect(page.get_by_role("button", name="Claim")).to_have_count(0)


async def test_who_comes_second_is_told_so(visit: Visit, voices: Voices) -> None:
    one = discharged()
    await voices.tell(one)
    nora = await visit(java_script_enabled=False)
    await _until_shown(nora, row_of(nora, one))
    cora = await visit("coordinator")
    await row_of(cora, one).get_by_role("button", name="Claim").click()
    await expect(row_of(cora, one)).to_contain_text("You")
    await row_of(nora, one).get_by_role("button", name="Claim").click()
    await expect(said(nora)).to_contain_text("The task changed while you were looking")
    await expect(row_of(nora, one)).to_contain_text("Cora Coordinator")


async def _say_nothing(route: Route) -> None:
    await route.fulfill(status=204, body="")


async def test_a_page_that_hears_nothing_says_so_and_catches_up(
    visit: Visit, voices: Voices
) -> None:
    page = await visit("provider")
    await page.route("**/live", _say_nothing)
    await page.reload()
    note = page.get_by_text("The connection is lost.")
    await expect(note).to_be_visible()
    one = discharged()
    await voices.tell(one)
    await page.unroute_all()
    await page.reload()
    await expect(row_of(page, one)).to_be_visible()
    await expect(note).to_be_hidden()


async def test_a_phone_shows_everything_without_scrolling_sideways(
    visit: Visit, voices: Voices
) -> None:
    one = discharged(flags=["ama", "suppress_patient_messages"], lace=14)
    await voices.tell(one)
    page = await visit(viewport=_PHONE, has_touch=True)
    row = row_of(page, one)
    width = "document.documentElement.scrollWidth"
    await expect(row).to_contain_text("Left against advice")
    assert await page.evaluate(width) == _PHONE["width"]
    for queue in ("Mine", "Unassigned", "Due today", "Overdue", "All open", "Completed"):
        await expect(page.get_by_role("link", name=queue)).to_be_in_viewport()
    await row.locator("summary", has_text="Complete").tap()
    assert await page.evaluate(width) == _PHONE["width"]
    await row.get_by_role("button", name="Claim").tap()
    await expect(row).to_contain_text("You")
    await row.get_by_role("link", name="Initial contact").tap()
    await expect(page.get_by_role("heading", name="Clocks")).to_be_visible()
    assert await page.evaluate(width) == _PHONE["width"]


@pytest.mark.parametrize("width", [1280, 390])
async def test_what_a_model_says_leaves_the_stay_its_room(
    visit: Visit, voices: Voices, width: int
) -> None:
    said_by_model = predicted(probability=None, band=None, incomplete=True, missing=["low_sodium"])
    one = discharged(risk=Risk(prediction=said_by_model))
    await voices.tell(one)
    page = await visit(viewport={"width": width, "height": 800})
    await row_of(page, one).get_by_role("link", name="Initial contact").click()
    label = page.get_by_text("simulated-logistic@1: incomplete, moderate risk", exact=True)
    await expect(label).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    stay = page.locator("aside dd", has_text="visit V-")

    async def width_of_stay() -> float:
        box = await stay.bounding_box()
        return box["width"] if box else 0.0  # the page was just drawn anew

    await eventually(width_of_stay, until=lambda wide: wide > 130)


async def test_the_keyboard_is_enough(visit: Visit, voices: Voices) -> None:
    one = discharged()
    await voices.tell(one)
    page = await visit()
    row = row_of(page, one)
    await expect(row).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the list")).to_be_focused()
    await row.get_by_role("button", name="Claim").focus()
    await page.keyboard.press("Enter")
    await expect(row).to_contain_text("You")
    await expect(row).to_be_focused()
    await row.locator("summary", has_text="Complete").focus()
    await page.keyboard.press("Enter")
    await expect(row.get_by_label("How did it end?")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(row.get_by_label("How did it end?")).to_be_hidden()
    await expect(row.locator("summary", has_text="Complete")).to_be_focused()


async def test_a_refresh_leaves_the_focus_where_it_is(visit: Visit, voices: Voices) -> None:
    one, other = discharged(), discharged()
    await voices.tell(one)
    page = await visit()
    claim = row_of(page, one).get_by_role("button", name="Claim")
    await claim.focus()
    await voices.tell(other)
    await expect(row_of(page, other)).to_be_visible()
    await expect(claim).to_be_focused()


async def test_who_works_far_down_a_page_stays_there_and_is_told(
    visit: Visit, voices: Voices
) -> None:
    one = discharged()
    await voices.tell(one)
    page = await visit()
    await page.set_viewport_size({"width": 800, "height": 300})
    await row_of(page, one).get_by_role("link", name="Initial contact").click()
    await expect(page.get_by_role("heading", name=one.patient.name)).to_be_visible()
    row = page.locator("li.row").filter(has_text="Initial contact")
    await row.get_by_role("button", name="Claim").hover()
    stood: float = await row.evaluate(_FROM_THE_TOP)
    await row.get_by_role("button", name="Claim").click()
    await expect(said(page)).to_be_in_viewport()
    stands: float = await row.evaluate(_FROM_THE_TOP)
    assert abs(stands - stood) < 100
    await row.locator("summary", has_text="Complete").click()
    await row.get_by_label("How did it end?").select_option("Patient refused (say why)")
    await row.get_by_role("button", name="Complete task").click()
    await expect(row.get_by_label("Note")).to_be_focused()
    await row.get_by_label("Note").fill("Wants no calls")
    await row.get_by_role("button", name="Complete task").click()
    await expect(said(page)).to_contain_text("The task is completed.")
    await expect(said(page)).to_be_in_viewport()


async def test_every_word_stands_out_from_its_ground(visit: Visit, voices: Voices) -> None:
    one = discharged(flags=["ama", "provisional", "home_health_agency"], lace=7)
    await voices.tell(one)
    page = await visit()
    await expect(row_of(page, one)).to_be_visible()
    assert await page.evaluate(_TOO_FAINT) == []
    await row_of(page, one).locator("summary", has_text="Complete").click()
    assert await page.evaluate(_TOO_FAINT) == []
    await row_of(page, one).get_by_role("link", name="Initial contact").click()
    await expect(page.get_by_role("heading", name="Clocks")).to_be_visible()
    assert await page.evaluate(_TOO_FAINT) == []


_TOO_FAINT = """
() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const says = (element) => [...element.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => says(element) && element.checkVisibility())
    .filter((element) => !element.closest(".fresh"))
    .map((element) => {
      const pair = [parse(getComputedStyle(element).color), ground(element)].map(light);
      const [dark, bright] = pair.sort((a, b) => a - b);
      return [element.textContent.trim().slice(0, 40), (bright + 0.05) / (dark + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5)
    .map(([text, ratio]) => `${text}: ${ratio.toFixed(2)}`);
}
"""
