"""Where events come in: `encounters.v1` and `transitions.v1`, turned into what the domain knows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from care_chassis.consumption import Delivery, Reaction
from care_chassis.events import Event
from care_contracts import topics
from care_contracts.encounters import (
    EncounterClass,
    EncounterEvent,
    EncounterEventType,
    Practitioner,
    Restriction,
)
from care_contracts.transitions import TransitionEventType
from notifier.domain.facts import (
    Clinician,
    ClinicianNamed,
    CliniciansNamed,
    PersonFacts,
    Stamp,
    StayFacts,
    Word,
)
from notifier.domain.news import News, VisitNews
from notifier.domain.texts import FollowUp
from notifier.domain.visits import Care, Moment, Turn
from notifier.follow_ups import read_follow_up
from notifier.request_notices import RequestNotices
from notifier.request_texts import RequestTexts

_TURNS = {
    EncounterEventType.ADMITTED: Turn.ADMITTED,
    EncounterEventType.REGISTERED: Turn.REGISTERED,
    EncounterEventType.DISCHARGED: Turn.DISCHARGED,
    EncounterEventType.ADMISSION_CANCELLED: Turn.ADMISSION_CANCELLED,
    EncounterEventType.DISCHARGE_CANCELLED: Turn.DISCHARGE_CANCELLED,
}
_OF_NOW = frozenset(
    {EncounterEventType.UPDATED, EncounterEventType.MOVED, EncounterEventType.CLASS_CHANGED}
)
"""They say how a visit is now, unless their movement is a correction of the past."""
_OF_THE_VISIT = frozenset({*_TURNS, *_OF_NOW, EncounterEventType.PARTICIPANTS_UPDATED})
"""What else there is tells of the person: a plan, a leave or a merger makes nobody arrive or go."""
_MERGES = frozenset({EncounterEventType.PATIENT_MERGED, EncounterEventType.IDENTIFIER_CHANGED})
_PURGES = frozenset({EncounterEventType.PATIENT_DELETED, EncounterEventType.VISIT_DELETED})
_CARES = {
    EncounterClass.EMERGENCY: Care.EMERGENCY,
    EncounterClass.OBSERVATION: Care.OBSERVATION,
    EncounterClass.INPATIENT: Care.INPATIENT,
    EncounterClass.OBSTETRICS: Care.INPATIENT,
}
_TRANSITIONS = frozenset(TransitionEventType) - {TransitionEventType.ENCOUNTER_FOLLOWED}
_DELETED = "D"
"""ARV-2"""
_AT_THE_PATIENT_S_REQUEST = "PAT"
"""ARV-4, table 0719."""
_HIDING_A_STAY = ("", "ALL", "LOC")
"""ARV-3, table 0717: restrictions that a notice would break; others hide what it does not tell."""
_SAYING_NOTHING = (None, EncounterClass.UNKNOWN)


Told: TypeAlias = News | FollowUp | None
"""None for what matters neither to notices nor to texts."""


def reaction(
    request_notices: RequestNotices, request_texts: RequestTexts, *, news_for: timedelta
) -> Reaction[Told]:
    """What hospitals say and how follow-ups stand: of a batch, a transaction for either."""

    async def handle(deliveries: Sequence[Delivery[Told]]) -> None:
        news, follow_ups = list[Delivery[News]](), list[Delivery[FollowUp]]()
        for one in deliveries:
            match one.body:
                case News() as body:
                    news.append(Delivery(one.event, body))
                case FollowUp() as body:
                    follow_ups.append(Delivery(one.event, body))
                case None:
                    pass
        await request_notices.follow(news)
        await request_texts.follow(follow_ups)

    return Reaction(
        group="notifier",
        topics=(topics.ENCOUNTERS, topics.TRANSITIONS),
        read=partial(read, news_for=news_for),
        handle=handle,
    )


def read(event: Event, *, news_for: timedelta) -> Told:
    """What an event says. Raises ValidationError for a broken body."""
    if event.type in _TRANSITIONS:
        return read_follow_up(event)
    if event.type == TransitionEventType.ENCOUNTER_FOLLOWED:
        return None
    return read_news(event, news_for=news_for)


def read_news(event: Event, *, news_for: timedelta) -> News:
    """What an event says; of a type not known here, what it says of the person."""
    body = EncounterEvent.model_validate_json(event.data)
    stamp = Stamp(body.recorded_at, event.event_id)
    prior = body.prior_patient if event.type in _MERGES else None
    return News(
        patient_key=body.patient.patient_key,
        facts=PersonFacts() if event.type in _PURGES else _person_facts(body, stamp),
        prior_key=prior.patient_key if prior else None,
        visit=_visit_news(event, body, stamp, news_for),
    )


def _visit_news(
    event: Event, body: EncounterEvent, stamp: Stamp, news_for: timedelta
) -> VisitNews | None:
    if event.type == EncounterEventType.VISIT_MOVED:
        return _moved(body, stamp)
    is_past = body.movement is not None and body.movement.historic and event.type in _OF_NOW
    if body.visit is None or is_past or event.type not in _OF_THE_VISIT:
        return None
    return VisitNews(
        visit_key=body.visit.visit_key,
        said_of=body.patient.patient_key,
        site=body.site,
        facts=_stay_facts(body, stamp),
        moment=_moment(event, body, news_for),
    )


def _moved(body: EncounterEvent, stamp: Stamp) -> VisitNews | None:
    """That a visit of one patient is another's, under whatever number there."""
    visit, prior = body.prior_visit or body.visit, body.prior_patient
    if visit is None or prior is None:
        return None
    facts = StayFacts(patient_key=Word(stamp, body.patient.patient_key))
    return VisitNews(visit.visit_key, prior.patient_key, body.site, facts, moment=None)


