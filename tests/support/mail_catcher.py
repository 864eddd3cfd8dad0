"""A mail server on a free port that keeps what it takes and answers as it is told."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.support.eventually import eventually


@dataclass
class MailCatcher:
    """Takes every mail, unless its answers say otherwise."""

    recipient_answer: str = "250 OK"
    data_answer: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    recipients: list[str] = field(default_factory=list[str])
    holding: asyncio.Event | None = None
    """While this is not set, a mail that came in whole gets no answer."""
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: list[SMTP] = field(default_factory=list[SMTP])

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.close()
        await eventually(lambda: all(one.transport is None for one in self._connections))
        await self._server.wait_closed()

    def _connected(self) -> SMTP:
        connection = SMTP(self)
        self._connections.append(connection)
        return connection

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        if self.data_answer.startswith("250"):
            self.mails.append(message_from_bytes(content, policy=policy.default))
        if self.holding is not None:
            await self.holding.wait()
        return self.data_answer
