"""Hands letters to the mail server by SMTP, and says which refusals are for good."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib

from notifier.ports import Letter, LetterDeferredError, LetterLostError, LetterRefusedError

_FOR_GOOD = range(500, 600)
_ABOUT_THE_LETTER = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
"""Errors in which the server speaks of this letter, not of us (our login, our sender's address) nor
of the connection: those a person can mend within the day, and no notice must be lost to them."""


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach the mail server."""

    host: str
    port: int
    timeout_seconds: float
    use_tls: bool = False
    start_tls: bool = False
    username: str | None = None
    password: str | None = None


class SmtpMailer:
    """A mail server, a connection a letter."""

    def __init__(self, server: Server, *, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, letter: Letter, at: datetime) -> None:
        """Hand a letter over. Raises LetterError, of the kind that fits."""
        try:
            async with asyncio.timeout(self._server.timeout_seconds):
                await self._send(letter, at)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _about_the_letter(error.recipients[0].code) from error
        except _ABOUT_THE_LETTER as error:
            raise _about_the_letter(error.code) from error
        except aiosmtplib.SMTPResponseException as error:
            raise LetterDeferredError(f"smtp_{error.code}") from error
        except aiosmtplib.SMTPConnectError as error:
            raise LetterDeferredError("unreachable") from error
        except (aiosmtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise LetterLostError("no_answer") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise LetterDeferredError("unreachable") from error

    async def _send(self, letter: Letter, at: datetime) -> None:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=_domain(self._sender),  # else it is looked up, and blocks the loop
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            username=server.username,
            password=server.password,
        )
        try:
            await client.connect()
            mail = mail_of(letter, sender=self._sender, at=at)
            await client.send_message(mail, sender=self._sender, recipients=[letter.address])
            await _take_leave(client)
        finally:
            client.close()


async def _take_leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye; the letter is delivered whether the server answers that or not."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await client.quit()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _about_the_letter(code: int) -> LetterRefusedError | LetterDeferredError:
    return (LetterRefusedError if code in _FOR_GOOD else LetterDeferredError)(f"smtp_{code}")


def mail_of(letter: Letter, *, sender: str, at: datetime) -> EmailMessage:
    """The mail that carries a letter; its Message-ID is the same on every attempt."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{letter.notification_id}@{_domain(sender)}>"
    mail["X-Notification-Id"] = str(letter.notification_id)
    mail["Date"] = format_datetime(at)
    mail["From"] = Address("Homeward", addr_spec=sender)
    mail["To"] = Address(_printable(letter.name), addr_spec=letter.address)
    mail["Subject"] = _printable(letter.subject)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


def _printable(text: str) -> str:
    """Without line ends and other control characters, which could begin another header."""
    return "".join(character if character.isprintable() else " " for character in text)
