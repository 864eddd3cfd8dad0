"""Hands messages to a running adt-ingest over `POST /hl7`.

HTTP and not MLLP: a file's bytes go as they are, whatever block marks or line ends they hold, each
request has its own answer, and a header can say which refused message is repaired.
"""

from types import TracebackType
from typing import Final, Self

import httpx

from adt_ingest.domain.operators import OPERATOR_HEADER, REPAIRS_HEADER, proof_of
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.replies import Answered
from care_chassis.errors import TransientError
from care_contracts.hl7 import HL7_CONTENT_TYPE

_FORBIDDEN: Final = 403
_ANSWER_SECONDS: Final = 60.0


class NoAnswerError(TransientError):
    """adt-ingest did not answer, or not as it should; `why` says how."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"adt-ingest at {url}")
        self.why = why


class NotAnOperatorError(Exception):
    """adt-ingest has another secret than we."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"adt-ingest at {url} does not take us for an operator of its own:"
            " CARE_PATIENT_KEY_SECRET must be the same here and there"
        )


class Hl7Client:
    """An `Hl7Door` at an address such as `http://127.0.0.1:8075`, handed to by an operator."""

    def __init__(
        self, url: str, *, secret: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._http = httpx.AsyncClient(timeout=_ANSWER_SECONDS, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def send(self, data: bytes, *, repairs: str = "") -> Answered:
        """Hand in one message and return its answer. Raises NoAnswerError, NotAnOperatorError."""
        headers = {
            "content-type": HL7_CONTENT_TYPE,
            OPERATOR_HEADER: proof_of(self._secret, data, repairs),
            **({REPAIRS_HEADER: repairs} if repairs else {}),
        }
        try:
            answer = await self._http.post(f"{self._url}/hl7", content=data, headers=headers)
        except httpx.HTTPError as error:
            raise NoAnswerError(self._url, _in_words(error)) from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Answered:
        is_hl7 = answer.headers.get("content-type", "").startswith(HL7_CONTENT_TYPE)
        if answer.status_code == _FORBIDDEN:
            raise NotAnOperatorError(self._url)
        if not answer.is_success and not is_hl7:
            raise NoAnswerError(self._url, f"it answered HTTP {answer.status_code}")
        try:
            return Answered.read(answer.content)
        except Refusal as refusal:
            raise NoAnswerError(self._url, refusal.reason) from refusal


def _in_words(error: httpx.HTTPError) -> str:
    match error:
        case httpx.ConnectError():
            return "nobody listens there"
        case httpx.TimeoutException():
            return "no answer in time"
        case _:
            return "the connection broke"
