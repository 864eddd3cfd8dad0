"""How a hospital sends: in order, at the pace of its clock, the same bytes until they are taken."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Protocol

from hospital_sim.ledger import Entry, FeedProgress, Ledger
from hospital_sim.mllp import Answer, NoAnswer
from hospital_sim.sendings import Sending

_LONGEST_REST = 2.0


class Connection(Protocol):
    """Where messages go."""

    async def exchange(self, payload: bytes, control_id: str) -> Answer: ...

    async def close(self) -> None: ...


class Pace(Protocol):
    """The clock that a feed goes by."""

    def now(self) -> datetime: ...

    async def until(self, instant: datetime) -> None: ...


class Feed:
    """One hospital's stream of messages over one connection."""

    def __init__(
        self,
        connection: Connection,
        clock: Pace,
        ledger: Ledger,
        rng: Random,
        *,
        patience: float,
        first_rest: float = 0.05,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._ledger = ledger
        self._rng = rng
        self._patience = patience
        """Real seconds after which a message that nobody takes is given up."""
        self._first_rest = first_rest
        """Real seconds until it is sent again; after each further refusal it rests longer."""

    async def stream(self, sendings: Sequence[Sending], progress: FeedProgress) -> None:
        """Send everything, each when it is due and after the one before was answered."""
        try:
            for sending in sendings:
                await self._clock.until(sending.at)
                progress.at = sending.at
                await self._deliver(sending, progress)
        finally:
            await self._connection.close()

    async def _deliver(self, sending: Sending, progress: FeedProgress) -> None:
        entry = self._ledger.entry(sending.message)
        entry.sendings += 1
        progress.sent += 1
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._insist(entry, progress)
        except TimeoutError:
            entry.given_up = progress.trouble or "nobody took it"
            return
        entry.answers.append(answer)
        progress.count(entry.message, answer)

    async def _insist(self, entry: Entry, progress: FeedProgress) -> Answer:
        message = entry.message
        for rest in self._rests():
            try:
                answer = await self._connection.exchange(message.payload, message.control_id)
            except NoAnswer as error:
                progress.trouble = error.why
            else:
                if answer.positive or (message.flaw and not answer.asks_to_try_again):
                    return answer
                progress.trouble = f"answered {answer.code or 'without MSA'}: {answer.text}"
            entry.retries += 1
            progress.retried += 1
            await asyncio.sleep(rest)
        raise AssertionError("rests never end")

    def _rests(self) -> Iterator[float]:
        rest = self._first_rest
        while True:
            yield rest * self._rng.uniform(0.5, 1.0)
            rest = min(rest * 2, _LONGEST_REST)
