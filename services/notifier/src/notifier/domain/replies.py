"""What patients answer to a text: by whatever words, whoever wants no more gets no more (D-17)."""

import re

_STOPPING = re.compile(
    r"\b(?:stop\w*|quit\w*|end|revok\w+|opt(?:ed|ing)?(?:[\W_]+me)?[\W_]*out|cancel\w*|unsubscri\w*"
    r"|(?:do not|don['\u2019]?t|never) (?:\w+ )?(?:text|message|contact)"
    r"|no more (?:\w+ )?(?:texts?|messages?|sms)|(?:remove|take) me (?:off|from)|leave me alone)\b",
    re.IGNORECASE,
)
"""Rulebook section 10: any reasonable means, of which it lists some.

Rather a word too many is heeded: nurses call all the same.
"""
_EXTENSION = re.compile(r"[a-z]\W*\d", re.IGNORECASE)
"""An extension, or a second number: who picks up is not the patient."""
_SHORTEST, _LONGEST = 8, 15
"""Digits of an international number, its country among them (E.164)."""
_NATIONAL, _COUNTRY = 10, "1"
"""A number of North America without its country."""
_NORTH_AMERICAN = rf"{_COUNTRY}\d{{{_NATIONAL}}}"


def asks_to_stop(text: str) -> bool:
    """Whether an answer revokes the consent to be texted."""
    return bool(_STOPPING.search(text))


def number_in(text: str) -> str | None:
    """A telephone number as E.164 has it, such as +15555550101, where it can be made one."""
    if _EXTENSION.search(text):
        return None
    digits = re.sub(r"\D", "", text)
    is_international = text.strip().startswith("+")
    if len(digits) == _NATIONAL and not is_international:
        digits = _COUNTRY + digits
    if digits.startswith(_COUNTRY) or not is_international:
        return f"+{digits}" if re.fullmatch(_NORTH_AMERICAN, digits) else None
    return f"+{digits}" if _SHORTEST <= len(digits) <= _LONGEST else None
