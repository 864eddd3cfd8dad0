"""Who is to be told: who needs it to care for the patient, and is known (42 CFR 482.24(d)).

The primary care provider, the practitioners whom the patient names, and the post-acute provider
that the patient goes to. Nobody else, whoever stands in the directory; and nobody if the patient
objects.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifier.domain.facts import Clinician, PersonFacts, StayFacts, named, said
from notifier.domain.notices import Addressee, Recipient, Role

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+")
_TO_OTHERS = frozenset(
    {"03", "04", "06", "61", "62", "63", "64", "65", "83", "84", "86", "89", "90", "91", "92", "93"}
)
"""UB-04 FL17: a facility or an agency goes on caring for the patient."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A clinician in a site's directory, or a post-acute provider."""

    name: str
    email: str
    destinations: frozenset[str] = frozenset()
    """The codes of the places that are this provider."""
    dispositions: frozenset[str] = frozenset()
    """UB-04 FL17: discharges that go to this provider if they name no place."""


def recipients_of(
    person: PersonFacts, stay: StayFacts, directory: Mapping[str, Entry]
) -> Mapping[Addressee, Recipient | None]:
    """All who are to be told of a visit; None for a primary care provider whom nobody names.

    Who has two of the roles is told once, for the first of them.
    """
    primary = recipient_of(named(person.primary_care_provider), directory)
    found: dict[Addressee, Recipient | None] = {Addressee(): primary}
    mailboxes = {primary.mailbox} if primary and primary.mailbox else set[str]()
    for addressee, recipient in (*_named_by_patient(person, directory), *_after(stay, directory)):
        if recipient.mailbox not in mailboxes:
            found[addressee] = recipient
        if recipient.mailbox:
            mailboxes.add(recipient.mailbox)
    return found


def objects(person: PersonFacts, stay: StayFacts) -> bool:
    """Whether the patient does not want others to be told, of anything or of this visit."""
    return bool(said(person.objection) or said(stay.objection))


def is_protected(person: PersonFacts, stay: StayFacts) -> bool:
    """Whether others are to be kept from knowing of the person, or of this visit."""
    return bool(said(person.protected) or said(stay.protected)) or objects(person, stay)


def recipient_of(provider: Clinician | None, directory: Mapping[str, Entry]) -> Recipient | None:
    """The recipient, None if nobody is named; without an address where nobody knows one.

    What the message says goes before the directory, unless it is no address at all.
    """
    if provider is None or not (provider.identifier or provider.name):
        return None
    entry = directory.get(provider.identifier)
    name = provider.name or (entry.name if entry else provider.identifier)
    for address in (provider.email, entry.email if entry else None):
        if address and _is_address(address):
            return Recipient(name, address)
    return Recipient(name)


def _is_address(text: str) -> bool:
    return len(text) <= 254 and text.isascii() and bool(_ADDRESS.fullmatch(text))  # noqa: PLR2004 - RFC 5321's limit


def _named_by_patient(
    person: PersonFacts, directory: Mapping[str, Entry]
) -> Iterator[tuple[Addressee, Recipient]]:
    practitioners = person.named_practitioners
    for practitioner in practitioners.value if practitioners else ():
        recipient = recipient_of(practitioner, directory)
        if recipient is not None:
            key = practitioner.identifier or practitioner.name
            yield Addressee(Role.NAMED_BY_PATIENT, key), recipient


def _after(
    stay: StayFacts, directory: Mapping[str, Entry]
) -> Iterator[tuple[Addressee, Recipient]]:
    """Who cares for the patient afterwards; a place that nobody knows has no address."""
    place, disposition = said(stay.discharged_to), said(stay.disposition)
    known = [
        (identifier, entry)
        for identifier, entry in directory.items()
        if (place in entry.destinations if place else disposition in entry.dispositions)
    ]
    for identifier, entry in known:
        address = entry.email if _is_address(entry.email) else None
        yield Addressee(Role.POST_ACUTE_PROVIDER, identifier), Recipient(entry.name, address)
    if place and not known and disposition in _TO_OTHERS:
        yield Addressee(Role.POST_ACUTE_PROVIDER, place), Recipient(place)
