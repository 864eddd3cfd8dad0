"""Reads the acknowledgements that came back for a message: was it taken, and if not, why."""

from dataclasses import dataclass
from typing import Final, Self

from adt_ingest.domain.batches import messages_in
from adt_ingest.domain.reader import Message, Segment, read_header, read_message
from adt_ingest.domain.refusals import Problem, Refusal

_POSITIVE: Final = frozenset({"AA", "CA"})
_ANSWERS: Final = _POSITIVE | {"AE", "AR", "CE", "CR"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver said about one message."""

    codes: tuple[str, ...]
    """MSA-1 of each acknowledgement, in order; none where the message wanted none."""
    reason: str = ""
    place: str = ""
    error: str = ""
    """The code of HL7 table 0357."""

    @property
    def taken(self) -> bool:
        """Whether all that was said is positive, and something was said."""
        return bool(self.codes) and set(self.codes) <= _POSITIVE

    @property
    def asks_again(self) -> bool:
        """Whether the trouble is the receiver's own: the message is to be sent again as it is."""
        return not self.taken and (self.error == Problem.INTERNAL.code or "CE" in self.codes)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The answer in `body`; of several acknowledgements the first that is negative counts.

        Raises Refusal for what is no acknowledgement.
        """
        if not body.strip():
            return cls((), "It asks for no answer (MSH-15, MSH-16)")
        read = [_read(one) for one in messages_in(body).messages]
        codes = tuple(msa.value(1).strip() for msa, _ in read)
        if not set(codes) <= _ANSWERS:
            raise Refusal(Problem.TABLE_VALUE, "The answer says neither yes nor no", "MSA-1")
        for code, (msa, err) in zip(codes, read, strict=True):
            if code not in _POSITIVE:
                reason, place, error = _why(msa, err)
                return cls(codes, reason.removesuffix(f" ({place})"), place, error)
        return cls(codes)


def _read(data: bytes) -> tuple[Segment, Segment | None]:
    message: Message = read_message(data, read_header(data), default_codec="utf-8")
    msa = message.first("MSA")
    if msa is None:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The answer has no MSA", "MSA")
    return msa, message.first("ERR")


def _why(msa: Segment, err: Segment | None) -> tuple[str, str, str]:
    """Words, place and code: since v2.5 in fields of ERR, before that in its first and in MSA-3."""
    words = msa.value(3).strip()
    if err is None:
        return words, "", ""
    if err.raw(3):
        return err.value(8).strip() or words, _place(err.components(2)), err.value(3).strip()
    segment, _, field, *_ = [*err.components(1), "", "", ""]
    error = err.marks.subcomponents(err.raw(1), 4)
    return words, _place([segment, "1", field]), error[0] if error else ""


def _place(parts: list[str]) -> str:
    segment, _, field, _, component, *_ = [*parts, "", "", "", "", ""]
    place = f"{segment}-{field}" if field else segment
    return f"{place}.{component}" if component else place
