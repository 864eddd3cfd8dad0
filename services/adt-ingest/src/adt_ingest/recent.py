"""Remembers which messages came lately, to say that one came before or that its id was used anew.

It changes no answer and drops nothing. It knows only what this process took, and of that only the
last so many: the journal of flow-monitor, where all received messages are, can tell for good.
"""

import hashlib
from collections import OrderedDict
from typing import Final

RESENT: Final = "resent"
"""The same bytes came before."""
CONTROL_ID_REUSED: Final = "control_id_reused"
"""Other bytes came before under the same control id of the same sender."""


_LONGEST_NAME: Final = 200


class Recent:
    """The digests last seen under the last `limit` control ids."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._digests: OrderedDict[str, str] = OrderedDict()

    def flag(self, name: str, digest: str) -> str:
        """What is to be said of a message with this name and digest; nothing where it is new."""
        if len(name) > _LONGEST_NAME:  # a sender could else fill the memory with its names
            name = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        before = self._digests.get(name)
        self._digests[name] = digest
        if before is None:
            if len(self._digests) > self._limit:
                self._digests.popitem(last=False)
            return ""
        self._digests.move_to_end(name)
        return RESENT if before == digest else CONTROL_ID_REUSED
