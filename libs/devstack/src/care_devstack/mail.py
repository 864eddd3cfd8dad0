"""A mail server that delivers to nobody: it keeps every mail and shows it, in a browser or as JSON.

`python -m care_devstack.mail HOST SMTP_PORT HTTP_PORT FOLDER`. Mails live in a folder too,
so that a restart keeps them.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader


@dataclass(frozen=True, kw_only=True)
class CaughtMail:
    """One mail as it came over the wire: the envelope's addresses and the message's bytes."""

    number: int
    sender: str
    recipients: Sequence[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    def summary(self) -> dict[str, object]:
        """What a list shows, and what a test compares."""
        message = self.message
        return {
            "id": self.number,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": str(message["Subject"] or ""),
            "date": str(message["Date"] or ""),
            "message_id": str(message["Message-ID"] or ""),
        }

    def whole(self) -> dict[str, object]:
        """The mail with all its headers and texts."""
        message = self.message
        return {
            **self.summary(),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": _text_of(message, "plain"),
            "html": _text_of(message, "html"),
        }


def _text_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


@dataclass
class MailBox:
    """Every mail caught and not yet cleared, in a folder and in memory."""

    folder: Path
    _mails: dict[int, CaughtMail] = field(default_factory=dict[int, CaughtMail])

    def open(self) -> None:
        """Read what an earlier run has kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(self.folder.glob("*.eml")):
            envelope, _, content = file.read_bytes().partition(b"\n")
            sender, *recipients = envelope.decode().split("\t")
            number = int(file.stem)
            self._mails[number] = CaughtMail(
                number=number, sender=sender, recipients=recipients, content=content
            )

    def keep(self, sender: str, recipients: Sequence[str], content: bytes) -> None:
        """Take a mail in; it is in the folder before the sender hears yes."""
        number = max(self._mails, default=0) + 1
        mail = CaughtMail(number=number, sender=sender, recipients=recipients, content=content)
        file = self.folder / f"{number:08d}.eml"
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes("\t".join([sender, *recipients]).encode() + b"\n" + content)
        unfinished.replace(file)
        self._mails[number] = mail

    def newest_first(self) -> list[CaughtMail]:
        return [self._mails[number] for number in sorted(self._mails, reverse=True)]

    def mail(self, number: int) -> CaughtMail | None:
        return self._mails.get(number)

    def clear(self) -> None:
        self._mails.clear()
        for file in self.folder.glob("*.eml"):
            file.unlink()


@dataclass(frozen=True)
class Intake:
    """Answers SMTP's DATA; its method's name is the SMTP library's."""

    box: MailBox

    async def handle_DATA(  # noqa: N802 - the library looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "451 the mail was not read as bytes"
        self.box.keep(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 caught"


def pages(box: MailBox) -> FastAPI:
    """The box in a browser and as JSON."""
    app = FastAPI(title="Mail catcher", docs_url=None, redoc_url=None)
    templates = Environment(loader=PackageLoader("care_devstack"), autoescape=True)

    @app.get("/")
    async def show_list() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction] - a route
        mails = [mail.summary() for mail in box.newest_first()]
        return HTMLResponse(templates.get_template("mails.html").render(mails=mails))

    @app.get("/mails/{number}")
    async def show_mail(number: int) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        mail = _found(box, number).whole()
        return HTMLResponse(templates.get_template("mail.html").render(mail=mail))

    @app.get("/api/messages")
    async def give_all() -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        return {"items": [mail.whole() for mail in box.newest_first()]}

    @app.get("/api/messages/{number}")
    async def give_one(number: int) -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        return _found(box, number).whole()

    @app.delete("/api/messages", status_code=204)
    async def clear() -> Response:  # pyright: ignore[reportUnusedFunction]
        box.clear()
        return Response(status_code=204)

    return app


def _found(box: MailBox, number: int) -> CaughtMail:
    mail = box.mail(number)
    if mail is None:
        raise HTTPException(404, "no such mail")
    return mail


async def serve(host: str, smtp_port: int, http_port: int, folder: Path) -> None:
    """Catch and show until SIGTERM or SIGINT."""
    box = MailBox(folder)
    box.open()
    config = uvicorn.Config(
        pages(box), host=host, port=http_port, log_config=None, access_log=False, lifespan="off"
    )
    smtp = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Intake(box), hostname=host, ident="catcher"), host, smtp_port
    )
    async with smtp:
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
