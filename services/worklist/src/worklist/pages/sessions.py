"""Who is looking at a page: a signed session cookie, or a bearer token, and forms of their own."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from care_chassis.clock import Clock
from care_chassis.identity import Identity, NotIdentified, TokenVerifier, issue_token
from worklist.domain.people import Person, Source

COOKIE = "homeward_worklist"
_LIFETIME = timedelta(hours=10)  # a long shift; then the page asks again


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who is signed in; `form_token` proves that a form came from our page.

    A client with a bearer token cannot be tricked into sending it, and needs no form token.
    """

    person: Person
    form_token: str | None


class NotSignedIn(Exception):  # noqa: N818 - it says what is the case
    """Nobody is signed in, or no longer."""


class ForeignForm(Exception):  # noqa: N818 - it says what is the case
    """A form that does not come from a page of this session."""


class Sessions:
    """Tells who is asking, and begins and ends sessions.

    `wall` is real time: tokens age by it also where the services run on an accelerated clock.
    """

    def __init__(self, *, secret: str, wall: Clock, secure: bool) -> None:
        self._secret = secret
        self._verifier = TokenVerifier(secret)
        self._wall = wall
        self._secure = secure

    def visitor(self, request: Request) -> Visitor:
        """Who is asking. Raises NotSignedIn."""
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return Visitor(self._person(bearer.strip()), None)
        session = request.cookies.get(COOKIE, "")
        return Visitor(self._person(session), self._form_token(session))

    def check_form(self, visitor: Visitor, given: str) -> None:
        """Raises ForeignForm where the form was not made for this session."""
        wanted = visitor.form_token
        if wanted is not None and not hmac.compare_digest(wanted.encode(), given.encode()):
            raise ForeignForm

    def begin(self, response: Response, identity: Identity) -> None:
        """Sign someone in."""
        token = issue_token(self._secret, identity, now=self._wall.now(), lifetime=_LIFETIME)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(_LIFETIME.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def end(self, response: Response) -> None:
        """Sign them out."""
        response.delete_cookie(COOKIE, httponly=True, secure=self._secure, samesite="lax")

    def _person(self, token: str) -> Person:
        try:
            identity = self._verifier.identify(token)
        except NotIdentified as error:
            raise NotSignedIn from error
        return Person(identity.subject, identity.name, identity.role, Source.PAGE)

    def _form_token(self, session: str) -> str:
        message = f"form\x1f{session}".encode()
        return hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()
