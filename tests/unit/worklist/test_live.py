"""Open pages hear of changes, and are let go when the service ends."""

import asyncio

from tests.support.worklist_app import fresh_app

from worklist.live import CHANGED, STILL_HERE, Changes


async def test_a_page_hears_a_word_for_each_change() -> None:
    changes = Changes()
    page = changes.stream()
    assert await anext(page) == STILL_HERE
    for _ in range(2):
        await changes.pass_on()
        assert await anext(page) == CHANGED
    await page.aclose()


async def test_many_changes_while_nobody_listens_are_one_word() -> None:
    changes = Changes()
    page = changes.stream()
    await anext(page)
    for _ in range(5):
        await changes.pass_on()
    assert await anext(page) == CHANGED
    waiting = asyncio.ensure_future(anext(page))
    await asyncio.wait({waiting}, timeout=0.01)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})


async def test_the_end_lets_every_page_go() -> None:
    changes = Changes()
    page = changes.stream()
    await anext(page)
    waiting = asyncio.ensure_future(anext(page, None))
    await changes.close()
    assert await waiting is None
    assert [part async for part in changes.stream()] == [STILL_HERE]


async def test_only_who_may_see_patients_may_listen() -> None:
    app = fresh_app()
    async with app.browser() as browser, app.client("ops") as operator:
        assert (await browser.get("/live")).status_code == 401
        assert (await operator.get("/live")).status_code == 403
