"""Who is asking: a bearer token from programs, a cookie with the same token from a browser."""

from datetime import timedelta

from fastapi import Request

from care_chassis.clock import Clock
from care_chassis.identity import Identity, NotIdentified, TokenVerifier, issue_token

_LIFETIME = timedelta(hours=10)
_PEOPLE = {
    "ops": Identity("dev-ops", "Otto Operator", "ops"),
    "admin": Identity("dev-admin", "Ada Admin", "admin"),
}
COOKIE = "homeward_flow_monitor"
ALLOWED = frozenset({"ops", "admin", "integration"})


class NotAllowed(Exception):  # noqa: N818 - it says what is the case
    """Identified, but in a role that has no business here."""

    def __init__(self, role: str) -> None:
        super().__init__(f"The role {role} may not look into the flow of messages.")
        self.role = role


class Doorkeeper:
    """Tells who is asking, and whether they may.

    `wall` is real time: tokens age by it also where the services run on an accelerated clock.
    """

    def __init__(self, secret: str, *, wall: Clock, development: bool) -> None:
        self._secret = secret
        self._wall = wall
        self._verifier = TokenVerifier(secret)
        self.people = tuple(_PEOPLE.values()) if development else ()
        """Whom one may sign in as without a token."""

    def development_token(self, role: str) -> str:
        """A token of the development identity of a role. Raises NotIdentified."""
        person = next((one for one in self.people if one.role == role), None)
        if person is None:
            raise NotIdentified("there is no such development identity here")
        return issue_token(self._secret, person, now=self._wall.now(), lifetime=_LIFETIME)

    def by_bearer(self, request: Request) -> Identity:
        """Who a program's request is from. Raises NotIdentified or NotAllowed."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotIdentified("Send a bearer token: make -s token ROLE=ops prints one.")
        return self.by_token(token.strip())

    def by_cookie(self, request: Request) -> Identity:
        """Who a browser's request is from. Raises NotIdentified or NotAllowed."""
        return self.by_token(request.cookies.get(COOKIE, ""))

    def by_token(self, token: str) -> Identity:
        """Who holds this token. Raises NotIdentified or NotAllowed."""
        identity = self._verifier.identify(token)
        if identity.role not in ALLOWED:
            raise NotAllowed(identity.role)
        return identity
