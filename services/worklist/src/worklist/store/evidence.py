"""How attempts and evidence are written down: domain values to JSON and back, without loss."""

from typing import Any

from pydantic import TypeAdapter

from worklist.domain.evidence import Attempt, Evidence

_ATTEMPTS = TypeAdapter(tuple[Attempt, ...])
_EVIDENCE = TypeAdapter(Evidence | None)


def attempts_to_json(attempts: tuple[Attempt, ...]) -> list[dict[str, Any]]:
    return _ATTEMPTS.dump_python(attempts, mode="json")


def attempts_from_json(stored: object) -> tuple[Attempt, ...]:
    return _ATTEMPTS.validate_python(stored)


def evidence_to_json(evidence: Evidence | None) -> dict[str, Any] | None:
    return _EVIDENCE.dump_python(evidence, mode="json")


def evidence_from_json(stored: object) -> Evidence | None:
    return _EVIDENCE.validate_python(stored)
