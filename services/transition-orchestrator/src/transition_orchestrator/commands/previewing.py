"""`protocol preview`: the plan of a discharge as a timeline, and why a step is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import click

from care_chassis.documents import DocumentError
from transition_orchestrator.commands.terminal import (
    end,
    known_models,
    known_programmes,
    out,
    protocol_of,
    site_of,
)
from transition_orchestrator.commands.timelines import ends_at, local, print_plan
from transition_orchestrator.commands.typed import disposition_of, done_of, instant_of, zone_of
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.encounter import EncounterClass
from transition_orchestrator.domain.plan import Case
from transition_orchestrator.domain.planning import case_before
from transition_orchestrator.domain.programme import (
    Enrolment,
    Followed,
    Programme,
    Programmes,
)
from transition_orchestrator.domain.protocol import Plan, Protocol
from transition_orchestrator.domain.routing import Route, TransitionKind, route_of
from transition_orchestrator.domain.soundness import known_circumstances
from transition_orchestrator.site_rules import rules_in

_A_DAY = timedelta(days=1)
_ON = "%a %d %b %Y %H:%M"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the discharge takes place, and what is followed there."""

    zone: ZoneInfo
    days: LocalDays
    programme: Programme
    dispositions: Mapping[str, str]
    """The site's own words for UB-04 FL17."""


class _Asked(TypedDict):
    """The options as they were typed."""

    protocols: tuple[str, ...]
    discharge: str
    expected_discharge: str
    planned: str
    disposition: str
    encounter_class: str
    site: str
    zone: str
    tier: str
    flag: tuple[str, ...]
    admission: str
    done: tuple[str, ...]


@click.command()
@click.argument("protocols", metavar="[FILE|NAME]...", nargs=-1)
@click.option("--discharge", default="", help="ISO 8601; without an offset, local time.")
@click.option("--expected-discharge", default="", help="Instead: what there is to do before it.")
@click.option("--planned", default="", help="When that was first said (A16); else a day before.")
@click.option(
    "--disposition", default="01", help="PV1-36: UB-04 FL17, or a word of the site; default: 01."
)
@click.option(
    "--class",
    "encounter_class",
    type=click.Choice([one.value for one in EncounterClass]),
    default=EncounterClass.INPATIENT.value,
)
@click.option("--site", default="", help="A site's code: its zone, calendar and protocols.")
@click.option("--zone", default="", help="An IANA zone, with the calendar of the US.")
@click.option("--tier", default="", help="low, moderate or high; else it is not known.")
@click.option("--flag", multiple=True, help="Such as ama, no_pcp or p8_poor_support; repeat it.")
@click.option("--admission", default="", help="When the stay began, like --discharge.")
@click.option("--done", multiple=True, help="A step that is done: CODE=INSTANT; repeat it.")
def preview(**asked: Unpack[_Asked]) -> None:
    """Print the plan of a discharge in local time: what, by when, by which rule, and what not.

    Several protocols stand side by side; without one, the site's own, or the default.
    """
    if bool(asked["discharge"]) == bool(asked["expected_discharge"]):
        end("Say either --discharge or --expected-discharge, such as 2026-05-22T17:00.")
    place = _place(asked["protocols"], asked["site"], asked["zone"])
    if asked["expected_discharge"]:
        _preview_planning(asked, place)
    else:
        _preview_follow_up(asked, place)


def _preview_planning(asked: _Asked, place: _Place) -> None:
    """The plan before a discharge, which depends on nothing but its time and that of the plan."""
    if asked["tier"] or asked["flag"]:
        end("Before the discharge nothing depends on --tier or --flag.")
    plan = place.programme.plans.get(TransitionKind.DISCHARGE_PLANNING)
    if plan is None:
        out.print("Nothing is asked for before a discharge.")
        return
    expected_at = instant_of(asked["expected_discharge"], place.zone)
    planned, admission = asked["planned"], asked["admission"]
    began_at = instant_of(planned, place.zone) if planned else expected_at - _A_DAY
    admitted_at = instant_of(admission, place.zone) if admission else None
    case = case_before(expected_at, began_at, admitted_at, place.days)
    case = replace(case, done=done_of(asked["done"], plan, place.zone))
    at = expected_at.astimezone(place.zone).strftime(_ON)
    out.print(f"Expected to leave {at}, {place.zone}: {TransitionKind.DISCHARGE_PLANNING}")
    out.print(f"First planned {local(began_at, place.zone)}.")
    print_plan(plan, case, place.zone)
    last = ends_at(plan, case, place.zone)
    out.print(f"It ends when the discharge comes or is called off, at the latest {last}.")


