"""Reads an HL7 v2 message lazily: finds its segments now, splits a field when it is asked for.

A message of fifty segments is asked for some eighty values; taking the rest apart as well would
cost several times as much. `read_header` reads the MSH alone: enough to route and to answer.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from adt_ingest.domain.charsets import AS_DECLARED, CharsetRules, codec_of, why_unreadable
from adt_ingest.domain.decoding import Decoded, decode, repair
from adt_ingest.domain.delimiters import Delimiters, delimiters_of
from adt_ingest.domain.escapes import Unescaper
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.segment_names import may_be_shown

DELETED: Final = '""'
"""What a sender writes where the stored value shall go."""

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = tuple(
    "MSH".encode(codec) for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
)
_CHARSET: Final = 18
_WHITE: Final = b"\r\n\t \x00"


@dataclass(frozen=True, slots=True)
class Header:
    """The MSH of a message, its fields as they were written."""

    delimiters: Delimiters
    fields: tuple[str, ...]
    """MSH-1 is the field separator itself, so `fields[n - 1]` is MSH-n from MSH-2 on."""
    codec: str | None
    """The codec that MSH-18 names, "" where it names none, None where the name is unknown."""
    line_codec: str
    """The codec that the header itself was read with: writing with it gives back the same bytes."""

    def raw(self, number: int) -> str:
        """MSH-`number` as written; nothing where the header is shorter."""
        return self.fields[number - 1] if number <= len(self.fields) else ""

    def first(self, number: int) -> str:
        """The first component of the first repetition of MSH-`number`, trimmed."""
        text = self.raw(number)
        if text.isalnum():
            return text
        marks = self.delimiters
        text = text.partition(marks.repetition)[0].partition(marks.component)[0]
        return text.partition(marks.subcomponent)[0].strip()

    def component(self, number: int, component: int) -> str:
        """A component of MSH-`number`, trimmed; nothing where there are fewer."""
        parts = self.raw(number).split(self.delimiters.component)
        return parts[component - 1].strip() if component <= len(parts) else ""


def read_header(data: bytes) -> Header:
    """The header of a message in bytes. Raises Refusal where there is none that can be read."""
    line = _header_line(data)
    delimiters = delimiters_of(line)
    text = line.decode("latin-1")
    fields = text[3:].split(delimiters.field)
    name = fields[_CHARSET - 1] if len(fields) >= _CHARSET else ""
    codec = codec_of(name.partition(delimiters.repetition)[0])
    line_codec = codec or "utf-8"
    if not text.isascii() or "\x1b" in text:
        text, line_codec = _decode_line(line, line_codec)
        fields = text[3:].split(delimiters.field)
    return Header(delimiters, tuple(fields), codec=codec, line_codec=line_codec)


def _header_line(data: bytes) -> bytes:
    start = data.find(b"MSH")
    if start < 0 or (start > 0 and data[:start].replace(_UTF8_BOM, b"").strip(_WHITE)):
        if any(name in data for name in _WIDE):
            wide = "The message is written in UTF-16 or UTF-32: send it in UNICODE UTF-8"
            raise Refusal(Problem.DATA_TYPE, wide, "MSH")
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The message does not begin with MSH", "MSH")
    end = data.find(b"\r", start)
    feed = data.find(b"\n", start, len(data) if end < 0 else end)
    if feed >= 0:
        end = feed
    return data[start:] if end < 0 else data[start:end]


def _decode_line(line: bytes, codec: str) -> tuple[str, str]:
    for name in (codec, "latin-1"):
        try:
            return line.decode(name), name
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes any bytes")


class Segment:
    """One segment; `n` counts as HL7 does. Values are those of the first repetition."""

    __slots__ = ("_fields", "_line", "marks", "name")

    def __init__(self, line: str, marks: "Marks") -> None:
        self.name = line[:3]
        self.marks = marks
        self._line = line
        self._fields: list[str] | None = None

    def raw(self, number: int) -> str:
        """The field as written, with all its repetitions; nothing where the segment is shorter."""
        fields = self._fields
        if fields is None:
            fields = self._fields = self._line.split(self.marks.field)
        return fields[number] if number < len(fields) else ""

    def fields(self, most: int) -> list[str]:
        """The fields up to `most` as written, be there fewer; the one at `n` is field n.

        For whoever wants many fields of a segment: most are empty, and asking costs nothing.
        """
        fields = self._fields
        if fields is None:  # what lies behind is split when somebody asks for it
            fields = self._line.split(self.marks.field, most + 1)
        if len(fields) <= most:
            fields += [""] * (most + 1 - len(fields))
        return fields

    def value(self, number: int) -> str:
        """The first component's first sub-component, unescaped: a field that has only one value."""
        raw = self.raw(number)
        return self.marks.value(raw) if raw else ""

    def components(self, number: int) -> list[str]:
        """The components of the first repetition, each its first sub-component, unescaped."""
        raw = self.raw(number)
        marks = self.marks
        if marks.repetition in raw:
            raw = raw[: raw.index(marks.repetition)]
        return marks.components(raw)

    def repetitions(self, number: int) -> list[list[str]]:
        """The components of every repetition that is not empty."""
        return self.marks.repetitions(self.raw(number))

    def pieces(self, number: int) -> list[str]:
        """The repetitions as written, for `marks` to take apart."""
        return self.raw(number).split(self.marks.repetition)


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """A message's delimiters with the unescaping that goes with them, shared by its segments.

    There is one for each set of delimiters, so that it is quickly told from another.
    """

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str
    unescape: Unescaper

    def value(self, text: str) -> str:
        """The first sub-component of the first component of the first repetition, unescaped."""
        if not text or text.isalnum():
            return text
        if self.repetition in text:
            text = text[: text.index(self.repetition)]
        if self.component in text:
            text = text[: text.index(self.component)]
        if self.subcomponent in text:
            text = text[: text.index(self.subcomponent)]
        return self.unescape(text) if self.escape in text else text

    def repetitions(self, text: str) -> list[list[str]]:
        """The components of every repetition that is not empty."""
        if self.repetition not in text:
            return [self.components(text)] if text else []
        return [self.components(part) for part in text.split(self.repetition) if part]

    def components(self, text: str) -> list[str]:
        """The components of one repetition, each its first sub-component, unescaped."""
        parts = text.split(self.component)
        if self.subcomponent in text:
            parts = [part.partition(self.subcomponent)[0] for part in parts]
        if self.escape in text:
            parts = [self.unescape(part) if self.escape in part else part for part in parts]
        return parts

    def subcomponents(self, text: str, component: int) -> list[str]:
        """The sub-components of one component of a repetition, unescaped."""
        parts = text.split(self.component)
        if component > len(parts):
            return []
        pieces = parts[component - 1].split(self.subcomponent)
        return [self.unescape(piece) if self.escape in piece else piece for piece in pieces]


