r"""HL7's escape sequences: `\F\` for a delimiter, `\X..\` for bytes, `\.br\` for a line break."""

import re
from typing import Final

from adt_ingest.domain.delimiters import Delimiters

_HIGHLIGHT: Final = ("H", "N")
_LINE_BREAKS: Final = frozenset({"br", "ce", "sp"})
_SKIP: Final = "sk"
_FORMAT: Final = r"\.(br|ce|fi|in|nf|sk|sp|ti) ?[+-]?(\d{0,2})"
"""Two digits at most: a short text is not to ask for a long one."""


class Unescaper:
    r"""Replaces the escape sequences of one message, in its delimiters and its character set.

    What is no sequence of the standard, or asks for what was not declared, is left as it stands:
    local `\Z..\`, character set switches, a lone escape character. Better visible than guessed.
    """

    def __init__(self, delimiters: Delimiters, codec: str) -> None:
        mark = re.escape(delimiters.escape)
        hexadecimal = f"(?:{mark}X(?:[0-9A-Fa-f][0-9A-Fa-f])+{mark})+"
        self._sequence = re.compile(
            f"{mark}([EFHLNPRST]){mark}|({hexadecimal})|{mark}{_FORMAT}{mark}|"
            f"{mark}[CMZ][^{mark}]*{mark}",
            re.ASCII,
        )
        self._escape = delimiters.escape
        self._fixed = {**delimiters.by_letter(), **dict.fromkeys(_HIGHLIGHT, "")}
        self._codec = codec

    def __call__(self, text: str) -> str:
        """`text` with its escape sequences replaced."""
        return self._sequence.sub(self._meaning, text)

    def _meaning(self, found: re.Match[str]) -> str:
        letter, digits, command, count = found.groups()
        if letter:
            return self._fixed.get(letter, found[0])
        if digits:
            return self._bytes(digits) or found[0]
        if command:
            return _layout(command, int(count or 1))
        return found[0]

    def _bytes(self, sequences: str) -> str:
        """What hexadecimal digits say in the message's character set; else nothing.

        Sequences side by side are read together: each may hold one byte of the same character.
        """
        digits = sequences.replace(self._escape, "").replace("X", "")
        try:
            meant = bytes.fromhex(digits).decode(self._codec)
        except UnicodeDecodeError:
            return ""
        return "" if "\0" in meant else meant  # no database keeps a NUL


def _layout(command: str, count: int) -> str:
    """A command of formatted text as far as plain text can follow it: indents are dropped."""
    if command in _LINE_BREAKS:
        return "\n" * count
    return " " * count if command == _SKIP else ""