def _preview_follow_up(asked: _Asked, place: _Place) -> None:
    encounter_class = EncounterClass(asked["encounter_class"])
    disposition = disposition_of(asked["disposition"], place.dispositions)
    route = route_of(encounter_class, disposition)
    if route.kind is None or _is_off(route.kind, place.programme):
        _print_nothing(encounter_class, disposition, route)
        return
    known = _known(route, encounter_class, asked["tier"], asked["flag"])
    enrolments = place.programme.enrolments(route.kind, known)
    plan = place.programme.plan_of(route.kind)
    case = _case(asked, place, plan, known, enrolments)
    _print_head(place, route.kind, case, enrolments)
    if route.kind is TransitionKind.MANUAL_REVIEW:
        _print_why_people_decide(encounter_class, disposition)
    print_plan(plan, case, place.zone)
    out.print(f"The period ends {ends_at(plan, case, place.zone)}: {plan.period}.")


def _is_off(kind: TransitionKind, programme: Programme) -> bool:
    """Whether the kind is followed up only where a protocol has a plan for it, and none has."""
    return kind is TransitionKind.MATERNITY and kind not in programme.plans


def _case(
    asked: _Asked,
    place: _Place,
    plan: Plan,
    known: frozenset[str],
    enrolments: Sequence[Enrolment],
) -> Case:
    admission = asked["admission"]
    return Case(
        instant_of(asked["discharge"], place.zone),
        known,
        place.days,
        admitted_at=instant_of(admission, place.zone) if admission else None,
        done=done_of(asked["done"], plan, place.zone),
        not_enrolled={one.protocol: one.because for one in enrolments if not one.enrolled},
    )


def _place(names: Sequence[str], site: str, zone: str) -> _Place:
    programmes = known_programmes()
    if bool(site) == bool(zone):
        end("Say either --site, such as GHH, or --zone, such as America/New_York.")
    if site:
        path, document = site_of(site)
        try:
            rules = rules_in(path, document, programmes, known_models())
        except DocumentError as error:
            end(f"{error}")
        here, days, own = document.zone, rules.days, rules.opens_with
        words = document.hl7.dispositions
    else:
        here = zone_of(zone)
        days, own = LocalDays(here, BusinessCalendar()), None
        words = {}
    chosen = _chosen([protocol_of(name, programmes) for name in names])
    return _Place(here, days, chosen or own or _default(programmes), words)


def _chosen(protocols: Sequence[Protocol]) -> Programme | None:
    if not protocols:
        return None
    followed = tuple(Followed(one.label, tuple(one.when), tuple(one.unless)) for one in protocols)
    return Programme(followed, tuple(protocols))


def _default(programmes: Programmes) -> Programme:
    return programmes.of((Followed(protocol_of("default", programmes).label),))


def _known(
    route: Route, encounter_class: EncounterClass, tier: str, flags: Sequence[str]
) -> frozenset[str]:
    if tier not in ("", "low", "moderate", "high"):
        end(f"{tier!r} is no tier: say low, moderate or high.")
    try:
        said = known_circumstances(frozenset(flags))
    except ValueError as error:
        end(f"{error}")
    tiers = {f"{tier}_risk"} if tier else set[str]()
    return frozenset({*route.flags, *said, *tiers, encounter_class.value})


def _print_nothing(encounter_class: EncounterClass, disposition: str, route: Route) -> None:
    flags = f" ({', '.join(sorted(route.flags))})" if route.flags else ""
    out.print(f"Nothing is followed up: class {encounter_class}, disposition {disposition}{flags}.")


def _print_why_people_decide(encounter_class: EncounterClass, disposition: str) -> None:
    unknown = encounter_class is EncounterClass.UNKNOWN
    what = "the class of the visit" if unknown else f"disposition {disposition}"
    out.print(f"People decide: no rule says what follows {what}.")


def _print_head(
    place: _Place, kind: TransitionKind, case: Case, enrolments: Sequence[Enrolment]
) -> None:
    at = case.discharged_at.astimezone(place.zone).strftime(_ON)
    out.print(f"Discharged {at}, {place.zone}: {kind}")
    out.print(f"Known: {', '.join(sorted(case.circumstances))}")
    for one in enrolments:
        verb = "follows" if one.enrolled else "does not follow"
        adapted = ", as the site has adapted it" if one.adapted else ""
        out.print(f"{one.protocol} {verb} it{adapted}: {one.because}", markup=False)