@lru_cache(maxsize=64)
def _marks(delimiters: Delimiters, codec: str) -> Marks:
    return Marks(
        field=delimiters.field,
        component=delimiters.component,
        repetition=delimiters.repetition,
        escape=delimiters.escape,
        subcomponent=delimiters.subcomponent,
        unescape=Unescaper(delimiters, codec),
    )


class Message:
    """A message's segments, found by name."""

    __slots__ = ("_by_name", "oddities", "segments", "warnings")

    def __init__(
        self,
        segments: list[Segment],
        *,
        warnings: tuple[str, ...] = (),
        oddities: frozenset[Oddity] = frozenset(),
    ) -> None:
        self.segments = segments
        self.warnings = warnings
        """Doubts about the whole message's text, such as `charset_repaired`."""
        self.oddities = oddities
        """The slips of form that were forgiven."""
        by_name: dict[str, list[Segment]] = {}
        for segment in segments:
            name = segment.name
            if name in by_name:
                by_name[name].append(segment)
            else:
                by_name[name] = [segment]
        self._by_name = by_name

    def first(self, name: str) -> Segment | None:
        """The first segment of this name."""
        found = self._by_name.get(name)
        return found[0] if found else None

    def every(self, name: str) -> list[Segment]:
        """All segments of this name, in order."""
        return self._by_name.get(name, [])

    def groups(self, name: str) -> list["Message"]:
        """The message cut before every segment of this name, without what precedes the first."""
        groups: list[list[Segment]] = []
        for segment in self.segments:
            if segment.name == name:
                groups.append([segment])
            elif groups:
                groups[-1].append(segment)
        return [Message(group) for group in groups]


def read_message(
    data: bytes, header: Header, *, default_codec: str, rules: CharsetRules = AS_DECLARED
) -> Message:
    """The message in `data`, decoded by its header's character set, else by `default_codec`.

    Segments may end in CR, LF or both. Raises Refusal where bytes are not of that character set
    and `rules` repair nothing.
    """
    oddities: set[Oddity] = set()
    if not data.startswith(b"MSH"):
        data = _from_header(data, oddities)
        if Oddity.BYTE_ORDER_MARK in oddities:
            default_codec = "utf-8"
    decoded = text_of(data, header, default_codec, rules)
    text = decoded.text
    if "\n" in text:
        text = _with_carriage_returns(text, oddities)
    if "\0" in text:  # no database keeps it: nobody could follow what it tells
        raise Refusal(Problem.DATA_TYPE, "The message holds a NUL character", _place_of_nul(text))
    marks = _marks(header.delimiters, decoded.codec)
    segments = [Segment(line, marks) for line in text.split("\r") if line]
    return Message(segments, warnings=decoded.warnings, oddities=frozenset(oddities))


def text_of(data: bytes, header: Header, default_codec: str, rules: CharsetRules) -> Decoded:
    """The text of a message by its character sets. Raises Refusal as `read_message` does."""
    declared = header.raw(_CHARSET)
    if header.codec is None:
        repaired = repair(data, rules) if rules.repair_undecodable else None
        if repaired is None:
            name = declared.partition(header.delimiters.repetition)[0]
            raise Refusal(Problem.TABLE_VALUE, why_unreadable(name), "MSH-18")
        return repaired
    codecs = [header.codec or default_codec]
    if header.delimiters.repetition in declared:
        further = declared.split(header.delimiters.repetition)[1:]
        codecs += filter(None, map(codec_of, further))
    return decode(data, codecs, header.delimiters, rules)


def _from_header(data: bytes, oddities: set[Oddity]) -> bytes:
    start = data.index(b"MSH")
    before = data[:start]
    if _UTF8_BOM in before:
        oddities.add(Oddity.BYTE_ORDER_MARK)
    if before != _UTF8_BOM:
        oddities.add(Oddity.LEADING_BLANKS)
    return data[start:]


def _with_carriage_returns(text: str, oddities: set[Oddity]) -> str:
    if "\r\n" in text:
        oddities.add(Oddity.CARRIAGE_RETURN_LINE_FEEDS)
        text = text.replace("\r\n", "\r")
    if "\n" in text:
        oddities.add(Oddity.LINE_FEEDS)
        text = text.replace("\n", "\r")
    return text


def _place_of_nul(text: str) -> str:
    """The segment of the first NUL, such as `PID`."""
    before = text[: text.index("\0")]
    name = before[before.rfind("\r") + 1 :][:3]
    return name if may_be_shown(name) else ""
