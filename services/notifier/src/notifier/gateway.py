"""Hands texts to a gateway by HTTP, and says which refusals are for good."""

import ssl
from dataclasses import dataclass

import httpx

from notifier.ports import LetterDeferredError, LetterLostError, LetterRefusedError
from notifier.text_ports import Text

_TAKEN = range(200, 300)
_ABOUT_THE_TEXT = frozenset({400, 404, 409, 410, 413, 422})
"""Answers in which the gateway speaks of this text or its number; others are about us or for now,
and a person can mend them within the day."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the gateway is, and how it knows us."""

    url: str
    token: str
    timeout_seconds: float


class HttpGateway:
    """A gateway that takes `POST {"id", "to", "text"}`, the same id meaning the same text."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._trust = ssl.create_default_context()

    async def send(self, text: Text) -> None:
        """Hand a text over. Raises LetterError, of the kind that fits."""
        try:
            code = await self._post(text)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise LetterDeferredError("unreachable") from error
        except httpx.TransportError as error:
            raise LetterLostError("no_answer") from error
        if code in _ABOUT_THE_TEXT:
            raise LetterRefusedError(f"http_{code}")
        if code not in _TAKEN:
            raise LetterDeferredError(f"http_{code}")

    async def _post(self, text: Text) -> int:
        access = self._access
        async with httpx.AsyncClient(verify=self._trust, timeout=access.timeout_seconds) as client:
            answer = await client.post(
                access.url,
                json={
                    "id": str(text.notification_id),
                    "to": text.number,
                    "text": text.words,
                },
                headers={
                    "Authorization": f"Bearer {access.token}",
                    "Idempotency-Key": str(text.notification_id),
                },
            )
        return answer.status_code


class NoGateway:
    """Stands where no gateway is configured: texts wait for one, and fail after a day."""

    async def send(self, text: Text) -> None:  # noqa: ARG002 - there is nobody to give it to
        """Raise LetterDeferredError."""
        raise LetterDeferredError("no_gateway")
