r"""Reads text in which `\C..\` and `\M..\` switch between the character sets of MSH-18.

Their digits are an escape sequence of ISO 2022. What they switch to holds until the next switch or
delimiter; a byte that looks like a delimiter, as some of a kanji do, comes escaped.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from adt_ingest.domain.charsets import JIS
from adt_ingest.domain.delimiters import Delimiters

_ASCII: Final = b"2842"
"""Back to the set that the message began with."""
_SETS: Final = {
    b"284A": JIS,
    b"2440": JIS,
    b"2442": JIS,
    b"242844": JIS,
    b"2949": "shift_jis",
    b"242941": "gb18030",
    b"242943": "euc_kr",
    b"2D41": "iso8859_1",
    b"2D42": "iso8859_2",
    b"2D43": "iso8859_3",
    b"2D44": "iso8859_4",
    b"2D4C": "iso8859_5",
    b"2D47": "iso8859_6",
    b"2D46": "iso8859_7",
    b"2D48": "iso8859_8",
    b"2D4D": "iso8859_9",
    b"2D62": "iso8859_15",
}
_IN_PLACE_OF_ASCII: Final = (b"24", b"284A")
"""Beginnings of those whose bytes are in the range of ASCII's, and so of the delimiters'."""
_JAPANESE: Final = frozenset({JIS, "shift_jis"})
_BEYOND_ASCII: Final = 0x80


def has_switch(data: bytes, delimiters: Delimiters) -> bool:
    """Whether there is anything for `decode_switched` to do."""
    return any((delimiters.escape + kind).encode() in data for kind in "CM")


def decode_switched(
    data: bytes, codec: str, declared: Collection[str], delimiters: Delimiters
) -> str:
    """The text of `data`, which begins in `codec` and may switch to the codecs in `declared`.

    A switch that nobody declared, or to bytes that its set does not have, is left as it stands.
    Raises UnicodeDecodeError as `bytes.decode` does.
    """
    run = _Run(codec, declared, delimiters)
    parts: list[str] = []
    done = 0
    meant: str | None = None
    for found in run.pattern.finditer(data):
        digits = found[1].upper()
        if digits != _ASCII or meant is not None:  # nothing leads back to where it never left
            meant = run.meaning(digits, found[2])
        if meant is not None:
            parts += [_plain(data, done, found.start(), codec), meant]
            done = found.end()
    return "".join([*parts, _plain(data, done, len(data), codec)])


def _plain(data: bytes, start: int, end: int, codec: str) -> str:
    try:
        return data[start:end].decode(codec)
    except UnicodeDecodeError as error:
        at = start + error.start  # in the whole, for that is where it is looked for
        raise UnicodeDecodeError(error.encoding, data, at, at + 1, error.reason) from error


class _Run:
    """Understands the stretches that follow the switches of one message."""

    def __init__(self, codec: str, declared: Collection[str], delimiters: Delimiters) -> None:
        self._signs = delimiters.by_letter()
        self.pattern, self._escapes = _patterns(delimiters)
        self._codec = codec
        self._declared = declared

    def meaning(self, digits: bytes, run: bytes) -> str | None:
        """What a stretch says in the set that `digits` switch to; None where nobody can tell."""
        codec = self._codec if digits == _ASCII else _SETS.get(digits)
        if codec is None or not (digits == _ASCII or self._declares(codec)):
            return None
        whole = digits.startswith(_IN_PLACE_OF_ASCII)
        held = self._escapes.sub(self._byte if whole else self._high_byte, run)
        if codec == JIS:
            held = b"\x1b" + bytes.fromhex(digits.decode()) + held + b"\x1b(B"
        try:
            text = held.decode(codec)
        except UnicodeDecodeError:
            return None
        return None if whole and self._breaks(text) else text

    def _declares(self, codec: str) -> bool:
        wanted = _JAPANESE if codec in _JAPANESE else {codec}
        return not wanted.isdisjoint(self._declared)

    def _byte(self, found: re.Match[bytes]) -> bytes:
        letter, digits = found.groups()
        if letter:
            return self._signs.get(letter.decode(), "").encode() or found[0]
        return bytes.fromhex(digits.decode())

    def _high_byte(self, found: re.Match[bytes]) -> bytes:
        """Of a set of single bytes, for what is ASCII may be structure and stays escaped."""
        held = bytes.fromhex((found[2] or b"").decode())
        return held if held and min(held) >= _BEYOND_ASCII else found[0]

    def _breaks(self, text: str) -> bool:
        """Whether `text` holds what would be taken for structure: only hostile bytes do."""
        return any(sign in text for sign in (*self._signs.values(), "\r", "\n", "\0"))


@lru_cache(maxsize=64)
def _patterns(delimiters: Delimiters) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A switch with the stretch that follows it, and the escape sequences in one."""
    mark = re.escape(delimiters.escape)
    signs = re.escape("".join(delimiters.by_letter().values()))
    pair = "[0-9A-Fa-f]{2}"
    stretch = f"(?:[^\r\n{signs}]++|{mark}(?:[EFLPRST]|X(?:{pair})+){mark})*+"
    switch = f"{mark}[CM]({pair}{pair}(?:{pair})?){mark}({stretch})"
    escaped = f"{mark}(?:([EFLPRST])|X((?:{pair})+)){mark}"
    return re.compile(switch.encode()), re.compile(escaped.encode())