def _person_facts(body: EncounterEvent, stamp: Stamp) -> PersonFacts:
    said = body.patient_facts.said()
    return PersonFacts(
        family_name=_word(said, "family_name", stamp),
        given_name=_word(said, "given_name", stamp),
        primary_care_provider=_clinician(said, "primary_care_provider", stamp),
        named_practitioners=_clinicians(said, "named_practitioners", stamp),
        objection=_objection(said, stamp),
        protected=_flag(said, "protected", stamp),
    )


def _stay_facts(body: EncounterEvent, stamp: Stamp) -> StayFacts:
    said = body.visit_facts.said()
    return StayFacts(
        patient_key=Word(stamp, body.patient.patient_key),
        attending=_clinician(said, "attending", stamp),
        disposition=_word(said, "disposition", stamp),
        discharged_to=_word(said, "discharged_to", stamp),
        objection=_objection(said, stamp),
        protected=_flag(said, "protected", stamp),
    )


def _flag(said: Mapping[str, Any], name: str, stamp: Stamp) -> Word | None:
    return Word(stamp, name if said[name] else None) if name in said else None


def _word(said: Mapping[str, Any], name: str, stamp: Stamp) -> Word | None:
    return Word(stamp, said[name]) if name in said else None


def _clinician(said: Mapping[str, Any], name: str, stamp: Stamp) -> ClinicianNamed | None:
    if name not in said:
        return None
    who: Practitioner | None = said[name]
    return ClinicianNamed(stamp, None if who is None else _called(who))


def _clinicians(said: Mapping[str, Any], name: str, stamp: Stamp) -> CliniciansNamed | None:
    if name not in said:
        return None
    found: list[Practitioner] | None = said[name]
    return CliniciansNamed(stamp, tuple(_called(who) for who in found or ()))


def _called(who: Practitioner) -> Clinician:
    return Clinician(who.identifier, who.family_name, who.given_name, who.email)


def _objection(said: Mapping[str, Any], stamp: Stamp) -> Word | None:
    """The patient's own restriction, or that it is taken back; None where nothing is said of it."""
    if "restrictions" not in said:
        return None
    restrictions: list[Restriction] = said["restrictions"] or []
    own = [
        restriction
        for restriction in restrictions
        if _AT_THE_PATIENT_S_REQUEST in restriction.reasons
        and restriction.restriction in _HIDING_A_STAY
    ]
    if restrictions and not own:
        return None
    stands = any(restriction.action != _DELETED for restriction in own)
    return Word(stamp, _AT_THE_PATIENT_S_REQUEST if stands else None)


def _moment(event: Event, body: EncounterEvent, news_for: timedelta) -> Moment | None:
    turn = _TURNS.get(EncounterEventType(event.type), Turn.MENTIONED)
    care = _care(body.visit_facts.encounter_class)
    if turn is Turn.MENTIONED and care is None:
        return None
    occurred_at = _occurred_at(turn, body)
    return Moment(
        turn=turn,
        recorded_at=body.recorded_at,
        event_id=event.event_id,
        occurred_at=occurred_at,
        care=None if turn.cancels else care,
        names=body.occurred_at if turn.cancels else None,
        is_news=body.received_at - occurred_at <= news_for,
        correlation_id=event.correlation_id,
        traceparent=event.traceparent,
    )


def _care(encounter_class: EncounterClass | None) -> Care | None:
    if encounter_class in _SAYING_NOTHING:
        return None
    return _CARES.get(encounter_class, Care.OTHER)


def _occurred_at(turn: Turn, body: EncounterEvent) -> datetime:
    """When it happened: the field of the visit that says so, else the event's time."""
    match turn:
        case Turn.ADMITTED | Turn.REGISTERED:
            said = body.visit_facts.admitted_at
        case Turn.DISCHARGED:
            said = body.visit_facts.discharged_at
        case _:
            return body.recorded_at
    return said or body.occurred_at or body.recorded_at
