"""Turns a message's bytes into text by the character set it declares; says what was doubtful."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from adt_ingest.domain.charsets import JIS, CharsetRules, is_single_byte
from adt_ingest.domain.delimiters import Delimiters
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.segment_names import may_be_shown
from adt_ingest.domain.switches import decode_switched, has_switch

CHARSET_REPAIRED: Final = "charset_repaired"
"""The bytes were not what was declared and were read as the site's file says."""
CHARSET_SUSPICIOUS: Final = "charset_suspicious"
"""The bytes are evidently UTF-8 and were read as declared, which gives nonsense for some signs."""
_ESCAPE: Final = b"\x1b"
_WITH_ESCAPES: Final = {JIS: JIS, "shift_jis": JIS, "euc_kr": "iso2022_kr"}
"""What reads a set where ISO 2022 announces it with true escape sequences."""


class Decoded(NamedTuple):
    """A message's text, the codec that gave it, and what was doubtful."""

    text: str
    codec: str
    warnings: tuple[str, ...] = ()


def decode(
    data: bytes, codecs: Sequence[str], delimiters: Delimiters, rules: CharsetRules
) -> Decoded:
    """The text of `data`, which begins in the first of `codecs` and may switch to the others.

    Raises Refusal where bytes are not of that character set and the site repairs nothing.
    """
    try:
        text, codec = _as_declared(data, codecs, delimiters)
    except UnicodeDecodeError as error:
        repaired = repair(data, rules) if rules.repair_undecodable else None
        if repaired is None:
            reason = f"The bytes are not of the character set {codecs[0]}"
            place = _place_of(data, error.start, delimiters.field.encode())
            raise Refusal(Problem.DATA_TYPE, reason, place) from error
        return repaired
    if not text.isascii() and is_single_byte(codec) and _is_utf8(data):
        repaired = repair(data, rules) if rules.repair_suspicious else None
        return repaired or Decoded(text, codec, (CHARSET_SUSPICIOUS,))
    return Decoded(text, codec)


def _as_declared(data: bytes, codecs: Sequence[str], delimiters: Delimiters) -> tuple[str, str]:
    codec = codecs[0]
    if _ESCAPE in data:
        codec = next(filter(None, map(_WITH_ESCAPES.get, codecs)), codec)
    if len(codecs) > 1 and has_switch(data, delimiters):
        return decode_switched(data, codec, codecs, delimiters), codec
    return data.decode(codec), codec


def repair(data: bytes, rules: CharsetRules) -> Decoded | None:
    """The text of `data` by the character set that the site's file names; None if it is no help."""
    try:
        text = data.decode(rules.repair_codec)
    except UnicodeDecodeError:
        return None
    return Decoded(text, rules.repair_codec, (CHARSET_REPAIRED,))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _place_of(data: bytes, offset: int, separator: bytes) -> str:
    """Segment and field of the byte at `offset`, such as `PID-5`."""
    before = data[:offset].replace(b"\n", b"\r")
    line = before[before.rfind(b"\r") + 1 :]
    name = line[:3].decode("latin-1")
    if not may_be_shown(name):
        return ""
    number = line.count(separator) + (name == "MSH")
    return f"{name}-{number}" if number else name
