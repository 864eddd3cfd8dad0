"""Who is asking the REST API: a bearer token, and what its role may do."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from care_chassis.identity import NotIdentified, TokenVerifier
from worklist.api.problems import Problem
from worklist.domain.people import Person
from worklist.see_patients import SeePatients, Sight

_SCHEME = HTTPBearer(auto_error=False, description="`make token ROLE=nurse` prints one.")
_Credentials: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]
_Reason: TypeAlias = Annotated[
    str,
    Header(
        alias="Break-Glass-Reason",
        max_length=200,
        description="Why somebody who is not assigned has to see the patient; names nobody.",
    ),
]


class Door:
    """Lets in who may see patients, and to the work who may work."""

    def __init__(self, verifier: TokenVerifier, patients: SeePatients) -> None:
        self._verifier = verifier
        self._patients = patients

    async def seer(self, credentials: _Credentials, reason: _Reason = "") -> Sight:
        """What someone sees who may see patients. Raises Problem."""
        person = self._identified(credentials)
        sight = self._patients.by(person, reason)
        if not person.may_see:
            await sight.turned_away()
            detail = f"The role {person.role} runs the system and does not see patients."
            raise Problem(HTTPStatus.FORBIDDEN, "role", detail)
        return sight

    async def counter(self, credentials: _Credentials) -> Person:
        """Someone who may read measures. Raises Problem."""
        person = self._identified(credentials)
        if not person.may_count:
            await self._patients.by(person).turned_away()
            detail = f"The role {person.role} reads no measures; care team and operations do."
            raise Problem(HTTPStatus.FORBIDDEN, "role", detail)
        return person

    async def auditor(self, credentials: _Credentials) -> Person:
        """Someone who may read the audit. Raises Problem."""
        person = self._identified(credentials)
        if not person.may_audit:
            await self._patients.by(person).turned_away()
            detail = f"The role {person.role} does not read the audit; ops and admin do."
            raise Problem(HTTPStatus.FORBIDDEN, "role", detail)
        return person

    async def worker(self, credentials: _Credentials, reason: _Reason = "") -> Sight:
        """What someone sees who may work tasks. Raises Problem."""
        person = self._identified(credentials)
        sight = self._patients.by(person, reason)
        if not person.may_work:
            await sight.turned_away()
            detail = f"The role {person.role} does not work tasks; the care team does."
            raise Problem(HTTPStatus.FORBIDDEN, "role", detail)
        return sight

    def _identified(self, credentials: HTTPAuthorizationCredentials | None) -> Person:
        if credentials is None:
            raise _unidentified("Send `Authorization: Bearer <token>`.")
        try:
            identity = self._verifier.identify(credentials.credentials)
        except NotIdentified as error:
            raise _unidentified(f"Not identified: {error.reason}.") from error
        return Person(identity.subject, identity.name, identity.role)


def _unidentified(detail: str) -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED, "unidentified", detail, headers={"WWW-Authenticate": "Bearer"}
    )
