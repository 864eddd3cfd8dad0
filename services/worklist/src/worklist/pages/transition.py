"""`/transitions/{id}`: one patient's follow-up, whole: clocks, plan, notices, and who did what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from care_contracts.encounters import Practitioner
from care_contracts.notifications import NotificationSnapshot
from care_contracts.scores import Prediction
from care_contracts.transitions import TransitionSnapshot, TransitionState
from worklist import words
from worklist.domain.order import Pressure, pressure
from worklist.domain.tasks import Task
from worklist.explaining import Told, explain
from worklist.explaining.prediction import caution, summary
from worklist.pages.deeds import said_of
from worklist.pages.frame import Frame
from worklist.pages.times import LocalTimes, Shown, on
from worklist.pages.views import TaskView, Viewer, chips, risk
from worklist.ports import ActionRecord, Followed
from worklist.see_patients import SeePatients
from worklist.sites import Sites

_RUNNING = frozenset({TransitionState.ACTIVE, TransitionState.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class ClockView:
    """A deadline of the rules, whether or not a task stands for it."""

    title: str
    at: Shown
    left: str
    pressure: Pressure


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Who was told of what, and what came of it."""

    to: str
    about: str
    state: str
    state_words: str
    at: Shown
    tries: str
    error: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """A line of the record."""

    who: str
    did: str
    titles: str
    at: Shown
    detail: str


class TransitionPage:
    """Reads and prepares the page."""

    def __init__(self, patients: SeePatients, frame: Frame) -> None:
        self._patients = patients
        self._frame = frame

    async def show(self, request: Request, transition_id: UUID, said: str) -> Response:
        """The page. Raises NotSignedIn, NotForThisRole, HTTPException or TransientError."""
        visitor = self._frame.seer(request)
        seen = await self._patients.by(visitor.person).follow_up(transition_id)
        if seen is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        viewer = self._frame.viewer(visitor)
        followed, transition = seen.followed, seen.followed.transition
        times = viewer.times(transition.site)
        content = {
            "here": f"/transitions/{transition_id}",
            "said": said_of(said, followed.tasks),
            "patient": viewer.patient(transition),
            **_facts(transition, times, self._frame.sites.name(transition.site)),
            **_plan(followed, viewer),
            "team": _team(transition, self._frame.sites),
            "clocks": _clocks(transition, times, viewer),
            "notices": [_notice(notice, times) for notice in seen.notices],
            "sentences": explain(
                Told(
                    transition,
                    self._frame.sites.zone(transition.site),
                    viewer.now,
                    followed.tasks,
                )
            ),
            "actions": _record(seen.actions, followed.tasks, times),
            "as_of": times.at(viewer.now),
        }
        return self._frame.render(request, "transition.html", content, visitor=visitor)


def transition_router(page: TransitionPage) -> APIRouter:
    """The route of a transition."""
    router = APIRouter(include_in_schema=False)

    @router.get("/transitions/{transition_id}")
    async def show(  # pyright: ignore[reportUnusedFunction]
        request: Request, transition_id: UUID, said: str = ""
    ) -> Response:
        return await page.show(request, transition_id, said)

    return router


def _facts(transition: TransitionSnapshot, times: LocalTimes, site: str) -> dict[str, object]:
    """What is known of the stay and of the transition."""
    tcm, tcm_until = _billing(transition)
    return {
        "transition": transition,
        "site": site,
        "zone": times.zone_at(transition.discharged_at),
        "kind": words.word(words.KINDS, transition.kind),
        "state": words.word(words.TRANSITION_STATES, transition.state),
        "verdict": _verdict(transition, times),
        "running": transition.state in _RUNNING,
        "discharged": times.at(transition.discharged_at),
        "when": words.discharge(transition.kind),
        "went_to": words.disposition(transition.disposition),
        "chips": chips(transition.flags),
        "risk": risk(transition.risk.lace),
        "prediction": _prediction(transition.risk.prediction),
        "attending": _practitioner(transition.attending),
        "primary_care": _practitioner(transition.primary_care_provider),
        "diagnoses": [one.text or one.code for one in transition.diagnoses],
        "tcm": tcm,
        "tcm_until": tcm_until,
        "engagement_until": _on(transition.hedis.engagement_last_on),
        "medrec_until": _on(transition.hedis.medrec_last_on),
    }


