"""Who is to be told: the primary care provider, at the address that message or directory gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifier.domain.facts import Clinician
from notifier.domain.notices import Recipient

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A clinician in a site's directory."""

    name: str
    email: str


def recipient_of(provider: Clinician | None, directory: Mapping[str, Entry]) -> Recipient | None:
    """The recipient, None if nobody is named; without an address where nobody knows one.

    What the message says goes before the directory, unless it is no address at all.
    """
    if provider is None or not (provider.identifier or provider.name):
        return None
    entry = directory.get(provider.identifier)
    name = provider.name or (entry.name if entry else provider.identifier)
    for address in (provider.email, entry.email if entry else None):
        if address and len(address) <= 254 and address.isascii() and _ADDRESS.fullmatch(address):  # noqa: PLR2004 - RFC 5321's limit
            return Recipient(name, address)
    return Recipient(name)
