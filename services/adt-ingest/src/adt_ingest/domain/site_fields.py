"""Reads the fields that only a site knows the meaning of, by the names that its file gives them."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from adt_ingest.domain.facts import component
from adt_ingest.domain.reader import DELETED, Message, Segment

SiteFields: TypeAlias = Mapping[str, str | None]
"""None for a field that the message deletes; nothing for one of which it says nothing."""

NONE_SAID: Final[SiteFields] = {}


def site_fields_in(message: Message, wanted: Mapping[str, tuple[str, int, int]]) -> SiteFields:
    """What the message says of the fields in `wanted`: segment, field and component (0: all)."""
    if not wanted:
        return NONE_SAID
    found: dict[str, str | None] = {}
    for name, (segment_name, number, part) in wanted.items():
        segment = message.first(segment_name)
        text = "" if segment is None else _text(segment, number, part)
        if text:
            found[name] = None if text == DELETED else text
    return found


def _text(segment: Segment, number: int, part: int) -> str:
    raw = segment.raw(number)
    if raw in ("", DELETED):
        return raw
    if part:
        return component(segment.components(number), part)
    marks = segment.marks
    return (marks.unescape(raw) if marks.escape in raw else raw).strip()
