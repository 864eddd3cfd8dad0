"""What clients send about a task: how it ended, or whom they tried to reach."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import AwareDatetime, BaseModel, Field

from worklist.domain.evidence import Attempt, Channel, Complexity, Credential, Element, Evidence
from worklist.domain.outcomes import Outcome
from worklist.domain.people import Person

_Note: TypeAlias = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
_Number: TypeAlias = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")]


class EvidenceBody(BaseModel):
    """What bills and measures ask about the work; all of it may be left out."""

    done_at: AwareDatetime | None = Field(None, description="When, if not now.")
    channel: Channel | None = None
    number: _Number = ""
    credential: Credential | None = Field(None, description="Of who saw or reconciled.")
    mdm: Complexity | None = Field(None, description="As the clinician judged it.")
    elements: list[Element] = Field([], description="What discharge information contained.")
    other_tcm_claim: bool = Field(default=False, description="Somebody else has reported TCM.")

    def evidence(self) -> Evidence:
        """The same in the domain's words."""
        return Evidence(
            done_at=self.done_at,
            channel=self.channel,
            number=self.number,
            credential=self.credential,
            mdm=self.mdm,
            elements=tuple(self.elements),
            other_tcm_claim=self.other_tcm_claim,
        )


class Completion(BaseModel):
    """How a task ended."""

    outcome: str = Field(max_length=50, description="A code such as `reached-patient`.")
    note: _Note | None = None
    evidence: EvidenceBody | None = None


class TickBody(BaseModel):
    """A line of the task's checklist."""

    item: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")] = Field(
        description="In the words of the task's `checklist`."
    )


class AttemptBody(BaseModel):
    """One try to reach somebody that did not; the task stays open."""

    outcome: Outcome = Field(description="voicemail, no-answer, busy ...")
    channel: Channel = Channel.PHONE
    number: _Number = Field("", description="Which was tried; others see its last four digits.")
    at: AwareDatetime | None = Field(
        None, description="When, if not now. With it, a repeated request is recognised."
    )
    callback_at: AwareDatetime | None = Field(None, description="With `asked-callback`.")
    note: _Note = ""

    def attempt(self, person: Person, now: datetime) -> Attempt:
        """The same in the domain's words."""
        return Attempt(
            at=self.at or now,
            by=person.subject,
            name=person.name,
            channel=self.channel,
            outcome=self.outcome,
            number=self.number,
            callback_at=self.callback_at,
        )
