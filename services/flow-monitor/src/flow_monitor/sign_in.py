"""Who is asking: a bearer token from programs, a cookie with the same token from a browser."""

from fastapi import Request

from care_chassis.identity import Identity, NotIdentified, TokenVerifier

COOKIE = "homeward_flow_monitor"
ALLOWED = frozenset({"ops", "admin", "integration"})


class NotAllowed(Exception):  # noqa: N818 - it says what is the case
    """Identified, but in a role that has no business here."""

    def __init__(self, role: str) -> None:
        super().__init__(f"The role {role} may not look into the flow of messages.")
        self.role = role


class Doorkeeper:
    """Tells who is asking, and whether they may."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

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
