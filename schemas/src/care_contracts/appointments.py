"""`appointments.v1`: what a hospital said about an appointment of a patient (SIU)."""

from enum import StrEnum

from care_contracts.base import Contract, Facts, Instant
from care_contracts.encounters import Practitioner
from care_contracts.statements import Coded, Number, Statement


class AppointmentEventType(StrEnum):
    """What was done; the `ce_type`. How the appointment stands says `status`."""

    BOOKED = "appointment.booked"
    """S12"""
    RESCHEDULED = "appointment.rescheduled"
    """S13"""
    MODIFIED = "appointment.modified"
    """S14; S18 to S22, which name only the resources that change"""
    CANCELLED = "appointment.cancelled"
    """S15; S16, which ends a series"""
    DELETED = "appointment.deleted"
    """S17: it was never meant"""
    NO_SHOW = "appointment.no_show"
    """S26"""


class AppointmentStatus(StrEnum):
    """How an appointment stands; the names of FHIR R4 `Appointment.status`, in snake case."""

    PENDING = "pending"
    WAITLISTED = "waitlisted"
    BOOKED = "booked"
    ARRIVED = "arrived"
    """The patient is there, or being seen."""
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ENTERED_IN_ERROR = "entered_in_error"

    @property
    def is_open(self) -> bool:
        """Whether the patient is still expected."""
        return self in (
            AppointmentStatus.PENDING,
            AppointmentStatus.WAITLISTED,
            AppointmentStatus.BOOKED,
        )


class ResourceKind(StrEnum):
    """What an appointment needs: the segment that names it."""

    SERVICE = "service"
    """AIS"""
    PERSON = "person"
    """AIP"""
    PLACE = "place"
    """AIL"""
    EQUIPMENT = "equipment"
    """AIG"""


class Resource(Contract):
    """A service, person, place or thing that the appointment needs."""

    kind: ResourceKind
    code: Coded | None = None
    """Of a service or a thing."""
    practitioner: Practitioner | None = None
    place: str | None = None
    role: Coded | None = None
    """What kind of person, place or thing: AIP-4, AIL-4, AIG-4."""
    starts_at: Instant | None = None
    status: AppointmentStatus | None = None
    removed: bool = False
    """It belongs to the appointment no more."""


class AppointmentFacts(Facts):
    """What the message said of the appointment; what it left out still holds as it was."""

    status: AppointmentStatus | None = None
    status_as_sent: str | None = None
    """SCH-25"""
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    kind: Coded | None = None
    """SCH-8, such as normal or walk-in"""
    reason: Coded | None = None
    """SCH-7: why the patient comes"""
    change_reason: Coded | None = None
    """SCH-6: why it was booked, moved or cancelled"""
    entered_by: Practitioner | None = None
    """SCH-20, else SCH-16 and SCH-12, the contacts: who booked or changed it"""
    resources: list[Resource] | None = None
    """Those that the message names; after S18 to S22 there are others still."""


class AppointmentEvent(Statement):
    """The body of every event in `appointments.v1`; one number at least is there."""

    placer_number: Number | None = None
    """SCH-1: the number of who asked for it"""
    filler_number: Number | None = None
    """SCH-2: the number of who holds the schedule; prefer it"""
    occurrence: str = ""
    """SCH-3: which one of a series under one number"""
    placer_order: Number | None = None
    """SCH-26: the order or referral it came from"""
    filler_order: Number | None = None
    """SCH-27"""
    facts: AppointmentFacts = AppointmentFacts()
