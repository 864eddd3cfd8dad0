"""Knows the messages that operators hand in, who speak for every site and may repair.

Whoever runs a command with the service's own secret is an operator. The proof covers the message
and what it repairs, so that one that was overheard is good for nothing else.
"""

import hashlib
import hmac
from typing import Final

OPERATOR_HEADER: Final = "Homeward-Operator"
REPAIRS_HEADER: Final = "Homeward-Repairs"
"""The event id of the refused message that this one is the repaired form of."""

_UNIT: Final = b"\x1f"


def proof_of(secret: str, data: bytes, repairs: str) -> str:
    """The proof that goes with a message that an operator hands in."""
    content = _UNIT.join([b"operator", repairs.encode(), hashlib.sha256(data).digest()])
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def is_proof(given: str, secret: str, data: bytes, repairs: str) -> bool:
    """Whether `given` is that proof."""
    return hmac.compare_digest(given.encode(), proof_of(secret, data, repairs).encode())
