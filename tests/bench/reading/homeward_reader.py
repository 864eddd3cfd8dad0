"""What `fields.txt` lists, read with our reader as the translation reads: segment by segment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Header, Marks, Message, Segment, read_header, read_message
from adt_ingest.domain.translation import translate, trigger_of

_SITE = SiteProfile("GHH", ZoneInfo("America/New_York"), codec="utf-8", authority="GHH")
_NOW = datetime(2026, 7, 31, 12, tzinfo=UTC)
_IDENTIFIER = (0, 3, 4)
_TELEPHONE = (0, 2, 3, 4, 5, 6, 11)


def read(data: bytes, _: str) -> list[str]:
    header = read_header(data)
    message = read_message(data, header, default_codec="utf-8")
    first = message.first
    values = _msh(header)
    values += _few(first("EVN"), (2, 6))
    pid = first("PID")
    fields = pid.fields(30) if pid else [""] * 31
    values += _person(fields, pid.marks) if pid else [""] * 14
    pd1 = first("PD1")
    values += _parts(pd1.marks, pd1.raw(4), 3) if pd1 else [""] * 3
    pv1 = first("PV1")
    values += _visit(pv1) if pv1 else [""] * 18
    values += _few(first("PV2"), (8, 9, 22))
    if pid:
        _repeated(fields, pid.marks, values)
    _groups(message, values)
    return values


def translate_all(data: bytes, _: str) -> list[str]:
    header = read_header(data)
    message = read_message(data, header, default_codec=_SITE.codec)
    trigger = trigger_of(header, message)
    assert translate(message, header, _SITE, trigger=trigger, received_at=_NOW)
    return []


def _msh(header: Header) -> list[str]:
    first = header.first
    kind, trigger, *_ = (*header.raw(9).split(header.delimiters.component), "", "")
    return [first(3), first(4), first(7), kind, trigger, first(10), first(12)]


def _few(segment: Segment | None, numbers: tuple[int, ...]) -> list[str]:
    if segment is None:
        return [""] * len(numbers)
    fields, value = segment.fields(numbers[-1]), segment.marks.value
    return [value(fields[number]) for number in numbers]


def _parts(marks: Marks, raw: str, count: int) -> list[str]:
    """The first components of the first repetition."""
    if not raw:
        return [""] * count
    if marks.repetition in raw:
        raw = raw.partition(marks.repetition)[0]
    parts = marks.components(raw)
    missing = count - len(parts)
    return parts + [""] * missing if missing >= 0 else parts[:count]


def _person(fields: list[str], marks: Marks) -> list[str]:
    value = marks.value
    return [
        *_parts(marks, fields[5], 2),
        value(fields[7]),
        value(fields[8]),
        *_parts(marks, fields[11], 6),
        value(fields[15]),
        value(fields[18]),
        value(fields[29]),
        value(fields[30]),
    ]


def _visit(pv1: Segment) -> list[str]:
    fields, marks = pv1.fields(45), pv1.marks
    value = marks.value
    return [
        value(fields[2]),
        *_parts(marks, fields[3], 4),
        value(fields[4]),
        *_parts(marks, fields[7], 3),
        value(fields[10]),
        *_parts(marks, fields[17], 3),
        value(fields[18]),
        value(fields[19]),
        value(fields[36]),
        value(fields[44]),
        value(fields[45]),
    ]


def _repeated(fields: list[str], marks: Marks, values: list[str]) -> None:
    repetitions = marks.repetitions
    for parts in repetitions(fields[3]):
        values += _chosen(parts, _IDENTIFIER)
    for number in (13, 14):
        for parts in repetitions(fields[number]):
            values += _chosen(parts, _TELEPHONE)


def _chosen(parts: list[str], places: tuple[int, ...]) -> list[str]:
    """The components at these places, the last of which is the highest."""
    if len(parts) <= places[-1]:
        parts += [""] * places[-1]
    return [parts[place] for place in places]


def _groups(message: Message, values: list[str]) -> None:
    for dg1 in message.every("DG1"):
        fields, marks = dg1.fields(6), dg1.marks
        values += _parts(marks, fields[3], 3)
        values += [marks.value(fields[4]), marks.value(fields[6])]
    for name, place in (("ROL", 4), ("PRT", 5)):
        for segment in message.every(name):
            fields, marks = segment.fields(5), segment.marks
            values += [marks.value(fields[2]), marks.value(fields[place - 1])]
            values += _parts(marks, fields[place], 3)
    for mrg in message.every("MRG"):
        values += _chosen(mrg.components(1), _IDENTIFIER)
    for zbe in message.every("ZBE"):
        values += [zbe.value(1), zbe.value(2), zbe.value(4)]
