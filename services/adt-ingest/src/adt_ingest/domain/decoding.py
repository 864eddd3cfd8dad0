"""Turns a message's bytes into text by the character set it declares; says what was doubtful."""

from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.charsets import CharsetRules, is_single_byte
from adt_ingest.domain.refusals import Problem, Refusal

CHARSET_REPAIRED: Final = "charset_repaired"
"""The bytes were not what was declared and were read as the site's file says."""
CHARSET_SUSPICIOUS: Final = "charset_suspicious"
"""The bytes are evidently UTF-8 and were read as declared, which gives nonsense for some signs."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message's text, the codec that gave it, and what was doubtful."""

    text: str
    codec: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, codec: str, rules: CharsetRules, separator: bytes) -> Decoded:
    """The text of `data`, of which `codec` is declared; `separator` tells fields apart.

    Raises Refusal where bytes are not of that character set and the site repairs nothing.
    """
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        repaired = _repaired(data, rules) if rules.repair_undecodable else None
        if repaired is None:
            reason = f"The bytes are not of the character set {codec}"
            place = _place_of(data, error.start, separator)
            raise Refusal(Problem.DATA_TYPE, reason, place) from error
        return repaired
    if not text.isascii() and is_single_byte(codec) and _is_utf8(data):
        repaired = _repaired(data, rules) if rules.repair_suspicious else None
        return repaired or Decoded(text, codec, (CHARSET_SUSPICIOUS,))
    return Decoded(text, codec)


def _repaired(data: bytes, rules: CharsetRules) -> Decoded | None:
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
    if not (name.isalnum() and name.isascii() and name.isupper()):
        return ""
    number = line.count(separator) + (name == "MSH")
    return f"{name}-{number}" if number else name
