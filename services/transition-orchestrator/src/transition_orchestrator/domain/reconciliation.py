"""What is and what should be: the transitions of a cluster, brought into line with what is known.

Everything told outside is a function of what the hospital said, what people completed, the
protocols and the time. So the order in which messages arrive cannot matter, and a change is found
by comparing, never by remembering what led to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from transition_orchestrator.domain.attribution import AttributionRules
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.cluster import Cluster, FollowedEncounter
from transition_orchestrator.domain.desired import Desired, desired_of
from transition_orchestrator.domain.encounter import Encounter
from transition_orchestrator.domain.history import History
from transition_orchestrator.domain.merged_work import ended_by_merge, of_one_account
from transition_orchestrator.domain.messages import PatientKey, VisitKey, VisitNumber
from transition_orchestrator.domain.numbers import Visit, visits_of
from transition_orchestrator.domain.owners import Persons
from transition_orchestrator.domain.person import Person, person_of
from transition_orchestrator.domain.person_records import PersonRecord
from transition_orchestrator.domain.planning import planned_of, planning_of
from transition_orchestrator.domain.programme import Followed, Programme, Programmes
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.domain.situations import Place, Situation
from transition_orchestrator.domain.standing import Change, StandingTransitions
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.transitions import (
    EncounterView,
    TransitionView,
    encounter_id_of,
    episode_id_of,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules of the place and the time it is."""

    days: LocalDays
    programmes: Programmes
    opens_with: Programme
    now: datetime
    risk_rules: RiskRules = field(default_factory=RiskRules)
    attribution: AttributionRules = field(default_factory=AttributionRules)

    @property
    def place(self) -> Place:
        return Place(self.days, self.now, self.risk_rules, self.attribution)

    def programme(self, before: TransitionView | None) -> Programme:
        """What a transition was opened with; a new one gets the site's own."""
        if before is None:
            return self.opens_with
        kept = before.programme or (Followed(before.protocol),)
        return self.programmes.of(kept) if self.programmes.known(kept) else self.opens_with


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The cluster as it now is, and what of it is news."""

    cluster: Cluster
    changes: tuple[Change, ...]
    followed: tuple[FollowedEncounter, ...]


@dataclass(frozen=True, slots=True)
class _Folk:
    """One person of the cluster with their visits."""

    person: Person
    history: History
    visits: Mapping[VisitKey, Visit]


def reconcile(cluster: Cluster, setting: Setting) -> Reconciled:
    """Bring a cluster into line with what is known of it."""
    persons = Persons(cluster.records)
    transitions = StandingTransitions(cluster.transitions.values())
    told: dict[VisitNumber, FollowedEncounter] = {}
    for folk in _folk_of(cluster, persons):
        for stay in folk.history.stays:
            told.update(_told_of(folk, stay, cluster.encounters, setting.days))
        transitions.bring_into_line(_wanted(folk, persons, transitions, setting))
    transitions.give_up_the_rest()
    called_back = _called_back(cluster.encounters.keys() - told.keys(), cluster.encounters)
    encounters = {**cluster.encounters, **told, **dict(called_back)}
    now = replace(cluster, encounters=encounters, transitions=transitions.standing)
    followed = [one for key, one in encounters.items() if one is not cluster.encounters.get(key)]
    return Reconciled(now, tuple(transitions.changes), tuple(followed))


def _folk_of(cluster: Cluster, persons: Persons) -> Iterator[_Folk]:
    """The persons of a cluster, each with the visits under any of their numbers."""
    records: dict[PatientKey, list[PersonRecord]] = {}
    for key, record in cluster.records.items():
        records.setdefault(persons.survivors[key], []).append(record)
    visits: dict[PatientKey, list[Visit]] = {}
    known = {key: followed.encounter for key, followed in cluster.encounters.items()}
    for visit in visits_of(persons, known):
        visits.setdefault(visit.owner, []).append(visit)
    for survivor, mine in sorted(records.items()):
        theirs = visits.get(survivor, [])
        person = person_of(cluster.records[survivor], mine)
        history = History(tuple(map(_stay_of, theirs)))
        yield _Folk(
            person.as_dead if history.ends_in_death else person,
            history,
            {one.encounter.visit_key: one for one in theirs},
        )


def _stay_of(visit: Visit) -> Stay:
    return Stay(visit.encounter, visit.former_visits, visit.accounts, visit.is_purged)


def _told_of(
    folk: _Folk, stay: Stay, followed: Mapping[VisitNumber, FollowedEncounter], days: LocalDays
) -> Iterator[tuple[VisitNumber, FollowedEncounter]]:
    """The visit, and the numbers it had before, with what must be told of them."""
    number, here = stay.encounter.number, stay.encounter
    blank = Encounter(*number, visit=here.visit, site=here.site)
    before = followed.get(number) or FollowedEncounter(blank)
    index = folk.history.index_of(stay, days)
    first_leg = folk.history.episode_begins_with(stay).encounter
    standing = stay.standing
    view = EncounterView(
        site=stay.encounter.site,
        patient=folk.person.patient,
        visit=stay.encounter.visit,
        visit_key=stay.visit_key,
        status=stay.status,
        encounter_class=stay.encounter.encounter_class,
        admitted_at=stay.admitted_at,
        discharged_at=standing.discharged_at if standing else None,
        disposition=standing.final.disposition if standing else None,
        readmission_of=index.encounter.visit if index else None,
        episode_id=episode_id_of(first_leg.number),
        former_visits=stay.former_visits,
        expected_discharge_at=stay.expected_discharge_at,
        encounter_id=before.view.encounter_id if before.view else encounter_id_of(number),
    )
    yield number, _told(before, view)
    for alias in folk.visits[stay.visit_key].aliases:
        if known := followed[alias].view:  # never told of, it need not be called back
            gone_on = replace(known, patient=view.patient, continues_as=view.visit)
            yield alias, _told(followed[alias], gone_on)


def _called_back(
    numbers: Iterable[VisitNumber], followed: Mapping[VisitNumber, FollowedEncounter]
) -> Iterator[tuple[VisitNumber, FollowedEncounter]]:
    """What was told of as a visit once, and is none after all: its words are about other visits."""
    for number in numbers:
        known = followed[number].view
        if known and known.continues_as is None:
            yield number, _told(followed[number], replace(known, continues_as=known.visit))


def _told(followed: FollowedEncounter, view: EncounterView) -> FollowedEncounter:
    """The same object where that was told already."""
    if view == followed.view:
        return followed
    return replace(followed, view=view, version=followed.version + 1)


def _wanted(
    folk: _Folk, persons: Persons, known: "StandingTransitions", setting: Setting
) -> list[Desired]:
    """What a person's visits call for, of each the newest discharge first.

    It has the first claim on work that was done.
    """
    wanted = [
        (stay, one) for stay in folk.history.stays for one in _desired(folk, stay, known, setting)
    ]
    for visit in folk.visits.values():
        for gone in visit.merged_away:
            stay = Stay(gone, accounts=visit.accounts)
            wanted += [(stay, ended_by_merge(one)) for one in _desired(folk, stay, known, setting)]
    merges = persons.merged_accounts(folk.person.survivor.patient_key)
    return [*of_one_account(wanted, merges), *_plannings(folk, known, setting)]


def _plannings(folk: _Folk, known: "StandingTransitions", setting: Setting) -> Iterator[Desired]:
    """What there is to do before discharges that are planned."""
    for stay in folk.history.stays:
        if planned := planned_of(folk.person, stay):
            programme = setting.programme(known.told_of(planned.event_ids))
            desired = planning_of(planned, setting.place, programme)
            yield from [desired] if desired else []


def _desired(
    folk: _Folk, stay: Stay, known: "StandingTransitions", setting: Setting
) -> Iterator[Desired]:
    for discharge in reversed(stay.discharges):
        before = known.told_of(discharge.run.event_ids)
        situation = Situation(folk.person, folk.history, stay, discharge, setting.place)
        yield from desired_of(situation, setting.programme(before))
