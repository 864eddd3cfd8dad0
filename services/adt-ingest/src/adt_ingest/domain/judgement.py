"""Decides what becomes of one frame: what it says, and what its sender is told.

accepted      a trigger of ours, understood: AA
ignored       another trigger or another message type: AA, nothing follows
quarantined   not a message, of an unknown site, or not to be understood: AR, or what the site wants
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from adt_ingest.domain.acknowledgement import Answer, Code, version_of
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Header, read_header, read_message
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.translation import Translation, translate, trigger_of
from adt_ingest.domain.triggers import MEANINGS

ACCEPTED: Final = "accepted"
IGNORED: Final = "ignored"
QUARANTINED: Final = "quarantined"

_TAKEN: Final = Answer(Code.ACCEPTED)
_LONGEST_NAME: Final = 40
_LONGEST_CONTROL_ID: Final = 199
"""What HL7 allows from version 2.7 on; earlier ones allowed 20."""
_LINE_ENDS: Final = (b"\r", b"\n")
_FLAWS: Final = {
    Flaw.NO_END_BLOCK: (
        Problem.SEGMENT_SEQUENCE,
        "The frame has no end block and ends in a segment",
    ),
    Flaw.CUT_OFF: (Problem.SEGMENT_SEQUENCE, "The frame was cut off before its end block"),
    Flaw.TOO_LARGE: (Problem.TOO_LONG, "The frame is longer than {} bytes"),
    Flaw.TOO_MANY_SEGMENTS: (Problem.TOO_LONG, "The frame has too many segments"),
    Flaw.TOO_SLOW: (Problem.SEGMENT_SEQUENCE, "The frame's end did not come in the time allowed"),
}

FindSite: TypeAlias = Callable[[str, str], SiteProfile | None]
"""The site that sending application (MSH-3) and facility (MSH-4) name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one frame."""

    frame: Frame
    verdict: str
    answer: Answer
    header: Header | None = None
    """None where nobody can read it."""
    site: str = ""
    trigger: str = ""
    translations: tuple[Translation, ...] = ()


def judge(frame: Frame, find_site: FindSite, received_at: datetime) -> Judgement:
    """Read the frame as far as it needs to be read, and decide."""
    header: Header | None = None
    try:
        header = read_header(frame.data)
        _check(frame, header)
        site = _site_of(header, find_site)
    except Refusal as refusal:
        trigger = trigger_of(header) if header else ""
        answer = Answer(Code.REJECTED, _flaw_of(frame) or refusal)
        return Judgement(frame, QUARANTINED, answer, header=header, trigger=trigger)
    return _judge_of_site(frame, header, site, received_at)


def _judge_of_site(
    frame: Frame, header: Header, site: SiteProfile, received_at: datetime
) -> Judgement:
    trigger = trigger_of(header)
    about = partial(Judgement, frame, header=header, site=site.code)
    if header.component(9, 1) != "ADT" or (trigger and trigger not in MEANINGS):
        return about(verdict=IGNORED, answer=_TAKEN, trigger=trigger)
    try:
        message = read_message(
            frame.data, header, default_codec=site.codec, rules=site.charset_rules
        )
        trigger = trigger_of(header, message)
        if trigger not in MEANINGS:
            return about(verdict=IGNORED, answer=_TAKEN, trigger=trigger)
        told = translate(message, header, site, trigger=trigger, received_at=received_at)
    except Refusal as refusal:
        answer = Answer(site.answers.rejected_as, refusal)
        return about(verdict=QUARANTINED, answer=answer, trigger=trigger)
    return about(verdict=ACCEPTED, answer=_TAKEN, trigger=trigger, translations=tuple(told))


def _flaw_of(frame: Frame) -> Refusal | None:
    """What is wrong with the frame as a frame: that comes before what is wrong inside."""
    if frame.flaw is Flaw.NONE:
        return None
    if frame.flaw is Flaw.NO_END_BLOCK and frame.data.endswith(_LINE_ENDS):
        return None
    problem, words = _FLAWS[frame.flaw]
    return Refusal(problem, words.format(len(frame.data)))


def _check(frame: Frame, header: Header) -> None:
    """Refuse what could not be answered or understood whatever its site."""
    flaw = _flaw_of(frame)
    if flaw is not None:
        raise flaw
    if _holds_several(frame.data, header):
        raise Refusal(
            Problem.SEGMENT_SEQUENCE, "The frame holds several messages: send one in each", "MSH"
        )
    _check_header(header)


def _check_header(header: Header) -> None:
    for number, name in ((9, "message type"), (10, "message control id")):
        if not header.first(number):
            raise Refusal(Problem.REQUIRED_FIELD, f"The {name} is missing", f"MSH-{number}")
    if len(header.first(10)) > _LONGEST_CONTROL_ID:
        longest = f"The message control id is longer than {_LONGEST_CONTROL_ID} characters"
        raise Refusal(Problem.TOO_LONG, longest, "MSH-10")
    if version_of(header) is None:
        raise Refusal(Problem.UNSUPPORTED_VERSION, "MSH-12 names no version 2 of HL7", "MSH-12")


def _holds_several(data: bytes, header: Header) -> bool:
    another = b"MSH" + header.delimiters.field.encode()
    return any(data.find(end + another) > 0 for end in _LINE_ENDS)


def _site_of(header: Header, find_site: FindSite) -> SiteProfile:
    application, facility = header.first(3), header.first(4)
    site = find_site(application, facility)
    if site is None:
        name = f"{_shown(application)}|{_shown(facility)}"
        raise Refusal(Problem.UNKNOWN_KEY, f"No site is configured for the sender {name}", "MSH-4")
    return site


def _shown(name: str) -> str:
    """A name that somebody else chose, fit to be repeated."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_NAME])
