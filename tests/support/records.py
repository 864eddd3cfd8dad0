"""A Kafka record as a client hands it over, for tests of what reads one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ARecord:
    headers: list[tuple[str, bytes | None]]
    key: bytes | None = b"key"
    value: bytes | None = b"{}"
    topic: str = "things.v1"
    partition: int = 2
    offset: int = 7
