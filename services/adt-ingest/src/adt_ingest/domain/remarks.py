"""Says what is missing or odd about a message that was judged, and what its site's file lacks.

It decides nothing: whoever connects a hospital reads it before messages are sent in earnest. A word
that a site file could explain comes with the key that it belongs under.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.judgement import IGNORED, Judgement
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import DELETED, Header, Message, Segment
from adt_ingest.domain.times import UNREADABLE, read_stamp
from adt_ingest.domain.translation import Translation
from adt_ingest.domain.triggers import ADMITTED, DISCHARGED, MEANINGS, REGISTERED, About

_FL17: Final = frozenset(
    f"{code:02}"
    for code in (*range(1, 10), 20, 21, 30, *range(40, 44), 50, 51, *range(61, 67), 69, 70)
) | frozenset(f"{code}" for code in range(81, 96))
"""UB-04 FL17; from 81 on with a planned readmission."""
_NEED_A_PROVIDER: Final = frozenset({ADMITTED, REGISTERED, DISCHARGED})
_MOST_FIELDS: Final = 100
"""Of a Z segment are looked at."""
_TIMES: Final = (("EVN", 2), ("EVN", 6), ("PV1", 44), ("PV1", 45))
_DATES: Final = (("PID", 7), ("PID", 29))
_DOUBTS: Final[Mapping[str, str]] = {
    "nonexistent_local_time": "A local time that the clock skips in spring: read as if it did not",
    "ambiguous_local_time": "A local time that comes twice in autumn: read as the first",
    UNREADABLE: "A time that cannot be read: left out",
    "discharge_time_deleted": "The discharge time is deleted, and the message cancels no discharge",
    "charset_repaired": "Bytes that are not of the declared character set: read as the file says",
    "charset_suspicious": "Evidently UTF-8, though another character set is declared",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """A word that the site's file could explain."""

    key: str
    """Such as `hl7.dispositions`."""
    word: str
    """As it stands in the message; a hospital's code, and nothing of a patient."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at; `serious` is what costs a follow-up, an hour or a provider."""

    words: str
    serious: bool = False
    lack: Lack | None = None


def remarks_on(
    judgement: Judgement, message: Message | None, site: SiteProfile
) -> Iterator[Remark]:
    """All that is to be said of a message; nothing of one that is as it should be."""
    for oddity in sorted(judgement.oddities):
        yield Remark(f"Slip of form: {oddity.value.replace('_', ' ')}")
    yield from _on_charset(judgement, site)
    for doubt in judgement.warnings:
        yield Remark(_DOUBTS.get(doubt, doubt), serious=True)
    if judgement.verdict == IGNORED:
        yield Remark(f"{_type_of(judgement)} means nothing here: it is answered AA, and counted")
    if message is not None:
        yield from _on_own_segments(message, site)
        if judgement.translations:
            yield from _on_times(message, judgement.header)
            yield from _on_words(message, judgement.translations[0], site)
    for doubt in dict.fromkeys(doubt for told in judgement.told for doubt in told.warnings):
        words = _DOUBTS.get(doubt, doubt.replace("_", " "))
        where = _unreadable_times(message) if doubt == UNREADABLE and message else ""
        yield Remark(f"{words} ({where})" if where else words, serious=True)
    for told in judgement.translations:
        yield from _on_event(told, judgement.trigger, message)


def _type_of(judgement: Judgement) -> str:
    header = judgement.header
    kind = header.component(9, 1) if header else ""
    return f"{kind}^{judgement.trigger}" if judgement.trigger else kind


def _on_charset(judgement: Judgement, site: SiteProfile) -> Iterator[Remark]:
    """Refused for bytes that are not of the site's character set, where MSH-18 names none."""
    header = judgement.header
    if judgement.answer.refusal and header and not header.first(18):
        try:
            judgement.frame.data.decode(site.codec)
        except UnicodeDecodeError:
            words = f"MSH-18 is empty, and the bytes are not of the site's charset {site.codec}"
            yield Remark(words, serious=True, lack=Lack("hl7.charset", site.codec))


