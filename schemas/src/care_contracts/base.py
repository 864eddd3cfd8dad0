"""What every contract has in common: closed, frozen, aware times, and three-valued facts."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError as error:  # the first and last day of the calendar
        raise ValueError("an instant that UTC cannot name") from error


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware instant, normalised to UTC. Naive datetimes are refused at the border."""


class Contract(BaseModel):
    """A value that crosses a service border.

    Unknown fields are ignored, so that a newer sender can add some within a major version.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    def to_json(self) -> bytes:
        """The body of an event, as UTF-8 JSON."""
        return self.model_dump_json().encode()


class Facts(Contract):
    """Fields that a message may leave out, delete, or set.

    Absent (the message said nothing): the field is not in `said()`. Deleted (`""` in HL7): it is
    there with None. Else it is there with its value. In JSON: no key, null, a value.
    """

    def said(self) -> dict[str, Any]:
        """The fields the message spoke of, None meaning "deleted"."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}
