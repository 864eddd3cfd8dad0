"""The notifier on real Kafka, PostgreSQL and SMTP: told once, with one id, come what may."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import asyncpg
import pytest
from tests.support.eventually import eventually
from tests.support.mail_catcher import MailCatcher
from tests.support.notifier_fakes import (
    PERSON,
    admitted,
    discharge_cancelled,
    discharged,
    key,
)
from tests.support.programs import outgoing, overhearing, running, types_of

from care_chassis.clock import SystemClock
from care_chassis.events import Event
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.notifications import NotificationSnapshot

CLOCK = SystemClock()
SITES = Path(__file__).parents[2] / "data" / "sites"
NOTICES = ["notification.requested", "notification.sent"]


@pytest.fixture
async def catcher() -> AsyncGenerator[MailCatcher]:
    async with MailCatcher() as catcher:
        yield catcher


@pytest.fixture
def settings(
    care_topics: str, make_database: Callable[[str], str], catcher: MailCatcher
) -> dict[str, str]:
    return {
        "NOTIFIER_DATABASE_URL": make_database("notifier"),
        "NOTIFIER_SMTP_PORT": str(catcher.port),
        "NOTIFIER_LOST_AFTER_SECONDS": "2",
        "NOTIFIER_RETRY_FIRST": "PT0.5S",
        "NOTIFIER_RETRY_LONGEST": "PT0.5S",
        "CARE_SITES_DIR": str(SITES),
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
    }


class Feed:
    """Says on Kafka what a hospital said, each time of a visit of the test's own."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def say(self, *events: Event) -> None:
        await self._publisher.publish([outgoing(topics.ENCOUNTERS, event) for event in events])


@pytest.fixture
async def feed(care_topics: str) -> AsyncGenerator[Feed]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield Feed(publisher)
    await publisher.stop()


def announced(events: list[Event], patient: str) -> list[str]:
    return types_of(events, key(patient))


async def rows(settings: dict[str, str], query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(settings["NOTIFIER_DATABASE_URL"])
    try:
        return [tuple(row.values()) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_the_provider_is_told_once_and_told_when_it_is_taken_back(
    settings: dict[str, str], catcher: MailCatcher, feed: Feed, care_topics: str
) -> None:
    async with (
        overhearing(care_topics, topics.NOTIFICATIONS) as events,
        running("notifier", settings),
    ):
        await feed.say(admitted(patient="walk", visit="walk"))
        await eventually(lambda: len(catcher.mails) == 1, within=20)
        await feed.say(discharged(patient="walk", visit="walk", person=PERSON))
        await eventually(lambda: announced(events, "walk") == NOTICES * 2, within=20)
        again = discharged(patient="walk", visit="walk", event_id="another control id")
        await feed.say(again, discharge_cancelled(patient="walk", visit="walk"))
        await eventually(lambda: announced(events, "walk") == NOTICES * 3, within=20)
    assert catcher.subjects() == [
        "Notice of admission",
        "Notice of discharge",
        "Correction: the discharge we told you of was cancelled",
    ]
    assert catcher.recipients == ["ada@example.org"] * 3
    (text,) = [mail.get_body(("plain",)) for mail in catcher.mails[:1]]
    assert text is not None
    assert "your patient Ann Doe was admitted" in text.get_content()
    sent = [event for event in events if event.key == key("walk")][1]
    snapshot = NotificationSnapshot.model_validate_json(sent.data)
    assert str(snapshot.notification_id) == catcher.mails[0]["X-Notification-Id"]
    assert sent.correlation_id == "the wire"


async def test_a_notice_killed_between_send_and_record_is_sent_again_under_its_id(
    settings: dict[str, str], catcher: MailCatcher, feed: Feed, care_topics: str
) -> None:
    catcher.holding = asyncio.Event()
    async with (
        overhearing(care_topics, topics.NOTIFICATIONS) as events,
        running("notifier", settings) as program,
    ):
        await feed.say(admitted(patient="kill", visit="kill"))
        await eventually(lambda: len(catcher.mails) == 1, within=20, every=0.01)
        await program.kill()
        catcher.holding.set()
        await program.start(patiently=False)
        await eventually(lambda: announced(events, "kill") == NOTICES, within=60)
    first, second = (mail["Message-ID"] for mail in catcher.mails)
    assert first == second
    found = await rows(
        settings,
        "SELECT number, outcome, finished_at IS NOT NULL FROM attempts"
        f" JOIN notices USING (notification_id) WHERE visit_key = '{key('kill')}' ORDER BY number",
    )
    assert found == [(1, "unknown", True), (2, "sent", True)]


async def test_a_mail_server_that_is_away_is_waited_for(
    settings: dict[str, str], feed: Feed, care_topics: str
) -> None:
    async with MailCatcher() as gone:
        port = gone.port
    async with (
        overhearing(care_topics, topics.NOTIFICATIONS) as events,
        running("notifier", {**settings, "NOTIFIER_SMTP_PORT": str(port)}),
    ):
        await feed.say(admitted(patient="away", visit="away"))
        query = (
            "SELECT error FROM attempts JOIN notices USING (notification_id)"
            f" WHERE visit_key = '{key('away')}' AND finished_at IS NOT NULL"
        )
        await eventually(lambda: rows(settings, query), until=lambda found: len(found) >= 2)
        async with MailCatcher(port=port) as back:
            await eventually(lambda: announced(events, "away") == NOTICES, within=20)
            assert back.subjects() == ["Notice of admission"]
