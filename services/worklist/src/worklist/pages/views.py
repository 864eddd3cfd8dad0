"""What a page shows of a task, ready to be printed: words, local times, and what may be done."""

from dataclasses import dataclass
from datetime import datetime

from care_contracts.scores import Lace
from care_contracts.transitions import TransitionPatient, TransitionSnapshot
from worklist import words
from worklist.domain.order import Due, Pressure, due, pressure
from worklist.domain.people import Person
from worklist.domain.tasks import Task
from worklist.domain.timing import Judgement, Timing
from worklist.judging import judgement_of
from worklist.pages.checklists import LineView, left_open, lines_of
from worklist.pages.choices import Choices, choices_for
from worklist.pages.times import LocalTimes, Shown, age, on
from worklist.ports import Escalated, Item
from worklist.sites import Sites


@dataclass(frozen=True, slots=True)
class Chip:
    """A small mark: an icon with words, never a colour alone."""

    text: str
    tone: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PatientView:
    """Who it is about."""

    name: str
    age: str
    born: str
    mrn: str
    former: str
    phones: tuple[tuple[str, str], ...]
    """What is shown, and what is dialled."""
    language: str
    deceased: bool

    @property
    def kept_back(self) -> bool:
        """Whether only the initials are shown, because the patient is not theirs."""
        return not self.mrn


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task."""

    task_id: str
    transition_id: str
    version: int
    title: str
    role: str
    state: str
    state_words: str
    due: Shown
    zone: str
    left: str
    pressure: Pressure
    bucket: Due
    window: str
    aim: str
    rule: str
    owner: str
    tried: str
    ended: str
    timing: Chip | None
    """Of what is done: whether that was in time, and what a correction made of it."""
    why_withdrawn: str
    reminded: str
    escalated: str
    checklist: tuple[LineView, ...]
    left_open: str
    choices: Choices


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the worklist."""

    task: TaskView
    patient: PatientView
    discharged: Shown
    when: str
    """What that time is called."""
    site: str
    went_to: str
    chips: tuple[Chip, ...]
    risk: Chip | None


class Viewer:
    """Prepares what one person sees at one instant."""

    def __init__(self, *, person: Person, now: datetime, sites: Sites) -> None:
        self._person = person
        self._sites = sites
        self.now = now

    def times(self, site: str) -> LocalTimes:
        """Times as the site's clocks show them."""
        return LocalTimes(self.now, self._sites.zone(site))

    def row(self, item: Item) -> RowView:
        """A line of the worklist."""
        transition = item.transition
        times = self.times(transition.site)
        return RowView(
            task=self.task(item.task, transition, item.escalated, item.reminded),
            patient=self.patient(transition),
            discharged=times.at(transition.discharged_at),
            when=words.discharge(transition.kind),
            site=self._sites.name(transition.site),
            went_to=words.disposition(transition.disposition),
            chips=chips(transition.flags),
            risk=risk(transition.risk.lace),
        )

    def patient(self, transition: TransitionSnapshot) -> PatientView:
        """The patient, with the age on today's date at the site."""
        patient = transition.patient
        today = self.now.astimezone(self._sites.zone(transition.site)).date()
        born = patient.birth_date
        return PatientView(
            name=patient.name,
            age=f"{age(born, today)} y" if born else "age unknown",
            born=on(born) if born else "",
            mrn=patient.mrn,
            former=", ".join(patient.former_mrns),
            phones=_phones(patient),
            language=words.word(words.LANGUAGES, patient.language) if patient.language else "",
            deceased=patient.deceased,
        )

    def task(
        self,
        task: Task,
        transition: TransitionSnapshot,
        escalated: Escalated | None,
        reminded: tuple[str, ...] = (),
    ) -> TaskView:
        """A task."""
        times, step = self.times(transition.site), task.step
        return TaskView(
            task_id=str(task.task_id),
            transition_id=str(task.transition_id),
            version=task.version,
            title=step.title,
            role=words.word(words.ROLES, step.role),
            state=task.state,
            state_words=words.word(words.TASK_STATES, task.state),
            due=times.at(step.due_at),
            zone=times.zone_at(step.due_at),
            left=times.left(step.due_at),
            pressure=pressure(step.due_at, transition.discharged_at, self.now),
            bucket=due(step.due_at, self.now, self._sites.zone(transition.site)),
            window=_window(task, times, self.now),
            aim=_aim(task, times, self.now),
            rule=step.rule,
            owner=self._owner(task),
            tried=_tried(task, times),
            ended=_ended(task, times),
            timing=_timing(judgement_of(task, transition), times),
            why_withdrawn=words.because(task.cancelled_for) if task.cancelled_for else "",
            reminded="Reminder sent" if "reminder.due_soon" in reminded else "",
            escalated=_escalated(escalated, times),
            checklist=lines_of(task, times),
            left_open=left_open(task),
            choices=choices_for(self._person, task),
        )

    def _owner(self, task: Task) -> str:
        if task.work.owner is None:
            role = words.word(words.ROLES, task.step.role)
            return f"Unassigned, {role.lower()}" if task.state.is_open else ""
        if task.work.owner == self._person.subject:
            return "You"
        return task.work.owner_name or task.work.owner


