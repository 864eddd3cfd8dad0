"""The records that must be decided about together: persons tied by merges and moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from transition_orchestrator.domain.encounter import CONTINUES_AS, Continuation, Encounter
from transition_orchestrator.domain.merging import MOVED_TO, Json
from transition_orchestrator.domain.messages import (
    ClusterKey,
    Message,
    MessageKind,
    PatientKey,
    VisitName,
    VisitNumber,
)
from transition_orchestrator.domain.person_records import PersonRecord, records_after
from transition_orchestrator.domain.transitions import EncounterView, Transition
from transition_orchestrator.domain.work import Work

_CONTINUATIONS: Mapping[MessageKind, Continuation] = {
    MessageKind.VISIT_MERGED: Continuation.MERGED,
    MessageKind.VISIT_MOVED: Continuation.RENUMBERED,
    MessageKind.NUMBER_CHANGED: Continuation.RENUMBERED,
    MessageKind.CLASS_CHANGED: Continuation.CLASS_CHANGED,
}
"""How the prior visit of a message goes on as the visit that it names."""


@dataclass(frozen=True, slots=True)
class FollowedEncounter:
    """A visit with what was last told of it; version 0 was never told."""

    encounter: Encounter
    version: int = 0
    view: EncounterView | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Persons, visits and transitions under one lock."""

    key: ClusterKey
    records: Mapping[PatientKey, PersonRecord] = field(
        default_factory=dict[PatientKey, PersonRecord]
    )
    encounters: Mapping[VisitNumber, FollowedEncounter] = field(
        default_factory=dict[VisitNumber, FollowedEncounter]
    )
    transitions: Mapping[UUID, Transition] = field(default_factory=dict[UUID, Transition])

    def after(self, message: Message) -> "Cluster":
        """The cluster with what a message said."""
        return replace(
            self,
            records=records_after(self.records, message),
            encounters=self._encounters_after(message),
        )

    def _encounters_after(self, message: Message) -> Mapping[VisitNumber, FollowedEncounter]:
        named, prior = message.visit_number, message.prior_visit_number
        after = dict(self.encounters)

        def known(number: VisitNumber, name: VisitName) -> FollowedEncounter:
            blank = Encounter(*number, visit=name.visit, site=message.site)
            return after.get(number) or FollowedEncounter(blank)

        if named and message.visit:
            followed = known(named, message.visit)
            after[named] = replace(followed, encounter=followed.encounter.after(message))
        name, said = message.prior_visit or message.visit, _said_of_prior(message)
        if prior and name and said:
            followed = known(prior, name)
            encounter = followed.encounter.with_said(said, message.stamp)
            after[prior] = replace(followed, encounter=encounter)
        return after

    def with_work(self, transition_id: UUID, code: str, work: Work) -> "Cluster":
        """The cluster after people worked on a step; older news than what is known is none."""
        known = self.transitions.get(transition_id)
        before = known.work.get(code) if known else None
        if known is None or (before and before.version >= work.version):
            return self
        worked = replace(known, work={**known.work, code: work})
        return replace(self, transitions={**self.transitions, transition_id: worked})

    def with_done(self, transition_id: UUID, code: str) -> "Cluster":
        """The cluster after people completed a step."""
        known = self.transitions.get(transition_id)
        if known is None or code in known.done:
            return self
        worked = replace(known, done=known.done | {code})
        return replace(self, transitions={**self.transitions, transition_id: worked})

    @property
    def site(self) -> str:
        """All records of a cluster are one site's: keys and merges never cross sites."""
        return next((record.site for record in self.records.values()), "")


def joined(clusters: Iterable[Cluster]) -> Cluster:
    """Several clusters that turned out to belong together."""
    parts = sorted(clusters, key=lambda cluster: cluster.key)
    if len(parts) == 1:
        return parts[0]
    return Cluster(
        key=parts[0].key,
        records={key: one for part in parts for key, one in part.records.items()},
        encounters={key: one for part in parts for key, one in part.encounters.items()},
        transitions={key: one for part in parts for key, one in part.transitions.items()},
    )


def _said_of_prior(message: Message) -> Mapping[str, Json]:
    """What becomes of the visit that a message speaks of as the one before."""
    named, prior = message.visit_number, message.prior_visit_number
    how = _CONTINUATIONS.get(message.kind)
    if named is None or prior is None or named == prior or how is None:
        return {}
    if message.kind is MessageKind.VISIT_MOVED and message.prior:
        return {MOVED_TO: [*named]}
    return {CONTINUES_AS: [*named, how.value]}


@dataclass(frozen=True, slots=True)
class Gathering:
    """A cluster as it was, piece by piece, and the messages that now concern it."""

    parts: tuple[Cluster, ...]
    messages: tuple[Message, ...]

    @property
    def before(self) -> Cluster:
        return joined(self.parts)


def gatherings_of(clusters: Sequence[Cluster], messages: Sequence[Message]) -> list[Gathering]:
    """Which messages concern which clusters; a message that names two persons joins theirs."""
    grouping = _Grouping(clusters)
    for message in messages:
        grouping.tie(message)
    gathered: dict[str, list[Message]] = {}
    for message in messages:
        gathered.setdefault(grouping.group_of(message), []).append(message)
    parts: dict[str, list[Cluster]] = {}
    for cluster in clusters:
        parts.setdefault(grouping.end_of(cluster.key), []).append(cluster)
    return [
        Gathering(
            tuple(parts.get(group, ())) or (Cluster(ClusterKey(group)),),
            tuple(gathered.get(group, ())),
        )
        for group in sorted({*gathered, *parts})
    ]


class _Grouping:
    """Union and find over cluster keys; a person who is not known yet is a cluster to be."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self._into: dict[str, str] = {}
        self._of_patient: dict[PatientKey, str] = {}
        for cluster in clusters:
            self._of_patient.update(dict.fromkeys(cluster.records, cluster.key))

    def tie(self, message: Message) -> None:
        if message.prior:
            self._union(self.group_of(message), self._of(message.prior.key))

    def group_of(self, message: Message) -> str:
        return self.end_of(self._of(message.patient.key))

    def _of(self, key: PatientKey) -> str:
        return self._of_patient.setdefault(key, key)

    def end_of(self, key: str) -> str:
        while key in self._into:
            key = self._into[key]
        return key

    def _union(self, one: str, other: str) -> None:
        ends = sorted({self.end_of(one), self.end_of(other)})
        if len(ends) > 1:
            self._into[ends[1]] = ends[0]
