"""The MLLP server: listens with and without TLS, and looks after the connections."""

import asyncio
import itertools
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from adt_ingest import meters
from adt_ingest.connection_limits import Guests, Limits
from adt_ingest.domain.acknowledgement import Answer, Code, acknowledgement
from adt_ingest.domain.doors import Door
from adt_ingest.domain.refusals import Refusal
from adt_ingest.mllp_connection import Connection, ReceiveFrames, Reception
from adt_ingest.tls_files import TlsFiles
from care_chassis.clock import Clock
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.mllp_server")
_LOOK_EVERY_SECONDS: Final = 1.0
_BACKLOG: Final = 1024
_HANDSHAKE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int
    tls: TlsFiles | None = None
    """Without it the door is plain."""
    shared: bool = False
    """Whether other processes may listen there too; the kernel gives each its share."""

    @property
    def door(self) -> Door:
        """What whoever comes in here came through."""
        return Door.MLLPS if self.tls else Door.MLLP


class MllpServer:
    """Listens at every address; the limits hold for all of them together."""

    def __init__(
        self,
        *,
        receive: ReceiveFrames,
        addresses: Sequence[Address],
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._receive = receive
        self._addresses = addresses
        self._limits = limits
        self._clock = clock
        self._numbers = itertools.count(1)
        self._guests = Guests(limits)
        self._listeners: list[Listener] = []
        self._connections: set[Connection] = set()

    async def serve(self) -> None:
        """A worker: serve until cancelled, then answer what was read and close."""
        async with asyncio.TaskGroup() as group:
            reception = Reception(
                self._receive, self._refuse, self._limits, group, self._guests, self._connections
            )
            try:
                for address in self._addresses:
                    self._listeners.append(await Listener.open(address, reception))
                await asyncio.Event().wait()
            finally:
                for listener in self._listeners:
                    listener.close()
                await self._drain()

    async def look(self) -> float:
        """Part from senders beyond a limit, read changed certificates; returns how long to rest."""
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections):
            connection.look(now)
        for listener in self._listeners:
            await listener.follow_files()
        return _LOOK_EVERY_SECONDS

    async def _drain(self) -> None:
        working = [task for each in self._connections if (task := each.stop_reading())]
        if working:
            await asyncio.wait(working, timeout=self._limits.drain_seconds)
        for connection in list(self._connections):
            connection.close()

    def _refuse(self, refusal: Refusal) -> bytes:
        now = self._clock.now()
        number = next(self._numbers) % 1_000_000
        control_id = f"{now:%y%m%d%H%M%S}-{number}"
        answer = Answer(Code.REJECTED, refusal)
        return acknowledgement(answer, to=None, control_id=control_id, written_at=now)


class Listener:
    """One address that is listened at."""

    def __init__(self, address: Address, reception: Reception, bound: socket.socket) -> None:
        self._address = address
        self._reception = reception
        self._socket = bound
        self._server: asyncio.Server | None = None
        self._written = address.tls.written() if address.tls else ()

    @classmethod
    async def open(cls, address: Address, reception: Reception) -> Self:
        """Listen from now on. Raises SystemExit with a sentence that says why that cannot be."""
        where = f"{address.host}:{address.port}"
        try:
            context = address.tls.context() if address.tls else None
        except OSError as error:
            raise SystemExit(f"adt-ingest cannot use its certificates: {_why(error)}") from error
        try:
            listener = cls(address, reception, _bound(address))
        except OSError as error:
            raise SystemExit(f"adt-ingest cannot listen on {where}: {_why(error)}") from error
        listener._server = await listener._serve(context)
        try:
            await listener._server.start_serving()
        except asyncio.CancelledError:
            listener.close()
            raise
        _log.info("mllp_listening", host=address.host, port=address.port, door=address.door.value)
        return listener

    async def follow_files(self) -> None:
        """Meet new connections with what the certificate files say now, if that can be used."""
        tls = self._address.tls
        if tls is None or (written := tls.written()) == self._written:
            return
        self._written = written
        try:
            context = tls.context()
        except OSError as error:
            _log.error("certificates_not_usable", detail=_why(error))
            return
        before, self._server = self._server, await self._serve(context)
        await self._server.start_serving()
        if before is not None:
            before.close()
        _log.info("certificates_read_again")

    def close(self) -> None:
        """Listen no more; what is connected stays so."""
        if self._server is not None:
            self._server.close()
        self._socket.close()

    async def _serve(self, context: ssl.SSLContext | None) -> asyncio.Server:
        # Each server has a socket of its own to close, and all of them take from one queue. It is
        # started by who has hold of it: what is cancelled on the way can then be closed.
        return await asyncio.get_running_loop().create_server(
            self._connection,
            sock=self._socket.dup(),
            backlog=_BACKLOG,
            ssl=context,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS if context else None,
            ssl_shutdown_timeout=self._reception.limits.linger_seconds if context else None,
            start_serving=False,
        )

    def _connection(self) -> Connection:
        if self._address.tls:
            meters.TLS_HANDSHAKES.inc()
        return Connection(self._reception, self._address.door)


def _bound(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    place = (address.host, address.port)
    return socket.create_server(place, family=family, backlog=_BACKLOG, reuse_port=address.shared)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
