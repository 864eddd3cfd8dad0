"""The mail catcher takes mail by SMTP, shows it, and keeps it over a restart."""

import signal
import smtplib
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from tests.support.eventually import eventually_sync

from care_devstack.ports import HOST, answers, free_ports
from care_devstack.processes import Part, end_part, running, start
from care_devstack.settings import environment


@pytest.fixture
def ports() -> tuple[int, int]:
    smtp, pages = free_ports(2)
    return smtp, pages


@pytest.fixture
def begin(tmp_path: Path, ports: tuple[int, int]) -> Iterator[Callable[[], None]]:
    """Starts the catcher, again if it runs already."""

    def end() -> None:
        end_part(running(tmp_path).get("mail", []), signal.SIGTERM, grace_seconds=10)

    def begin() -> None:
        end()
        command = [sys.executable, "-m", "care_devstack.mail", HOST, *map(str, ports)]
        command.append(str(tmp_path / "mail"))
        start(
            Part(
                name="mail", command=command, environment=environment(), log=tmp_path / "mail.log"
            ),
            tmp_path,
        )
        eventually_sync(lambda: all(answers(port) for port in ports))

    yield begin
    end()


@pytest.fixture
def client(begin: Callable[[], None], ports: tuple[int, int]) -> Iterator[httpx.Client]:
    begin()
    with httpx.Client(base_url=f"http://{HOST}:{ports[1]}") as client:
        yield client


def _send(port: int, subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "transitions@homeward.example"
    message["To"], message["Message-ID"] = "pcp@practice.example", "<one@homeward.example>"
    message.set_content(text)
    with smtplib.SMTP(HOST, port) as smtp:
        smtp.send_message(message)


def test_a_mail_is_in_the_list_and_can_be_read(
    client: httpx.Client, ports: tuple[int, int]
) -> None:
    _send(ports[0], "A <patient> was discharged", "Please see the worklist. Grüße")
    [mail] = client.get("/api/messages").json()["items"]
    assert mail["to"] == ["pcp@practice.example"]
    assert mail["from"] == "transitions@homeward.example"
    assert mail["message_id"] == "<one@homeward.example>"
    assert mail["text"] == "Please see the worklist. Grüße\n"
    assert client.get(f"/api/messages/{mail['id']}").json() == mail
    assert "A &lt;patient&gt; was discharged" in client.get("/").text
    assert "Please see the worklist. Grüße" in client.get(f"/mails/{mail['id']}").text


def test_a_restart_keeps_what_was_caught(
    client: httpx.Client, begin: Callable[[], None], ports: tuple[int, int]
) -> None:
    _send(ports[0], "first", "1")
    _send(ports[0], "second", "2")
    before = client.get("/api/messages").json()
    begin()
    assert client.get("/api/messages").json() == before
    _send(ports[0], "third", "3")
    items = client.get("/api/messages").json()["items"]
    assert [mail["subject"] for mail in items] == ["third", "second", "first"]


def test_cleared_mails_are_gone_for_good(
    client: httpx.Client, begin: Callable[[], None], ports: tuple[int, int]
) -> None:
    _send(ports[0], "first", "1")
    assert client.delete("/api/messages").status_code == 204
    begin()
    assert client.get("/api/messages").json() == {"items": []}
    assert client.get("/mails/1").status_code == 404
