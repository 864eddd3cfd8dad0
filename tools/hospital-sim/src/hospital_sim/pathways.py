"""What happens to patients: one YAML file per pathway, with what must come of it.

Hours count from the pathway's beginning. `at` is when the hospital records the step, `sent` when it
gets round to sending it, `again` when it sends the same bytes once more.
"""

from importlib.resources import files
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from hospital_sim.hospitals import Disposition, VisitClass

Trigger = Literal["A01", "A02", "A03", "A04", "A08", "A11", "A13", "A40"]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Document):
    """One thing the hospital records and sends."""

    at: float = Field(ge=0)
    trigger: Trigger
    visit: int = 1
    person: int = 1
    visit_class: VisitClass = Field(default="inpatient", alias="class")
    disposition: Disposition | None = None
    left_at: float | None = None
    """When the patient really left (PV1-45), where that is not shortly before `at`."""
    dies: bool = False
    absorbs: int | None = None
    """Whose number is merged away into this person's."""
    sent: float | None = None
    again: list[float] = []

    @property
    def first_sent(self) -> float:
        return self.at if self.sent is None else self.sent

    @model_validator(mode="after")
    def _sent_after_it_happened(self) -> Self:
        if min([self.first_sent, *self.again]) < self.at:
            raise ValueError("a step cannot be sent before it is recorded")
        return self


class ExpectedOutcome(_Document):
    """One follow-up that must stand at the end: written down for people, and for a test."""

    kind: str
    state: str
    reason: str | None = None


class ExpectedStay(_Document):
    """How one visit must stand at the end."""

    visit: int
    status: str
    readmission_of: int | None = None
    transitions: list[ExpectedOutcome]


class Pathway(_Document):
    """One pathway."""

    name: str
    says: str
    weight: int = Field(gt=0)
    steps: list[Step]
    expects: list[ExpectedStay]

    @property
    def hours(self) -> float:
        """How long it takes until everything is sent."""
        return max(max([step.first_sent, *step.again]) for step in self.steps)


def load_pathways() -> list[Pathway]:
    """All pathways, in the order of their names."""
    folder = files("hospital_sim").joinpath("pathways")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    pathways = [Pathway.model_validate(yaml.safe_load(text)) for text in texts]
    return sorted(pathways, key=lambda pathway: pathway.name)
