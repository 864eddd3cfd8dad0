"""Chooses the number that names a patient or a visit among those that a message gives."""

from typing import Final, NamedTuple

from adt_ingest.domain.facts import undeleted
from adt_ingest.domain.reader import DELETED, Marks, Segment

_COMPONENTS: Final = 5
_RECORD_NUMBER: Final = "MR"
_PREFERENCE: Final = {_RECORD_NUMBER: 0, "PI": 1, "PT": 2, "": 3}
_OTHER_KINDS: Final = 4
_SOCIAL_SECURITY: Final = frozenset({"SS", "SSN"})
_NOT_LOCAL: Final = frozenset({"MC", "MA", "DL", "PPN", "AN", "VN", *_SOCIAL_SECURITY})
"""Payers', the state's and a visit's numbers: they do not say which of our patients it is."""


class Identifier(NamedTuple):
    """One CX: the number, who assigned it, and its kind (table 0203) where it is said."""

    value: str
    authority: str
    kind: str


def identifier_fact(identifier: Identifier) -> dict[str, str | None]:
    """An identifier as an event tells of it."""
    return {
        "value": identifier.value,
        "authority": identifier.authority,
        "kind": identifier.kind or None,
    }


def identifiers_in(segment: Segment, number: int, *, own_authority: str) -> list[Identifier]:
    """The identifiers of a CX field, social security numbers left out: they are not to be shown."""
    raw, marks = segment.raw(number), segment.marks
    found: list[Identifier] = []
    for text in raw.split(marks.repetition) if raw else ():
        value, authority, kind = _parts(text, marks)
        if value and kind not in _SOCIAL_SECURITY:
            found.append(Identifier(value, authority or own_authority, kind))
    return found


def _parts(text: str, marks: Marks) -> tuple[str, str, str]:
    """What of a CX matters, trimmed; here what is deleted is as good as empty."""
    if text.isalnum():
        return text, "", ""
    parts = marks.components(text)
    if len(parts) < _COMPONENTS:
        parts += [""] * (_COMPONENTS - len(parts))
    found = parts[0].strip(), parts[3].strip(), parts[4].strip().upper()
    if not found[1]:  # an authority may be given by its universal id alone
        universal = next(filter(None, marks.subcomponents(text, 4)), "").strip()
        found = found[0], universal, found[2]
    if DELETED in found:
        return undeleted(found[0]), undeleted(found[1]), undeleted(found[2])
    return found


def local(identifiers: list[Identifier]) -> list[Identifier]:
    """Those that may say which of our patients it is."""
    return [each for each in identifiers if each.kind not in _NOT_LOCAL]


def patient_number(identifiers: list[Identifier], *, own_authority: str) -> Identifier | None:
    """The one that names the patient here: medical record numbers first, then own ones."""
    for each in identifiers:
        if each.kind == _RECORD_NUMBER and each.authority == own_authority:
            return each
    return min(
        local(identifiers),
        key=lambda each: (
            _PREFERENCE.get(each.kind, _OTHER_KINDS),
            each.authority != own_authority,
        ),
        default=None,
    )


def visit_number(
    pv1: Segment | None, pid: Segment | None, *, own_authority: str
) -> Identifier | None:
    """The identifier of the visit: PV1-19, else the account number PID-18."""
    for segment, number in ((pv1, 19), (pid, 18)):
        if segment is not None:
            found = identifiers_in(segment, number, own_authority=own_authority)
            if found:
                return found[0]
    return None
