"""Puts notices into words: short, courteous, and no more of the patient than the rule asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifier.domain.notices import Recipient, Role
from notifier.domain.stories import Plot, Story
from notifier.ports import Institution, Letter


@dataclass(frozen=True, slots=True)
class _Wording:
    """The words that differ from one plot to another; the subject never names the patient."""

    subject: str
    event: str
    """What happened, as a phrase of the summary."""
    news: str
    """What happened, as the sentence that the letter begins with."""


def _correction(what: str, was: str) -> _Wording:
    return _Wording(
        subject=f"Correction: the {what} we told you of was cancelled",
        event=f"Correction: {what} cancelled",
        news=f"we told you that your patient {{patient}} {was} {{institution}} on {{when}}. "
        f"The hospital has since cancelled this {what}. Please disregard our earlier notice.",
    )


_WORDINGS: Mapping[Plot, _Wording] = {
    Plot.EMERGENCY: _Wording(
        subject="Notice of a visit to the emergency department",
        event="Registered in the emergency department",
        news="your patient {patient} was registered in the emergency department of "
        "{institution} on {when}.",
    ),
    Plot.OBSERVATION: _Wording(
        subject="Notice of an observation stay",
        event="Placed under observation",
        news="your patient {patient} was placed under observation at {institution} on {when}.",
    ),
    Plot.ADMITTED: _Wording(
        subject="Notice of admission",
        event="Admitted as an inpatient",
        news="your patient {patient} was admitted to {institution} as an inpatient on {when}.",
    ),
    Plot.DISCHARGED: _Wording(
        subject="Notice of discharge",
        event="Discharged",
        news="your patient {patient} was discharged from {institution} on {when}.",
    ),
    Plot.DIED: _Wording(
        subject="Notice of the end of a hospital stay",
        event="Died",
        news="we are sorry to tell you that your patient {patient} has died. "
        "The stay at {institution} ended on {when}.",
    ),
    Plot.EMERGENCY_CANCELLED: _correction(
        "registration", "was registered in the emergency department of"
    ),
    Plot.OBSERVATION_CANCELLED: _correction("observation stay", "was placed under observation at"),
    Plot.ADMISSION_CANCELLED: _correction("admission", "was admitted to"),
    Plot.DISCHARGE_CANCELLED: _correction("discharge", "was discharged from"),
}
_BECAUSE: Mapping[Role, str] = {
    Role.PRIMARY_CARE_PROVIDER: "the hospital knows you as this patient's primary care provider",
    Role.POST_ACUTE_PROVIDER: "the hospital knows that this patient goes on to your care",
    Role.NAMED_BY_PATIENT: "this patient named you to the hospital",
}
_NOT_NAMED = "not named by the hospital"

_LOADER = PackageLoader("notifier", "templates")
_PLAIN = Environment(loader=_LOADER, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - text has no markup to escape
_MARKUP = Environment(loader=_LOADER, undefined=StrictUndefined, autoescape=True)


class WrittenLetters:
    """Letters from the templates beside this module, as text and as simple HTML."""

    def __init__(self) -> None:
        self._text = _PLAIN.get_template("notice.txt.j2")
        self._html = _MARKUP.get_template("notice.html.j2")

    def compose(
        self, notification_id: UUID, story: Story, to: Recipient, sender: Institution
    ) -> Letter:
        """The letter that tells the story to the recipient."""
        wording = _WORDINGS[story.plot]
        when = _in_words(story.occurred_at.astimezone(sender.zone))
        patient = story.patient_name or "(name not given by the hospital)"
        content = {
            "recipient": to.name,
            "news": wording.news.format(patient=patient, institution=sender.name, when=when),
            "patient": patient,
            "practitioner": story.practitioner_name or _NOT_NAMED,
            "institution": sender.name,
            "event": wording.event,
            "when": when,
            "because": _BECAUSE[story.told_as],
        }
        return Letter(
            notification_id=notification_id,
            name=to.name,
            address=to.address or "",
            subject=wording.subject,
            text=self._text.render(content),
            html=self._html.render(content),
        )


def _in_words(local: datetime) -> str:
    """A local time as a letter says it: Friday, June 5, 2026, at 7:40 AM EDT."""
    hour = local.hour % 12 or 12
    return (
        f"{local:%A, %B} {local.day}, {local.year}, at {hour}:{local:%M}"
        f" {'AM' if local.hour < 12 else 'PM'} {local.tzname()}"  # noqa: PLR2004 - noon
    )
