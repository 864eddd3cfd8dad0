"""How attempts, ticks and evidence are written down: to JSON and back, without loss."""

from typing import Any

from pydantic import TypeAdapter

from worklist.domain.evidence import Attempt, Evidence
from worklist.domain.tasks import Tick

_ATTEMPTS = TypeAdapter(tuple[Attempt, ...])
_TICKS = TypeAdapter(tuple[Tick, ...])
_EVIDENCE = TypeAdapter(Evidence | None)


def attempts_to_json(attempts: tuple[Attempt, ...]) -> list[dict[str, Any]]:
    return _ATTEMPTS.dump_python(attempts, mode="json")


def attempts_from_json(stored: object) -> tuple[Attempt, ...]:
    return _ATTEMPTS.validate_python(stored)


def ticks_to_json(ticks: tuple[Tick, ...]) -> list[dict[str, Any]]:
    return _TICKS.dump_python(ticks, mode="json")


def ticks_from_json(stored: object) -> tuple[Tick, ...]:
    return _TICKS.validate_python(stored)


def evidence_to_json(evidence: Evidence | None) -> dict[str, Any] | None:
    return _EVIDENCE.dump_python(evidence, mode="json")


def evidence_from_json(stored: object) -> Evidence | None:
    return _EVIDENCE.validate_python(stored)
