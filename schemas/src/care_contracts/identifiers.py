"""Opaque keys: how a patient or a visit is named where names may be seen (Kafka, spans, logs)."""

import hmac
from functools import lru_cache

from care_contracts.base import Contract


class Identifier(Contract):
    """One identifier of a person: its value, who assigned it, and its kind (`MR`, `PI`, ...)."""

    value: str
    authority: str
    kind: str | None = None


@lru_cache(maxsize=8192)  # a patient's and a visit's messages come many a day
def _keyed(secret: str, *parts: str) -> str:
    message = "\x1f".join(parts).encode()
    return hmac.digest(secret.encode(), message, "sha256")[:16].hex()


def patient_key(secret: str, *, site: str, authority: str, mrn: str) -> str:
    """The opaque key of a patient: 32 hex digits, the same for the same identifier."""
    return _keyed(secret, "patient", site, authority, mrn)


def visit_key(secret: str, *, site: str, authority: str, visit: str) -> str:
    """The opaque key of a visit: 32 hex digits."""
    return _keyed(secret, "visit", site, authority, visit)
