"""Files of messages: how one is cut into the messages that it holds."""

import re

_SEGMENT_END = re.compile(rb"\r\n|\r|\n")
_WRAPPING = (b"FHS", b"BHS", b"BTS", b"FTS")
_CONTROL_ID = 9  # MSH-10: the separator itself is MSH-1
_FRAMING = b"\x0b\x1c"


def messages_in(content: bytes) -> list[bytes]:
    """The messages of a file, segments ended by CR; without any MSH, every line is a message."""
    lines = [line.strip(_FRAMING) for line in _SEGMENT_END.split(content)]
    lines = [line for line in lines if line.strip() and line[:3] not in _WRAPPING]
    if not any(line.startswith(b"MSH") for line in lines):
        return lines
    messages: list[list[bytes]] = []
    for line in lines:
        if line.startswith(b"MSH") or not messages:
            messages.append([])
        messages[-1].append(line)
    return [b"".join(line + b"\r" for line in message) for message in messages]


def control_id_of(message: bytes) -> str:
    """MSH-10 as far as it can be told."""
    first = message.split(b"\r", 1)[0].decode("latin-1")
    separator = first[3:4]
    if not first.startswith("MSH") or not separator:
        return ""
    fields = first.split(separator)[_CONTROL_ID:]
    return fields[0].strip() if fields else ""
