"""Names events after what they tell of, so that a message sent again makes no new ones."""

import hashlib
from dataclasses import dataclass
from typing import Self

from adt_ingest.domain.reader import Header

_UNIT: str = "\x1f"
_DIGITS: int = 32


@dataclass(frozen=True, slots=True)
class EventIds:
    """The ids of all events of one message: from its sender, its control id and all its bytes.

    A control id that its sender uses again for other content therefore makes other events.
    """

    name: str
    """What the sender calls the message: its application, facility and control id."""
    digest: str
    """Of all its bytes."""

    @classmethod
    def of(cls, data: bytes, header: Header | None) -> Self:
        named = ("", "", "") if header is None else tuple(header.first(n) for n in (3, 4, 10))
        return cls(_UNIT.join(named), hashlib.sha256(data).hexdigest())

    def of_kind(self, kind: str, index: int = 0) -> str:
        """32 hex digits; `index` tells apart the events of one kind in one message."""
        named = [self.name, self.digest, kind]
        if index:
            named.append(str(index))
        text = _UNIT.join(named).encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()[:_DIGITS]
