r"""HL7's escape sequences: `\F\` for a delimiter, `\X..\` for bytes, `\.br\` for a line break."""

import re
from typing import Final

_HIGHLIGHT: Final = ("H", "N")
_LINE_BREAKS: Final = (".br", ".sp", ".ce")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)


class Unescaper:
    r"""Replaces the escape sequences of one message, in its delimiters and its character set.

    What is no sequence of the standard (local `\Z..\`, character set switches, a lone escape
    character) is left as it stands: better visible than guessed.
    """

    def __init__(self, *, escape: str, delimiters: dict[str, str], codec: str) -> None:
        self._escape = escape
        self._sequence = re.compile(
            f"{re.escape(escape)}([^{re.escape(escape)}]*){re.escape(escape)}"
        )
        self._fixed = {**delimiters, **dict.fromkeys(_HIGHLIGHT, "")}
        self._codec = codec

    def __call__(self, text: str) -> str:
        """`text` with its escape sequences replaced."""
        return self._sequence.sub(self._meaning, text)

    def _meaning(self, found: re.Match[str]) -> str:
        sequence = found[1]
        fixed = self._fixed.get(sequence)
        if fixed is not None:
            return fixed
        if sequence.startswith("X"):
            return self._bytes(sequence[1:]) or found[0]
        if sequence.startswith("."):
            return "\n" if sequence.startswith(_LINE_BREAKS) else ""
        return found[0]

    def _bytes(self, digits: str) -> str:
        """What hexadecimal digits say in the message's character set; else nothing."""
        if not _HEX.fullmatch(digits):
            return ""
        try:
            meant = bytes.fromhex(digits).decode(self._codec)
        except UnicodeDecodeError:
            return ""
        return "" if "\0" in meant else meant  # no database keeps a NUL