def _billing(transition: TransitionSnapshot) -> tuple[str, str]:
    """How the claim stands, and until when its period runs.

    A discharge stays eligible when its follow-up stops, but then says nothing of a claim: without
    what a code needs there is none.
    """
    tcm = transition.tcm
    coded = tcm.code or tcm.code_if_high
    if tcm.eligible == "yes" and transition.state not in _RUNNING and not coded:
        return "No code as things stand", ""
    eligible = {"yes": "Eligible", "no": "Not eligible"}.get(tcm.eligible, "Needs review")
    return eligible, _on(tcm.period_last_on)


def _team(transition: TransitionSnapshot, sites: Sites) -> str:
    whose = transition.attribution
    return sites.team(transition.site, whose.team) if whose and whose.team else ""


def _on(day: date | None) -> str:
    return on(day) if day else ""


def _prediction(one: Prediction | None) -> tuple[str, str] | None:
    """What a model says, and what has to be known of it."""
    return (summary(one), caution(one)) if one else None


def _verdict(transition: TransitionSnapshot, times: LocalTimes) -> str:
    """Why the follow-up is not running, in plain words; empty where it is."""
    if transition.reason is None:
        return ""
    return words.happened(transition.reason, times.at(transition.changed_at).text)


def _plan(followed: Followed, viewer: Viewer) -> dict[str, list[TaskView]]:
    """The tasks: what is to do, what is done, what was withdrawn."""
    views = [
        viewer.task(task, followed.transition, followed.escalated.get(task.task_id))
        for task in followed.tasks
    ]
    return {
        "open_tasks": [view for view in views if view.state not in ("completed", "cancelled")],
        "done_tasks": [view for view in views if view.state == "completed"],
        "withdrawn_tasks": [view for view in views if view.state == "cancelled"],
    }


def _clocks(transition: TransitionSnapshot, times: LocalTimes, viewer: Viewer) -> list[ClockView]:
    clocks = transition.clocks
    named = (
        ("First contact", clocks.initial_contact_due_at),
        ("Home visit window opens", clocks.home_visit_opens_at),
        ("Home visit", clocks.home_visit_due_at),
        ("Visit within 7 days", clocks.follow_up_7d_due_at),
        ("Visit within 14 days", clocks.follow_up_14d_due_at),
        ("Medicines reconciled (HEDIS)", clocks.medrec_hedis_due_at),
    )
    since = transition.discharged_at
    return [
        ClockView(title, times.at(at), times.left(at), pressure(at, since, viewer.now))
        for title, at in named
        if at is not None
    ]


def _notice(notice: NotificationSnapshot, times: LocalTimes) -> NoticeView:
    to = words.recipient(notice.recipient_role)
    tried = {0: "", 1: "1 attempt"}.get(notice.attempts, f"{notice.attempts} attempts")
    return NoticeView(
        to=f"{notice.recipient_name} ({to.lower()})" if notice.recipient_name else to,
        about=words.about(notice.about),
        state=notice.state,
        state_words=words.notice_state(notice.state, notice.last_error),
        at=times.at(notice.changed_at),
        tries=tried,
        error=notice.last_error or "",
    )


def _record(
    actions: Sequence[ActionRecord], tasks: Sequence[Task], times: LocalTimes
) -> list[ActionView]:
    """The lines of the record; what was done to several tasks at once is one line."""
    titles = {UUID(str(task.task_id)): task.step.title for task in tasks}
    together = groupby(
        actions, key=lambda one: (one.at, one.did, one.subject, one.reason, one.note)
    )
    return [_line(list(stretch), titles, times) for _, stretch in together]


def _line(
    actions: Sequence[ActionRecord], titles: Mapping[UUID, str], times: LocalTimes
) -> ActionView:
    first = actions[0]
    outcome = words.word(words.OUTCOMES, first.outcome) if first.outcome else ""
    reason = words.because(first.reason) if first.reason else ""
    parts = (outcome.removesuffix(" (say why)"), reason, first.note)
    return ActionView(
        who=first.name or first.subject or "The plan",
        did=words.word(words.DEEDS, first.did),
        titles=", ".join(titles.get(one.task_id, "a task") for one in reversed(actions)),
        at=times.at(first.at),
        detail=". ".join(part for part in parts if part),
    )


def _practitioner(one: Practitioner | None) -> str:
    if one is None:
        return ""
    return ", ".join(part for part in (one.family_name, one.given_name) if part) or one.identifier
