"""What operations meet in a browser: measures by hospital and month, on a phone as well."""
# pyright: reportUnknownMemberType=false
# Playwright's assertions are annotated in part.

from datetime import timedelta

import pytest
from playwright.async_api import expect
from tests.browser.conftest import Visit
from tests.support.worklist_program import CLOCK, Voices, fresh_transition

pytestmark = pytest.mark.asyncio(loop_scope="module")
_PHONE = {"width": 360, "height": 740}


async def test_operations_go_from_a_figure_to_everybody_behind_it(
    visit: Visit, voices: Voices
) -> None:
    one = fresh_transition(discharged_at=CLOCK.now().replace(microsecond=0) - timedelta(minutes=1))
    nurse = await visit()
    await voices.tell(one)
    await nurse.get_by_role("link", name="Measures").click()
    await expect(nurse.get_by_role("heading", name="Measures")).to_be_visible()
    page = await visit("ops", viewport=_PHONE)
    await expect(page.get_by_role("heading", name="Measures")).to_be_visible()
    await expect(page.locator("tr", has_text="Provisional").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("link", name="Discharges of Good Health Hospital").first.click()
    await expect(page.locator("td.id", has_text=str(one.transition_id))).to_be_visible()
    await expect(page.locator("td.id a")).to_have_count(0)
    await page.get_by_role("link", name="Back to the measures").click()
    await expect(page.get_by_role("link", name="Later months")).to_have_count(0)
    await page.get_by_role("link", name="Earlier months").click()
    await expect(page.get_by_role("link", name="Later months")).to_be_visible()
