"""What was said under one medical record number: of the person, and of what became of numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from transition_orchestrator.domain.encounter import Continuation
from transition_orchestrator.domain.merging import (
    MOVED_TO,
    PURGED,
    Facts,
    Json,
    Stamp,
    Timeline,
    with_facts,
)
from transition_orchestrator.domain.messages import (
    Message,
    MessageKind,
    PatientKey,
    PatientName,
    VisitKey,
    VisitNumber,
)

MERGED_INTO = "merged_into"
"""The fact that a number was merged into another, or became it: the survivor's key."""
_ACCOUNT = "account:"
_WITH_HISTORY = frozenset({"deceased", "primary_care_provider", MOVED_TO})
_UNITE = frozenset({MessageKind.PATIENT_MERGED, MessageKind.NUMBER_CHANGED})
_OF_ACCOUNTS: Mapping[MessageKind, Continuation] = {
    MessageKind.ACCOUNT_MERGED: Continuation.MERGED,
    MessageKind.ACCOUNT_MOVED: Continuation.RENUMBERED,
    MessageKind.NUMBER_CHANGED: Continuation.RENUMBERED,
    MessageKind.CLASS_CHANGED: Continuation.CLASS_CHANGED,
}


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What was said under one medical record number."""

    patient_key: PatientKey
    mrn: str
    authority: str
    site: str
    facts: Facts = field(default_factory=dict[str, Timeline])

    def after(self, said: Mapping[str, Json], stamp: Stamp) -> "PersonRecord":
        facts = with_facts(self.facts, said, stamp, _WITH_HISTORY)
        return self if facts is self.facts else replace(self, facts=facts)


Records = Mapping[PatientKey, PersonRecord]


def records_after(records: Records, message: Message) -> dict[PatientKey, PersonRecord]:
    """The records with what a message said of persons; unchanged ones stay the same objects."""
    after = dict(records)

    def say(name: PatientName, said: Mapping[str, Json]) -> None:
        known = after.get(name.key) or _blank(name, message)
        after[name.key] = known.after(said, message.stamp)

    purged = message.kind is MessageKind.PATIENT_DELETED
    say(message.patient, {PURGED: True} if purged else message.patient_facts)
    if message.prior:
        say(message.prior, _said_of_prior(message))
    if message.prior_account and message.kind in _OF_ACCOUNTS:
        say(message.prior or message.patient, _said_of_account(message))
    return after


def _blank(name: PatientName, message: Message) -> PersonRecord:
    return PersonRecord(name.key, name.mrn, name.authority, message.site)


def _said_of_prior(message: Message) -> Mapping[str, Json]:
    if message.kind in _UNITE:
        return {MERGED_INTO: message.patient.key}
    return {MOVED_TO: message.patient.key} if message.kind is MessageKind.PATIENT_MOVED else {}


def _said_of_account(message: Message) -> Mapping[str, Json]:
    now = message.visit_facts.get("account_number")
    goes_on = message.visit is not None and message.prior_visit is None
    return {
        f"{_ACCOUNT}{message.prior_account}": {
            "account": now if isinstance(now, str) else message.prior_account,
            "how": _OF_ACCOUNTS[message.kind].value,
            "visit": message.visit.key if message.visit and goes_on else None,
            "owner": message.patient.key if message.prior else None,
        }
    }


@dataclass(frozen=True, slots=True)
class AccountChange:
    """That one account of a person goes on as another, or is somebody else's."""

    account: str
    into: str
    how: Continuation
    stamp: Stamp
    visit: VisitNumber | None
    """The visit that goes on under it, where its kind changed."""
    owner: PatientKey | None


def account_changes(record: PersonRecord) -> Iterator[AccountChange]:
    """What was said of the accounts under one number."""
    for name, timeline in record.facts.items():
        newest = timeline.newest
        if name.startswith(_ACCOUNT) and newest and isinstance(newest.value, dict):
            visit, owner = newest.value.get("visit"), newest.value.get("owner")
            number = VisitKey(str(visit)), PatientKey(str(owner or record.patient_key))
            yield AccountChange(
                account=name.removeprefix(_ACCOUNT),
                into=str(newest.value.get("account")),
                how=Continuation(str(newest.value.get("how"))),
                stamp=newest.stamp,
                visit=VisitNumber(*number) if visit else None,
                owner=PatientKey(str(owner)) if owner else None,
            )
