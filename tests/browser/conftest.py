"""A real Chromium before a real worklist, its Kafka and its PostgreSQL."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect
from tests.conftest import run_folder
from tests.support.programs import Program, running
from tests.support.worklist_program import Voices, program_settings

from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_devstack.assets import Assets
from care_devstack.browser import ensure_browser
from care_devstack.settings import StackSettings, environment, settings_from


@pytest.fixture(scope="module")
def stack_settings() -> StackSettings:
    return replace(settings_from(environment()), run_dir=run_folder())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(
    care_topics: str, make_database: Callable[[str], str], stack_settings: StackSettings
) -> AsyncGenerator[Program]:
    """The worklist, with the scripts that its pages load."""
    Assets(stack_settings).have()
    settings = program_settings(make_database("worklist"), care_topics)
    async with running("worklist", settings) as program:
        yield program


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices(care_topics: str) -> AsyncGenerator[Voices]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield Voices(publisher)
    await publisher.stop()


@pytest.fixture(scope="module")
def browser_path(stack_settings: StackSettings) -> Path:
    """Not in an async fixture: Playwright is asked for its own, and refuses within a loop."""
    return ensure_browser(stack_settings.caller.get("PATH", ""), stack_settings.cache_dir)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(browser_path: Path) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


expect.set_options(timeout=15_000)
Visit = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(chromium: Browser, program: Program) -> AsyncGenerator[Visit]:
    """Opens the worklist signed in: `page = await visit()`; `role` and a context's options go in.

    What a page complains of in its console fails the test: a blocked script, a missing file.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # htmx calls it an error when a page is left, or a form sent, while a refresh is under way;
        # Chromium calls a page so that says what may not be seen.
        expected = message.text.startswith("htmx:") or "403 (Forbidden)" in message.text
        if message.type in ("error", "warning") and not expected:
            complaints.append(message.text)

    async def open_page(role: str = "nurse", **options: Any) -> Page:
        context = await chromium.new_context(base_url=program.url, **options)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/")
        await page.get_by_role("button", name=f"({role})").click()
        return page

    yield open_page
    for context in chromium.contexts:
        await context.close()
    assert complaints == []
