"""One discharge whose steps count from one another, and what people do about it."""

from datetime import datetime, timedelta

from tests.support.transition_orchestrator_fakes import (
    PROGRAMMES,
    FakeSites,
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.due_rules import due_rule
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.plan import Step
from transition_orchestrator.domain.programme import Followed, StepChange
from transition_orchestrator.domain.work import Work
from transition_orchestrator.follow_encounters import Completion

HOURS = timedelta(hours=1)
LEFT_AT = datetime.fromisoformat("2026-06-10T13:00:00-04:00")
NOW = "2026-06-11T00:00:00Z"
_CALL = due_rule("96 hours after home_visit")
COUNTED = PROGRAMMES.of(
    (
        Followed(
            "default@2",
            steps=(
                StepChange("coach_call_1", due=_CALL, opens=due_rule("24 hours after home_visit")),
                StepChange("coach_call_2", due=due_rule("24 hours after coach_call_1")),
            ),
        ),
    )
)
"""The calls of the default plan, as a site counts them: from the visit, and from one another."""


class Followup:
    """One discharge and what people do about it."""

    def __init__(self) -> None:
        self.ledgers = MemoryLedgers()
        self._follow = following(self.ledgers, NOW, FakeSites(opens_with=COUNTED))

    async def hear(self, *messages: Message) -> None:
        await self._follow.follow(message_deliveries(messages))

    async def discharged(self) -> None:
        """The hospital says so."""
        await self.hear(
            said(
                MessageKind.DISCHARGED,
                "2026-06-10T13:05:00-04:00",
                event_id="a03",
                encounter_class="inpatient",
                disposition="01",
                discharged_at=LEFT_AT.isoformat(),
            )
        )

    async def corrected(self, by: timedelta, minute: int = 0) -> None:
        """The hospital says that it was earlier or later, some minutes after four."""
        left_at, at = (LEFT_AT + by).isoformat(), f"2026-06-10T16:{minute:02}:00-04:00"
        update = said(MessageKind.UPDATED, at, event_id=f"a08-{minute}", discharged_at=left_at)
        await self.hear(update)

    async def done(self, code: str, after: timedelta, version: int = 2) -> None:
        (transition,) = self.ledgers.transitions
        work = Work(version=version, completed_at=LEFT_AT + after, outcome="done")
        completion = Completion(transition.transition_id, code, work=work)
        await self._follow.follow([delivered(completion, f"{code}:{version}")])

    def step(self, code: str) -> Step:
        (transition,) = self.ledgers.transitions
        return next(one for one in transition.view.steps if one.code == code)