def _on_own_segments(message: Message, site: SiteProfile) -> Iterator[Remark]:
    """Fields of Z segments that no name in the site's file points at."""
    named = {(segment, number) for segment, number, _ in site.site_fields.values()}
    for segment in message.segments:
        if segment.name.startswith("Z"):
            for number in _valued(segment):
                if (segment.name, number) not in named:
                    place = f"{segment.name}-{number}"
                    lack = Lack("hl7.site_fields", place)
                    yield Remark(f"{place} has no name in the site's file", lack=lack)


def _valued(segment: Segment) -> Iterator[int]:
    """The numbers of the fields that say something."""
    yield from (number for number in range(1, _MOST_FIELDS) if segment.raw(number))


def _on_times(message: Message, header: Header | None) -> Iterator[Remark]:
    sent = read_stamp(header.first(7)) if header else None
    if sent is not None and sent.offset is not None:
        return
    if any(_lacks_offset(message, name, number) for name, number in _TIMES):
        yield Remark("Times without an offset: read in the site's zone")


def _unreadable_times(message: Message) -> str:
    """Which of the usual places holds what is no time, such as `PID-7, PV1-45`."""
    texts = {
        f"{name}-{number}": segment.value(number)
        for name, number in (*_TIMES, *_DATES)
        if (segment := message.first(name)) is not None
    }
    return ", ".join(
        place
        for place, text in texts.items()
        if text not in ("", DELETED) and read_stamp(text) is None
    )


def _lacks_offset(message: Message, name: str, number: int) -> bool:
    segment = message.first(name)
    stamp = read_stamp(segment.value(number)) if segment is not None else None
    return stamp is not None and stamp.timed and stamp.offset is None


def _on_words(message: Message, told: Translation, site: SiteProfile) -> Iterator[Remark]:
    """The site's own words for class, disposition and location that its file does not explain."""
    pv1 = message.first("PV1")
    if pv1 is None:
        return
    if told.visit_facts.get("encounter_class") == "unknown":
        yield _unexplained("PV1-2 (patient class)", "hl7.classes", pv1.value(2))
    disposition = told.visit_facts.get("disposition")
    if disposition is not None and disposition not in _FL17:
        yield _unexplained("PV1-36 (disposition)", "hl7.dispositions", pv1.value(36))
    place = pv1.value(3).strip()
    if place not in ("", DELETED) and place.upper() not in site.locations:
        lack = Lack("hl7.locations", place)
        yield Remark(f"PV1-3.1 (point of care): {place!r} has no name that people know", lack=lack)


def _unexplained(field: str, key: str, word: str) -> Remark:
    word = word.strip()
    return Remark(f"{field}: {word!r} is not explained", serious=True, lack=Lack(key, word))


def _on_event(told: Translation, trigger: str, message: Message | None) -> Iterator[Remark]:
    meaning = MEANINGS.get(trigger)
    if told.visit is None and meaning is not None and meaning.about is About.PERHAPS_A_VISIT:
        yield Remark("PV1-19 (visit number) is missing: only the person is followed", serious=True)
    if told.kind in _NEED_A_PROVIDER and not told.patient_facts.get("primary_care_provider"):
        yield Remark("No primary care provider (PRT, ROL or PD1-4): nobody is told", serious=True)
    pv1 = message.first("PV1") if message is not None else None
    if told.visit is not None and pv1 is not None and not pv1.raw(19):
        yield Remark("PV1-19 (visit number) is missing: the account number PID-18 stands in")
    if told.kind == DISCHARGED:
        yield from _on_discharge(told, pv1)
    evn = message.first("EVN") if message is not None else None
    if evn is None or not evn.raw(2):
        yield Remark("EVN-2 (recorded at) is missing: MSH-7 orders it among others")


def _on_discharge(told: Translation, pv1: Segment | None) -> Iterator[Remark]:
    if not told.visit_facts.get("disposition"):
        yield Remark("PV1-36 (discharge disposition) is missing: a person must ask", serious=True)
    if pv1 is None or not pv1.raw(45):
        yield Remark("PV1-45 (discharged at) is missing: the event's time stands in", serious=True)
