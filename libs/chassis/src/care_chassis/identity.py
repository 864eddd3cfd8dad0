"""Who is asking: bearer tokens, issued for development and verified everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ROLES = ("nurse", "pharmacist", "coordinator", "provider", "ops", "admin", "integration")
_ISSUER = "homeward-development"


class NotIdentified(Exception):  # noqa: N818 - it says what is the case, not what broke
    """The token is missing, forged or expired; `reason` says which, without the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone, or some system, that may act in a role."""

    subject: str
    name: str
    role: str


def issue_token(secret: str, identity: Identity, *, now: datetime, lifetime: timedelta) -> str:
    """A signed token for an identity, for development and tests.

    `now` is real time, also where the services run on an accelerated clock.
    """
    claims = {
        "iss": _ISSUER,
        "sub": identity.subject,
        "name": identity.name,
        "role": identity.role,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


class TokenVerifier:
    """Tells who a token was issued to."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)
        self._rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": _ISSUER},
            sub={"essential": True},
            exp={"essential": True},
            role={"essential": True, "values": list(ROLES)},
        )

    def identify(self, token: str) -> Identity:
        """The identity in a token. Raises NotIdentified."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            self._rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise NotIdentified("the token is not valid, or no longer") from error
        return Identity(
            subject=str(claims["sub"]), name=str(claims.get("name", "")), role=str(claims["role"])
        )