def chips(flags: list[str]) -> tuple[Chip, ...]:
    """The flags of a transition, those to act on first."""
    marks = [Chip(*words.FLAGS.get(flag, (words.plain(flag), "note"))) for flag in flags]
    return tuple(sorted(marks, key=lambda mark: ("alert", "ask", "note").index(mark.tone)))


def risk(lace: Lace | None) -> Chip | None:
    """The LACE score with its tier in words, and its parts for who wants to know."""
    if lace is None:
        return None
    parts = (
        f"Length of stay {lace.length_of_stay}, acuity {lace.acuity}, "
        f"comorbidity {lace.comorbidity}, emergency visits {lace.ed_visits}"
    )
    return Chip(f"LACE {lace.score}, {lace.tier} risk", f"risk-{lace.tier}", parts)


def _phones(patient: TransitionPatient) -> tuple[tuple[str, str], ...]:
    return tuple(
        (phone, "".join(sign for sign in phone if sign.isdigit() or sign == "+"))
        for phone in patient.phones
    )


def _window(task: Task, times: LocalTimes, now: datetime) -> str:
    opens_at = task.step.window_opens_at
    if opens_at is None or not task.state.is_open:
        return ""
    if opens_at > now:
        return f"Not before {times.at(opens_at).text}"
    return f"Open since {times.at(opens_at).text}"


def _aim(task: Task, times: LocalTimes, now: datetime) -> str:
    best = task.step.best_before_at
    if best is None or best < now or not task.state.is_open:
        return ""
    return f"Best before {times.at(best).text}"


def _escalated(escalated: Escalated | None, times: LocalTimes) -> str:
    if escalated is None:
        return ""
    role = words.word(words.ROLES, escalated.to).lower()
    return f"Escalated to the {role}, {times.at(escalated.at).text}"


def _tried(task: Task, times: LocalTimes) -> str:
    """How often somebody was tried, and what came of it last."""
    attempts = task.work.attempts
    if not attempts:
        return ""
    last = attempts[-1]
    often = "1 attempt" if len(attempts) == 1 else f"{len(attempts)} attempts"
    outcome = words.word(words.OUTCOMES, last.outcome)
    return f"{often}, last {times.at(last.at).text}: {outcome[0].lower()}{outcome[1:]}"


def _ended(task: Task, times: LocalTimes) -> str:
    if task.work.done_at is None:
        return ""
    outcome = words.word(words.OUTCOMES, task.work.outcome or "done").removesuffix(" (say why)")
    return f"{outcome}, {times.at(task.work.done_at).text}"


_TIMING_TONES = {Timing.EARLY: "note", Timing.IN_TIME: "done", Timing.LATE: "alert"}


def _timing(judgement: Judgement | None, times: LocalTimes) -> Chip | None:
    """In words first; its tone only draws the eye to what a correction changed."""
    if judgement is None:
        return None
    stands = words.TIMINGS[judgement.timing]
    if judgement.before is None or judgement.corrected is None:
        return Chip(stands, _TIMING_TONES[judgement.timing])
    was = words.TIMINGS[judgement.before].lower()
    text = f"{stands} since the hospital's correction, {was} by what was known before"
    return Chip(text, "ask", f"It was to be done by {times.at(judgement.corrected.due_at).text}")
