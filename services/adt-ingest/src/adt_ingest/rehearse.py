"""The use case: what would become of each message of a file, if it were sent in earnest.

It judges with the same functions as the real way in, and publishes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adt_ingest.domain.answering import answers_to
from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import QUARANTINED, FindSite, Judgement, judge
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Message, read_message, text_of
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.remarks import Lack, Remark, remarks_on

_HERE: Final = Origin(Door.FILE, "")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of one message."""

    position: int
    judgement: Judgement
    """With its values: whoever shows it masks them."""
    answer: str
    """The codes, in order; `none` where it wants no answer."""
    reason: str
    place: str
    remarks: tuple[Remark, ...]
    text: str
    """The message decoded, for what else wants to look at it; nothing where it cannot be."""

    @property
    def control_id(self) -> str:
        header = self.judgement.header
        return header.first(10) if header else ""

    @property
    def verdict(self) -> str:
        """What would become of it in earnest."""
        return QUARANTINED if self.reason else self.judgement.verdict

    @property
    def becomes(self) -> list[str]:
        """The events, or the verdict where there is none."""
        told = [each.kind for each in self.judgement.told]
        if told and self.reason:  # only its sender is unknown
            return [self.verdict, *(f"once it is known: {kind}" for kind in told)]
        return told or [self.judgement.verdict]

    @property
    def kind(self) -> str:
        """Message type, trigger and version: what a conformance report is about."""
        header = self.judgement.header
        if header is None:
            return "unreadable"
        trigger = f"^{self.judgement.trigger}" if self.judgement.trigger else ""
        return f"{header.component(9, 1)}{trigger} v{header.first(12) or '?'}"


class Rehearsal:
    """Judges messages as those of one site, whoever they say they are from."""

    def __init__(self, *, site: SiteProfile, find_site: FindSite, now: datetime) -> None:
        self._site = site
        self._find_site = find_site
        self._now = now

    def of(self, frames: Iterable[Frame]) -> Iterator[Rehearsed]:
        """What would become of each message, in their order."""
        for position, frame in enumerate(frames, start=1):
            yield self._of(position, frame)

    def _of(self, position: int, frame: Frame) -> Rehearsed:
        judgement = judge(frame, lambda _application, _facility: self._site, self._now, _HERE)
        stranger = self._stranger(judgement)
        message = self._message(judgement)
        remarks = list(remarks_on(judgement, message, self._site))
        if stranger is not None:
            words = f"The sender {stranger.word!r} is not among those of {self._site.code}"
            remarks.append(Remark(words, serious=True, lack=stranger))
        in_earnest = judgement if stranger is None else self._in_earnest(frame)
        refusal = in_earnest.answer.refusal
        return Rehearsed(
            position=position,
            judgement=judgement,
            answer=answers_to(in_earnest, stored=True).codes or "none",
            reason=refusal.reason if refusal else "",
            place=refusal.place if refusal else "",
            remarks=tuple(dict.fromkeys(remarks)),
            text=self._text(judgement),
        )

    def _in_earnest(self, frame: Frame) -> Judgement:
        return judge(frame, self._find_site, self._now, _HERE)

    def _stranger(self, judgement: Judgement) -> Lack | None:
        """The sender, where the folder's files do not say that it is this site."""
        header = judgement.header
        if header is None:
            return None
        application, facility = header.first(3), header.first(4)
        found = self._find_site(application, facility)
        if found is not None and found.code == self._site.code:
            return None
        return Lack("senders", f"{application}|{facility}")

    def _message(self, judgement: Judgement) -> Message | None:
        header = judgement.header
        if header is None:
            return None
        with suppress(Refusal):
            return read_message(
                judgement.frame.data,
                header,
                default_codec=self._site.codec,
                rules=self._site.charset_rules,
            )
        return None

    def _text(self, judgement: Judgement) -> str:
        header, data = judgement.header, judgement.frame.data
        if header is None:
            return ""
        with suppress(Refusal):
            text = text_of(data, header, self._site.codec, self._site.charset_rules).text
            return text[text.find("MSH") :].replace("\r\n", "\r").replace("\n", "\r")
        return ""


@dataclass(slots=True)
class Summary:
    """All messages together, counted."""

    stray_bytes: int = 0
    """Of the files, that belong to no message."""
    messages: int = 0
    answers: Counter[str] = field(default_factory=Counter[str])
    events: Counter[str] = field(default_factory=Counter[str])
    refusals: Counter[str] = field(default_factory=Counter[str])
    remarks: Counter[Remark] = field(default_factory=Counter[Remark])

    def add(self, one: Rehearsed) -> None:
        self.messages += 1
        self.answers[one.answer] += 1
        self.events.update(one.becomes[:1] if one.reason else one.becomes)
        if one.reason:
            self.refusals[f"{one.reason} ({one.place})" if one.place else one.reason] += 1
        self.remarks.update(one.remarks)

    def lacks(self) -> dict[str, Counter[str]]:
        """By key of the site's file, the words that it does not explain, with their counts."""
        found: dict[str, Counter[str]] = {}
        for remark, count in self.remarks.items():
            if remark.lack is not None:
                found.setdefault(remark.lack.key, Counter())[remark.lack.word] += count
        return found


_CHOICES = {
    "classes": "choose of table 0004 (E I O P R B C N U) or observation",
    "dispositions": "choose of UB-04 FL17",
    "locations": "the name that people know",
}


def fragment(lacks: dict[str, Counter[str]]) -> str:
    """The lines that the site's file lacks, to be filled in where it says `?`."""
    lines: list[str] = []
    senders = lacks.get("senders", Counter())
    if senders:
        lines.append("senders:")
        lines += [f"  - {_quoted(word)}  # {count} x" for word, count in _sorted(senders)]
    inner = {key.removeprefix("hl7."): words for key, words in lacks.items() if key != "senders"}
    if inner:
        lines.append("hl7:")
    for codec, count in _sorted(inner.pop("charset", Counter())):
        lines.append(f'  charset: "?"  # {count} x not {codec}: choose of HL7 table 0211')
    for key, words in sorted(inner.items()):
        lines.append(f"  {key}:")
        lines += [_line(key, word, count) for word, count in _sorted(words)]
    return "\n".join(lines)


def _line(key: str, word: str, count: int) -> str:
    if key == "site_fields":
        name = word.lower().replace("-", "_")
        return f"    {name}: {word}  # {count} x: give it a name, or leave it out"
    return f'    {_quoted(word)}: "?"  # {count} x: {_CHOICES[key]}'


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _sorted(words: Counter[str]) -> list[tuple[str, int]]:
    return sorted(words.items(), key=lambda item: (-item[1], item[0]))
