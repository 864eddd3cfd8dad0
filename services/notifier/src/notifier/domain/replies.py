"""What patients answer to a text: by whatever words, whoever wants no more gets no more (D-17)."""

import re

_STOPPING = re.compile(
    r"\b(?:stop\w*|quit|end|revoke|opt[ -]?out|cancel|unsubscribe)\b", re.IGNORECASE
)
"""Rulebook section 10. Rather a word too many is heeded: nurses call all the same."""
_SHORTEST, _LONGEST = 8, 15
"""Digits of an international number, its country among them (E.164)."""
_NATIONAL, _COUNTRY = 10, "1"
"""A number of North America without its country."""


def asks_to_stop(text: str) -> bool:
    """Whether an answer revokes the consent to be texted."""
    return bool(_STOPPING.search(text))


def number_in(text: str) -> str | None:
    """A telephone number as E.164 has it, such as +15555550101, where it can be made one."""
    digits = re.sub(r"\D", "", text)
    if not text.strip().startswith("+"):
        if len(digits) == _NATIONAL:
            digits = _COUNTRY + digits
        elif not (len(digits) == _NATIONAL + 1 and digits.startswith(_COUNTRY)):
            return None
    return f"+{digits}" if _SHORTEST <= len(digits) <= _LONGEST else None
