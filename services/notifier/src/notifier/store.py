"""PostgreSQL for all use cases; the SQL itself stands in `sql/`."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from care_chassis import inbox, outbox
from care_chassis.database import Connection, Database, load_queries
from care_chassis.events import OutgoingEvent
from notifier import rows
from notifier.domain.delivery import Attempt
from notifier.domain.notices import Notice, visit_of
from notifier.domain.people import People, Person
from notifier.domain.texts import FollowUp
from notifier.domain.visits import Visit, by_person
from notifier.ports import Background, TextLog

_QUERIES = load_queries("notifier")
WAKE_CHANNEL = "notifier_notices"
"""Where PostgreSQL tells that there may be something to deliver."""


class Store:
    """People, visits, notices and attempts in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def requesting(self) -> AsyncGenerator["_Requesting"]:
        async with self._database.transaction() as connection:
            yield _Requesting(connection)

    @asynccontextmanager
    async def texting(self) -> AsyncGenerator["_Texting"]:
        async with self._database.transaction() as connection:
            yield _Texting(connection)

    @asynccontextmanager
    async def delivering(self) -> AsyncGenerator["_Delivering"]:
        async with self._database.transaction() as connection:
            yield _Delivering(connection)


class _Notices:
    """What both sides do with notices, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        await self._connection.execute(_QUERIES["keep_notices"], *rows.notice_columns(notices))
        await self._connection.execute(_QUERIES["wake_delivery"])

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        await outbox.append(self._connection, events)


class _Requesting(_Notices):
    """The requesting side."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def lock_people(self, patient_keys: Sequence[str]) -> People:
        await self._connection.execute(_QUERIES["add_blank_people"], patient_keys)
        keys = set(patient_keys)
        while True:
            found = await self._connection.fetch(_QUERIES["lock_people"], sorted(keys))
            people = [rows.person(row) for row in found]
            wanted = keys | {person.survivor_key for person in people if person.survivor_key}
            if wanted <= {person.patient_key for person in people}:
                return People(people)
            keys = wanted  # someone was merged on while this transaction waited for their row

    async def keep_people(self, people: Sequence[Person]) -> None:
        await self._connection.execute(
            _QUERIES["keep_people"],
            [person.patient_key for person in people],
            [person.survivor_key for person in people],
            [rows.document(person.facts) for person in people],
        )
        merged = [person for person in people if person.survivor_key is not None]
        await self._connection.execute(
            _QUERIES["redirect_people"],
            [person.patient_key for person in merged],
            [person.survivor_key for person in merged],
        )

    async def visits_in_question(self, patient_keys: Sequence[str]) -> set[str]:
        found = await self._connection.fetch(_QUERIES["visits_in_question"], patient_keys)
        return {row["visit_key"] for row in found}

    async def lock_visits(
        self, visits: Sequence[Visit], visit_keys: Iterable[str] = ()
    ) -> list[Visit]:
        named = [visit.visit_key for visit in visits]
        await self._connection.execute(
            _QUERIES["add_blank_visits"],
            named,
            [visit.said_of for visit in visits],
            [visit.site for visit in visits],
        )
        keys = sorted({*named, *visit_keys})
        found = await self._connection.fetch(_QUERIES["lock_visits"], keys)
        return [rows.visit(row) for row in found]

    async def keep_visits(self, visits: Sequence[Visit]) -> None:
        await self._connection.execute(
            _QUERIES["keep_visits"],
            [visit.visit_key for visit in visits],
            [visit.said_of for visit in visits],
            [rows.document(visit.facts) for visit in visits],
            [rows.history(visit) for visit in visits],
        )

    async def lock_notices(self, visit_keys: Sequence[str]) -> list[Notice]:
        found = await self._connection.fetch(_QUERIES["lock_notices_of_visits"], visit_keys)
        return [rows.notice(row) for row in found]


class _Texting(_Notices):
    """The side of texts."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def keep_follow_ups(self, follow_ups: Sequence[FollowUp]) -> set[UUID]:
        found = await self._connection.fetch(
            _QUERIES["keep_follow_ups"],
            [one.transition_id for one in follow_ups],
            [one.version for one in follow_ups],
            [one.is_wanted for one in follow_ups],
        )
        return {row["transition_id"] for row in found}

    async def lock_texts(self, notification_ids: Sequence[UUID]) -> list[Notice]:
        found = await self._connection.fetch(_QUERIES["lock_texts"], notification_ids)
        return [rows.notice(row) for row in found]

    async def stop(self, number: str, at: datetime) -> bool:
        return bool(await self._connection.fetch(_QUERIES["stop_number"], number, at))

    async def texts_to(self, number: str) -> list[Notice]:
        found = await self._connection.fetch(_QUERIES["lock_texts_to"], number)
        return [rows.notice(row) for row in found]


class _Delivering(_Notices):
    """The delivering side."""

    async def claim(self, now: datetime, most: int) -> list[Notice]:
        found = await self._connection.fetch(_QUERIES["claim_due_notices"], now, most)
        return [rows.notice(row) for row in found]

    async def lock(self, notification_id: UUID) -> Notice:
        found = await self._connection.fetch(_QUERIES["lock_notice"], notification_id)
        return rows.notice(found[0])

    async def backgrounds(self, notices: Sequence[Notice]) -> Mapping[UUID, Background]:
        keys = sorted({notice.visit_key for notice in notices})
        found = await self._connection.fetch(_QUERIES["read_visits"], keys)
        said = [rows.visit(row) for row in found]
        patients = sorted({visit.patient_key for visit in said})
        known = await self._connection.fetch(_QUERIES["read_people"], patients)
        people = People(map(rows.person, known))
        visits = by_person(said, people)
        return {
            notice.notification_id: Background(visit, people.whole(visit.said_of))
            for notice in notices
            if (visit := visit_of(notice, visits))
        }

    async def texting_of(self, texts: Sequence[Notice], since: datetime) -> Mapping[UUID, TextLog]:
        await self._connection.execute(_QUERIES["decide_on_texts_alone"])
        found = await self._connection.fetch(
            _QUERIES["read_texting"],
            [text.notification_id for text in texts],
            [UUID(text.addressee.key) for text in texts],
            since,
        )
        return {row["notification_id"]: rows.text_log(row) for row in found}

    async def open_attempts(self, notices: Sequence[Notice], at: datetime) -> None:
        await self._connection.execute(
            _QUERIES["open_attempts"],
            [notice.notification_id for notice in notices],
            [notice.attempts for notice in notices],
            at,
        )

    async def close_attempts(self, attempts: Sequence[tuple[UUID, Attempt]], at: datetime) -> None:
        await self._connection.execute(
            _QUERIES["close_attempts"],
            [notification_id for notification_id, _ in attempts],
            [attempt.number for _, attempt in attempts],
            [attempt.outcome for _, attempt in attempts],
            [attempt.error for _, attempt in attempts],
            at,
        )

    async def next_instant(self) -> datetime | None:
        return await self._connection.fetchval(_QUERIES["next_instant"])
