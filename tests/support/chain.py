"""A whole stack as its users meet it: the wire, the pages' REST, the mail catcher, the console."""

import socket
from dataclasses import dataclass
from typing import Any, Self

import httpx
from tests.support.eventually import eventually_sync
from tests.support.hl7_builders import framed

END = b"\x1c\r"


class Wire:
    """A persistent MLLP connection of a test's own, answers read one by one."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._pending = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def put(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._socket.sendall(data)

    def answer(self) -> str:
        """The next answer's text."""
        while END not in self._pending:
            data = self._socket.recv(65536)
            if not data:
                raise AssertionError("the connection was closed without an answer")
            self._pending += data
        frame, _, self._pending = self._pending.partition(END)
        return frame.lstrip(b"\x0b").decode("utf-8", "replace")

    def say(self, message: bytes) -> str:
        """Send one message and give back its acknowledgement code."""
        self.put(framed(message))
        return code_of(self.answer())


def code_of(answer: str) -> str:
    """MSA-1 of an answer."""
    return next(s for s in answer.split("\r") if s.startswith("MSA")).split("|")[1]


@dataclass(frozen=True)
class Chain:
    """The stack through its users' eyes."""

    mllp_port: int
    worklist_url: str
    monitor_url: str
    mail_url: str
    token: str
    nurse_token: str

    def wire(self) -> Wire:
        return Wire(self.mllp_port)

    def say(self, *messages: bytes) -> list[str]:
        """Send messages over one connection; their acknowledgement codes."""
        with self.wire() as wire:
            return [wire.say(message) for message in messages]

    def get(self, path: str, **query: str) -> Any:
        return self._ask(self.worklist_url, path, query)

    def ask_monitor(self, path: str, **query: str) -> Any:
        return self._ask(self.monitor_url, path, query)

    def transitions(self, site: str, mrn: str, **query: str) -> list[dict[str, Any]]:
        return self.get("/api/transitions", site=site, mrn=mrn, **query)["items"]

    def encounters(self, site: str, mrn: str) -> list[dict[str, Any]]:
        return self.get("/api/encounters", site=site, mrn=mrn)["items"]

    def mails(self) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.mail_url}/api/messages", timeout=10).raise_for_status()
        return answer.json()["items"]

    def _ask(self, url: str, path: str, query: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{url}{path}", params=query, headers=headers, timeout=10)
        return answer.raise_for_status().json()

    def one_transition(self, site: str, mrn: str, within: float = 15) -> dict[str, Any]:
        """The patient's only transition, once it is there."""
        return eventually_sync(
            lambda: self.transitions(site, mrn), until=lambda found: len(found) == 1, within=within
        )[0]
