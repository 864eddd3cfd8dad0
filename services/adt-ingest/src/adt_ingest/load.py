"""The use case: send the messages of files, in order, and know which were taken.

Each message goes through the door that is open to every sender, so that its acknowledgement means
the same: it is held by Kafka. What was taken is noted by the digest of its bytes; a load that was
interrupted goes on with what was not. A message that was sent twice because the note was lost makes
no second event: its id comes from its bytes.
"""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.reader import read_header
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.replies import Answered
from adt_ingest.ports import Hl7Door
from care_chassis.errors import TransientError

_FLAWED: Final = "It is not whole in this file (no end block): not sent"
_LONGEST_REST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message of a file."""

    position: int
    """1 for the first message."""
    control_id: str
    answer: str
    taken: bool
    reason: str = ""
    place: str = ""
    before: bool = False
    """Taken by an earlier load: not sent again."""


class StoppedError(Exception):
    """The receiver stays away: what was sent is noted, and the rest waits for the next load."""

    def __init__(self, position: int, why: str) -> None:
        super().__init__(f"stopped at message {position}: {why}")
        self.position = position


class Notes(Protocol):
    """What was taken before, and what is taken now."""

    def was_taken(self, digest: str) -> bool:
        """Whether one more message of these bytes was taken before."""
        ...

    def note(self, digest: str) -> None: ...


class FileNotes:
    """Notes in a file, a line for each message; a line that was not finished says nothing."""

    def __init__(self, path: Path, *, again: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        said = path.read_text("ascii", "replace") if path.exists() and not again else ""
        self._before = Counter(said.split("\n")[:-1])
        self._file = path.open("w" if again else "a", encoding="ascii", buffering=1)
        if said and not said.endswith("\n"):
            self._file.write("\n")

    def was_taken(self, digest: str) -> bool:
        taken = self._before[digest] > 0
        self._before[digest] -= taken
        return taken

    def note(self, digest: str) -> None:
        self._file.write(f"{digest}\n")

    def close(self) -> None:
        self._file.close()


def notes_for(folder: Path, source: Path, url: str) -> Path:
    """Where it is noted what an address took of a file."""
    name = hashlib.sha256(f"{url}\n{source.resolve()}".encode()).hexdigest()[:16]
    return folder / f"{source.stem}-{name}.taken"


class Load:
    """Sends one message after the other; `patience` is how many seconds a receiver may be away."""

    def __init__(
        self, *, door: Hl7Door, rest: Callable[[float], Awaitable[None]], patience: float
    ) -> None:
        self._door = door
        self._rest = rest
        self._patience = patience

    async def load(self, frames: Sequence[Frame], notes: Notes) -> AsyncIterator[Outcome]:
        """Send the messages of a file and tell of each. Raises StoppedError."""
        for position, frame in enumerate(frames, start=1):
            digest = hashlib.sha256(frame.data).hexdigest()
            control_id = control_id_of(frame.data)
            if frame.flaw is not Flaw.NONE:
                yield Outcome(position, control_id, "", taken=False, reason=_FLAWED)
            elif notes.was_taken(digest):
                yield Outcome(position, control_id, "AA", taken=True, before=True)
            else:
                answered = await self._send(frame.data, position)
                if answered.taken:
                    notes.note(digest)
                yield Outcome(
                    position,
                    control_id,
                    " ".join(answered.codes),
                    taken=answered.taken,
                    reason=answered.reason,
                    place=answered.place,
                )

    async def _send(self, data: bytes, position: int) -> Answered:
        waited, rest = 0.0, 0.5
        while True:
            try:
                answered = await self._door.send(data)
                if not answered.asks_again:
                    return answered
                why = answered.reason
            except TransientError as error:
                why = f"{error}{_detail(error)}"
            if waited >= self._patience:
                raise StoppedError(position, why)
            await self._rest(rest)
            waited, rest = waited + rest, min(rest * 2, _LONGEST_REST)


def _detail(error: TransientError) -> str:
    why = getattr(error, "why", "")
    return f": {why}" if why else ""


def control_id_of(data: bytes) -> str:
    """MSH-10, as far as it can be told."""
    with suppress(Refusal):
        return read_header(data).first(10)
    return ""
