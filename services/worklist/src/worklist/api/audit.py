"""`GET /api/audit`: who saw or changed what of whom, and whether the record of it holds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from care_contracts.base import Instant
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Text
from worklist.api.problems import RESPONSES
from worklist.domain.audit import Sealed
from worklist.domain.people import Person, Source
from worklist.places import after_entry, word_after_entry
from worklist.ports import AuditFilter
from worklist.read_audit import ReadAudit


class AuditQuery(BaseModel):
    """The filters of the audit."""

    patient: Text | None = Field(None, description="A patient's key, as entries name it.")
    mrn: Text | None = Field(None, description="Also one that was merged away.")
    person: Text | None = Field(None, description="The subject of who did it.")
    begins_at: AwareDatetime | None = Field(None, alias="from")
    ends_at: AwareDatetime | None = Field(None, alias="until", description="Not included.")
    alerts: bool = Field(default=False, description="Denied tries and broken glass only.")
    next: str | None = Field(None, description="`next` of the page before.")
    limit: Limit = 50

    async def wanted(self, audit: ReadAudit) -> AuditFilter:
        """The filter, with the keys of whom the number stands for."""
        keys = await audit.keys_of(self.mrn) if self.mrn else None
        if self.patient:
            keys = [self.patient] if keys is None or self.patient in keys else []
        return AuditFilter(
            patients=None if keys is None else tuple(keys),
            subject=self.person,
            begins_at=self.begins_at,
            ends_at=self.ends_at,
            alerts=self.alerts,
        )


class AuditEntryShape(BaseModel):
    """An entry; nothing of what a patient has is in it."""

    position: int
    seal: str
    """SHA-256 over the seal before and this entry, in hexadecimal"""
    at: Instant
    subject: str
    name: str
    role: str
    source: Source
    action: str
    allowed: bool
    alert: list[str]
    """codes of DICOM: 110113 a security alert, 110127 emergency access began; empty for none"""
    patients: list[str]
    transition_id: UUID | None
    task_id: UUID | None
    searched_by: list[str]
    reason: str
    open_until: Instant | None


class AuditPage(BaseModel):
    """A page of the audit."""

    items: list[AuditEntryShape]
    next: str | None


class CheckShape(BaseModel):
    """What came of checking a stretch of the chain."""

    after: int
    until: int
    """the last place that holds"""
    intact: bool
    first_broken: int | None
    """the first place whose entry is gone or says something else"""
    next: int | None
    """what to send as `after` to go on; null at the end"""
    end: int
    end_seal: str
    """to be written down elsewhere: who rebuilds the chain cannot rebuild that"""


def audit_router(audit: ReadAudit, door: Door) -> APIRouter:
    """The routes of the audit."""
    router = APIRouter(prefix="/audit", tags=["audit"], responses=RESPONSES)
    auditor = Depends(door.auditor)

    @router.get("", summary="Who saw or changed what of whom, the latest first")
    async def list_entries(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, auditor], query: Annotated[AuditQuery, Query()]
    ) -> AuditPage:
        place, wanted = after_entry(query.next), await query.wanted(audit)
        found = await audit.entries(person, wanted, place, query.limit)
        following = word_after_entry(found[-1]) if len(found) == query.limit else None
        return AuditPage(items=[_shape(one) for one in found], next=following)

    @router.get("/verification", summary="Whether entries are as they were sealed")
    async def verification(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, auditor],
        after: Annotated[int, Query(ge=0, lt=2**63, description="`next` of the one before.")] = 0,
    ) -> CheckShape:
        checked = await audit.check(person, after)
        goes_on = checked.first_broken is None and checked.until < checked.end
        return CheckShape(
            after=after,
            until=checked.until,
            intact=checked.first_broken is None,
            first_broken=checked.first_broken,
            next=checked.until if goes_on else None,
            end=checked.end,
            end_seal=checked.end_seal.hex(),
        )

    return router


def _shape(sealed: Sealed) -> AuditEntryShape:
    entry = sealed.entry
    return AuditEntryShape(
        position=sealed.position,
        seal=sealed.seal.hex(),
        at=entry.at,
        subject=entry.person.subject,
        name=entry.person.name,
        role=entry.person.role,
        source=entry.person.source,
        action=entry.action,
        allowed=entry.allowed,
        alert=list(entry.alert_codes),
        patients=list(entry.patients),
        transition_id=entry.transition_id,
        task_id=entry.task_id,
        searched_by=list(entry.searched_by),
        reason=entry.reason,
        open_until=entry.open_until,
    )
