"""Texts on real Kafka, PostgreSQL and HTTP: one to each patient, until a STOP comes in."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.support.eventually import eventually
from tests.support.notifier_fakes import TEXTS, home, transition_told, visit_told
from tests.support.programs import outgoing, overhearing, running, types_of
from tests.support.text_catcher import TextCatcher
from tests.support.worklist_builders import newer

from care_chassis.events import Event
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.transitions import TransitionSnapshot, TransitionState

DAY = datetime(2026, 6, 10, 16, tzinfo=UTC)
"""Noon in New York."""
SITE = """\
code: GHH
name: Good Health Hospital
time_zone: America/New_York
patient_texts: {sender: GHH Care Team, number: 555-0100}
"""


@pytest.fixture
async def gateway() -> AsyncGenerator[TextCatcher]:
    async with TextCatcher() as gateway:
        yield gateway


@pytest.fixture
def settings(
    care_topics: str,
    make_database: Callable[[str], str],
    gateway: TextCatcher,
    tmp_path: Path,
) -> dict[str, str]:
    (tmp_path / "GHH.yaml").write_text(SITE)
    return {
        "NOTIFIER_DATABASE_URL": make_database("notifier"),
        "NOTIFIER_TEXT_GATEWAY_URL": gateway.url,
        "NOTIFIER_TEXT_GATEWAY_TOKEN": "secret",
        "NOTIFIER_TEXT_REPLIES_TOKEN": "from the gateway",
        "NOTIFIER_LOST_AFTER_SECONDS": "2",
        "CARE_SITES_DIR": str(tmp_path),
        "CARE_CLOCK_RATE": "1",
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
    }


def at(instant: datetime) -> dict[str, str]:
    """Settings of a clock that shows a time now and goes on from there."""
    anchor = datetime.now(UTC).isoformat()
    return {"CARE_CLOCK_START": instant.isoformat(), "CARE_CLOCK_ANCHOR": anchor}


class Plans:
    """Says on Kafka how transitions stand, and before that of which visits they are."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def say(self, *snapshots: TransitionSnapshot) -> None:
        visits = [outgoing(topics.ENCOUNTERS, visit_told(one)) for one in snapshots]
        await self._publisher.publish(visits)
        plans = [outgoing(topics.TRANSITIONS, transition_told(one)) for one in snapshots]
        await self._publisher.publish(plans)


@pytest.fixture
async def plans(care_topics: str) -> AsyncGenerator[Plans]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield Plans(publisher)
    await publisher.stop()


def at_home(name: str, phone: str) -> TransitionSnapshot:
    return home(name, mrn=f"MR-{name}", phones=[phone], discharged_at=DAY - timedelta(hours=1))


def announced(events: list[Event], of: TransitionSnapshot) -> list[str]:
    return types_of(events, of.patient.patient_key)


async def test_a_patient_is_texted_once_and_never_after_stop(
    settings: dict[str, str], gateway: TextCatcher, plans: Plans, care_topics: str
) -> None:
    first, second = at_home("real-1", "212 555 0161"), at_home("real-2", "212 555 0161")
    async with (
        overhearing(care_topics, topics.NOTIFICATIONS) as events,
        running("notifier", {**settings, **at(DAY)}) as program,
    ):
        await plans.say(first, newer(first))
        done = ["notification.requested", "notification.sent"]
        await eventually(lambda: announced(events, first) == done, within=20)
        stop = {"from": "+1 (212) 555-0161", "text": "Please stop"}
        async with httpx.AsyncClient() as door:
            refused = await door.post(f"{program.url}/texts/replies", json=stop)
            assert refused.status_code == 401
            for _ in range(2):
                token = {"Authorization": "Bearer from the gateway"}
                answer = await door.post(f"{program.url}/texts/replies", json=stop, headers=token)
                assert answer.json() == {"stopped": True}
        await eventually(lambda: announced(events, first) == done * 2, within=20)
        await plans.say(second)
        stopped = ["notification.requested", "notification.withdrawn"]
        await eventually(lambda: announced(events, second) == stopped, within=20)
    assert [one["text"] for one in gateway.texts] == [TEXTS.follow_up, TEXTS.stopped]
    assert {one["to"] for one in gateway.texts} == {"+12125550161"}


async def test_what_came_at_night_outlives_a_kill_and_is_sent_in_the_morning(
    settings: dict[str, str], gateway: TextCatcher, plans: Plans, care_topics: str
) -> None:
    night = DAY + timedelta(hours=12)
    stays, ends = at_home("night-1", "212 555 0171"), at_home("night-2", "212 555 0172")
    async with overhearing(care_topics, topics.NOTIFICATIONS) as events:
        async with running("notifier", {**settings, **at(night)}) as program:
            await plans.say(stays, ends)
            for one in (stays, ends):
                await eventually(lambda one=one: len(announced(events, one)) == 1, within=20)
            await plans.say(newer(ends, state=TransitionState.VOIDED))
            await eventually(lambda: len(announced(events, ends)) == 2, within=20)
            await program.kill()
        assert gateway.texts == []
        async with running("notifier", {**settings, **at(night + timedelta(hours=8))}):
            await eventually(lambda: len(announced(events, stays)) == 2, within=30)
    assert [one["to"] for one in gateway.texts] == ["+12125550171"]


async def test_a_text_killed_between_send_and_record_is_not_made_again_that_day(
    settings: dict[str, str], gateway: TextCatcher, plans: Plans, care_topics: str
) -> None:
    told = at_home("kill", "212 555 0181")
    gateway.holding = asyncio.Event()
    async with overhearing(care_topics, topics.NOTIFICATIONS) as events:
        async with running("notifier", {**settings, **at(DAY)}) as program:
            await plans.say(told)
            await eventually(lambda: len(gateway.texts) == 1, within=20, every=0.01)
            await program.kill()
        gateway.holding.set()
        async with running("notifier", {**settings, **at(DAY + timedelta(hours=2))}):
            await plans.say(newer(told))
            other = at_home("after", "212 555 0182")
            await plans.say(other)
            await eventually(lambda: len(announced(events, other)) == 2, within=30)
            mine = [one for one in gateway.texts if one["to"] == "+12125550181"]
            assert len(mine) == 1
        async with running("notifier", {**settings, **at(DAY + timedelta(hours=22))}):
            await eventually(lambda: len(announced(events, told)) == 2, within=30)
    first, second = (one["id"] for one in gateway.texts if one["to"] == "+12125550181")
    assert first == second
