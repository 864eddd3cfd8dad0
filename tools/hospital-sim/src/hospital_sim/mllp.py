"""One MLLP connection from the sender's side: frames out, answers in, one at a time."""

import asyncio
import re
from dataclasses import dataclass

_START = b"\x0b"
_END = b"\x1c\r"
_READ_AT_ONCE = 65536
_LONGEST_ANSWER = 1024 * 1024
_ESCAPED = "FSRET"
"""What the delimiters are called in an escape, in the order of MSH-1 and MSH-2."""
_TRY_AGAIN = "207"
"""Table 0357, application internal error: the receiver could not, and may be asked again."""


class NoAnswer(Exception):  # noqa: N818 - it says what is the case
    """The connection could not be made, broke, or stayed silent; `why` says which."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """An acknowledgement, as far as a sender needs it."""

    code: str
    """MSA-1: AA, AE, AR (or CA, CE, CR); empty where the answer has no MSA."""
    control_id: str
    """MSA-2"""
    text: str
    """What the receiver says about it: MSA-3, else ERR-8, else ERR-3."""
    error: str
    """The code in ERR-3."""

    @property
    def positive(self) -> bool:
        return self.code in ("AA", "CA")

    @property
    def asks_to_try_again(self) -> bool:
        """Whether the refusal is about the receiver's own state and not about the message."""
        return not self.positive and self.error == _TRY_AGAIN


def read_answer(payload: bytes) -> Answer:
    """The acknowledgement in a frame; never fails, so that nonsense is shown and not raised."""
    segments = payload.decode("utf-8", "replace").replace("\n", "\r").split("\r")
    separator = segments[0][3:4] or "|"
    component = segments[0][4:5] or "^"
    fields = {segment[:3]: segment.split(separator) for segment in reversed(segments)}
    msa, err = fields.get("MSA", []), fields.get("ERR", [])
    error = _field(err, 3).split(component)
    text = _field(msa, 3) or _field(err, 8) or (error[1] if len(error) > 1 else "")
    signs = dict(zip(_ESCAPED, segments[0][3:8], strict=False))
    mark = re.escape(signs.get("E", "\\"))
    text = re.sub(f"{mark}([{_ESCAPED}]){mark}", lambda found: signs.get(found[1], ""), text)
    return Answer(_field(msa, 1), _field(msa, 2), text, error[0])


def _field(fields: list[str], place: int) -> str:
    return fields[place].strip() if len(fields) > place else ""


class Frames:
    """Takes frames out of a stream that may be cut anywhere."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads of the frames that `data` completes. Raises NoAnswer for an endless one."""
        self._buffer += data
        payloads: list[bytes] = []
        while (end := self._buffer.find(_END)) >= 0:
            frame, self._buffer = self._buffer[:end], self._buffer[end + len(_END) :]
            payloads.append(frame[frame.rfind(_START) + 1 :])
        if len(self._buffer) > _LONGEST_ANSWER:
            raise NoAnswer("the answer does not end")
        return payloads


class MllpConnection:
    """A persistent connection, made when it is needed and made anew after any trouble."""

    def __init__(self, host: str, port: int, *, timeout: float) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._frames = Frames()
        self._waiting: list[bytes] = []

    async def exchange(self, payload: bytes, control_id: str) -> Answer:
        """Send one message and return its answer: the next one that names it, or names nothing.

        Raises NoAnswer, with the connection closed so that a late answer cannot be taken for
        another's.
        """
        try:
            async with asyncio.timeout(self._timeout):
                reader, writer = self._streams or await self._connect()
                writer.write(_START + payload + _END)
                await writer.drain()
                return await self._answer_to(reader, control_id)
        except TimeoutError as error:
            await self.close()
            raise NoAnswer(f"no answer within {self._timeout:g} s") from error
        except OSError as error:
            await self.close()
            where = f"{self._host}:{self._port}"
            raise NoAnswer(f"cannot talk to {where}: is the stack up (make up)?") from error
        except NoAnswer:
            await self.close()
            raise

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_connection(self._host, self._port)
        self._frames = Frames()
        self._waiting = []
        return self._streams

    async def _answer_to(self, reader: asyncio.StreamReader, control_id: str) -> Answer:
        while True:
            while self._waiting:
                answer = read_answer(self._waiting.pop(0))
                if not control_id or answer.control_id in (control_id, ""):
                    return answer
            data = await reader.read(_READ_AT_ONCE)
            if not data:
                raise NoAnswer("the receiver closed the connection")
            self._waiting += self._frames.feed(data)

    async def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        if self._streams is None:
            return
        _, writer = self._streams
        self._streams = None
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            return  # it was broken already, which is why it is closed
