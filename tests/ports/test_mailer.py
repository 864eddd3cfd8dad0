"""The mail server as the notifier sees it: what it takes, what it refuses, what it puts off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.mail_catcher import MailCatcher
from tests.support.manual_clock import START
from tests.support.notifier_fakes import FakeMailer

from notifier.mailer import Server, SmtpMailer
from notifier.ports import Letter, LetterDeferredError, LetterLostError, LetterRefusedError, Mailer

LETTER = Letter(
    notification_id=UUID("780b3f6e-d003-535d-87e4-ac3c3de9d0f5"),
    name="Ada Quill",
    address="ada@example.org",
    subject="Notice of admission",
    text="Dear Ada Quill,\n\nyour patient Ann Doe was admitted.\n",
    html="<p>Dear Ada Quill,</p>\n",
)


SENDER = "care@homeward.example"


def mailer_at(port: int, *, patience: float = 5.0, username: str | None = None) -> SmtpMailer:
    server = Server("127.0.0.1", port, patience, username=username, password=username)
    return SmtpMailer(server, sender=SENDER)


@pytest.fixture(params=["memory", "smtp"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@asynccontextmanager
async def answering(kind: str, *, taken: bool, code: int) -> AsyncGenerator[Mailer]:
    """A mail server that takes the next letter, or answers with a code."""
    if kind == "memory":
        mailer = FakeMailer()
        error = LetterRefusedError if code >= 500 else LetterDeferredError
        mailer.refusals = [] if taken else [error(f"smtp_{code}")]
        yield mailer
    else:
        answer = "250 OK" if taken else f"{code} no"
        async with MailCatcher(recipient_answer=answer) as catcher:
            yield mailer_at(catcher.port)


async def test_a_letter_is_taken_over(kind: str) -> None:
    async with answering(kind, taken=True, code=250) as mailer:
        await mailer.send(LETTER, START)


async def test_a_recipient_who_is_not_there_is_a_refusal(kind: str) -> None:
    async with answering(kind, taken=False, code=550) as mailer:
        with pytest.raises(LetterRefusedError, match="smtp_550"):
            await mailer.send(LETTER, START)


async def test_a_full_mailbox_puts_the_letter_off(kind: str) -> None:
    async with answering(kind, taken=False, code=452) as mailer:
        with pytest.raises(LetterDeferredError, match="smtp_452"):
            await mailer.send(LETTER, START)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("554 no", LetterRefusedError), ("451 later", LetterDeferredError)],
)
async def test_a_letter_may_be_refused_for_its_content(answer: str, error: type[Exception]) -> None:
    async with MailCatcher(data_answer=answer) as catcher:
        with pytest.raises(error, match=f"smtp_{answer[:3]}"):
            await mailer_at(catcher.port).send(LETTER, START)


async def test_a_server_that_is_away_puts_the_letter_off() -> None:
    async with MailCatcher() as catcher:
        port = catcher.port
    with pytest.raises(LetterDeferredError, match="unreachable"):
        await mailer_at(port).send(LETTER, START)


async def test_a_letter_is_lost_sight_of_where_the_server_falls_silent() -> None:
    async with MailCatcher(holding=asyncio.Event()) as catcher:
        with pytest.raises(LetterLostError, match="no_answer"):
            await mailer_at(catcher.port, patience=0.2).send(LETTER, START)


async def test_a_login_that_does_not_work_puts_the_letter_off_until_someone_mends_it() -> None:
    async with MailCatcher() as catcher:
        with pytest.raises(LetterDeferredError):
            await mailer_at(catcher.port, username="us").send(LETTER, START)


async def test_a_mail_carries_its_id_and_both_texts() -> None:
    async with MailCatcher() as catcher:
        await mailer_at(catcher.port).send(LETTER, START)
        await mailer_at(catcher.port).send(LETTER, START)
    first, second = catcher.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"] == f"<{LETTER.notification_id}@homeward.example>"
    assert first["X-Notification-Id"] == str(LETTER.notification_id)
    assert first["To"] == "Ada Quill <ada@example.org>"
    assert first["Subject"] == "Notice of admission"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"].datetime == START
    assert catcher.recipients == ["ada@example.org"] * 2
    texts = [first.get_body((subtype,)) for subtype in ("plain", "html")]
    assert [text.get_content().replace("\r", "") for text in texts if text] == [
        LETTER.text,
        LETTER.html,
    ]


@pytest.mark.parametrize("name", ["Ada\r\nBcc: eve@example.org", "Esmé Hollowbrook", 'Q, "A"'])
async def test_whatever_a_name_holds_the_mail_goes_to_its_recipient_alone(name: str) -> None:
    async with MailCatcher() as catcher:
        await mailer_at(catcher.port).send(replace(LETTER, name=name), START)
    (mail,) = catcher.mails
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@example.org"]
