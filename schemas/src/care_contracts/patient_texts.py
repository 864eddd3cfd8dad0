"""What a site texts to its patients, in words that are judged when its file is read."""

from typing import Final

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from care_contracts.base import Contract
from care_contracts.text_words import fault_in, filled_in, remedy_for

_TELEPHONE: Final = r"^\+?[0-9(][0-9(). -]{5,18}[0-9]$"


class PatientTexts(Contract):
    """Texts to patients who went home, one for each follow-up; without this none is sent.

    Their words are refused if they may not be sent (section 10): `care_contracts.text_words`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str = Field(min_length=3, max_length=60)
    """As patients know it."""
    number: str = Field(pattern=_TELEPHONE)
    """Where they call back."""
    words: str = Field(
        default="{sender}: please call {number} about your follow-up. Reply STOP to opt out.",
        validate_default=True,
    )
    stopped: str = Field(
        default="{sender}: you will get no more texts. You can call us at {number}.",
        validate_default=True,
    )
    """The one confirmation of an opt-out."""

    @field_validator("words", "stopped")
    @classmethod
    def _may_be_sent(cls, value: str, info: ValidationInfo) -> str:
        if not {"sender", "number"} <= info.data.keys():
            return value  # what is wrong with those is told first
        sender, number = info.data["sender"], info.data["number"]
        text = filled_in(value, sender=sender, number=number)
        if "{" in text or "}" in text:
            message = "only {sender} and {number} are filled in"
            raise ValueError(message)
        if fault := fault_in(
            text, sender=sender, number=number, offers_stop=info.field_name == "words"
        ):
            message = f"{fault}: {remedy_for(fault)}"
            raise ValueError(message)
        return value

    @property
    def follow_up_text(self) -> str:
        """What a patient reads."""
        return filled_in(self.words, sender=self.sender, number=self.number)

    @property
    def stopped_text(self) -> str:
        """What a patient reads who opted out."""
        return filled_in(self.stopped, sender=self.sender, number=self.number)
