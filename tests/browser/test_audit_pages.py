"""Denied, a reason, the page, and who reads of it: at a hospital that limits who sees whom."""
# pyright: reportUnknownMemberType=false
# Playwright's assertions are annotated in part.

import re

import pytest
from playwright.async_api import expect
from tests.browser.conftest import Visit
from tests.support.worklist_builders import patient
from tests.support.worklist_program import Voices, fresh_transition

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHO = patient("MRG001", patient_key="key-of-greta", name="Glasswing, Greta")


async def test_a_pharmacist_breaks_the_glass_and_operations_read_of_it(
    visit: Visit, voices: Voices
) -> None:
    one = fresh_transition(site="BCH", patient=WHO)
    await voices.tell(one)
    nurse = await visit("nurse")
    waiting = nurse.locator("li.row").filter(has_text="G. G.").filter(has_text="Initial contact")
    await expect(waiting).to_contain_text("Who this is shows once the task is yours")
    await expect(waiting.get_by_role("link")).to_have_count(0)

    page = await visit("pharmacist")
    await page.get_by_label("Find a patient").fill("glassw")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("Not assigned to you.")).to_be_visible()
    await page.get_by_role("link", name="G. G.").click()
    await expect(page.get_by_role("heading", name="not assigned to you")).to_be_visible()
    await page.get_by_label("Why you have to see this patient").fill("covering weekend")
    await page.get_by_role("button", name="Break the glass").click()
    await expect(page.get_by_role("heading", name="Glasswing, Greta")).to_be_visible()

    page = await visit("ops")
    await page.get_by_role("link", name="Who saw whom").click()
    await expect(page.get_by_role("heading", name="Who saw whom")).to_be_visible()
    entry = (
        page.locator(".audit li")
        .filter(has_text="covering weekend")
        .filter(has_text="Glass broken")
    )
    await expect(entry).to_contain_text("Phil Pharmacist (pharmacist) read a follow-up")
    await page.get_by_label("Patient", exact=True).fill("MRG001")
    await page.get_by_role("button", name="Who saw this patient").click()
    await expect(page).not_to_have_url(re.compile("MRG001"))
    await expect(page.locator(".audit li").filter(has_text="Denied")).to_have_count(1)
    await expect(page.get_by_text("Glasswing")).to_have_count(0)
