"""Decides what becomes of one frame: what it says, and what its sender is told.

accepted      a trigger of ours, understood: AA
ignored       another trigger or another message type: AA, nothing follows
quarantined   not a message, of an unknown site, or not to be understood: AR, or what the site wants

What is turned away before its content is looked at is not `admitted`: enhanced mode answers CR.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from adt_ingest.domain.acknowledgement import Answer, Code, version_of
from adt_ingest.domain.admission import refuse_origin
from adt_ingest.domain.doors import Origin
from adt_ingest.domain.feeds import FEEDS
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.profile import AnswerRules, SiteProfile
from adt_ingest.domain.reader import Header, read_header, read_message
from adt_ingest.domain.refusals import FormRefusal, Problem, Refusal
from adt_ingest.domain.statements import Statement
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
_UNKNOWN_RULES: Final = AnswerRules()

FindSite: TypeAlias = Callable[[str, str], SiteProfile | None]
"""The site that sending application (MSH-3) and facility (MSH-4) name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one message."""

    frame: Frame
    verdict: str
    answer: Answer
    header: Header | None = None
    """None where nobody can read it."""
    site: str = ""
    trigger: str = ""
    told: tuple[Translation | Statement, ...] = ()
    """What it tells of: an ADT message of visits and persons, others of other things."""
    oddities: frozenset[Oddity] = frozenset()
    """The slips of form that were forgiven, and those that were not."""
    warnings: tuple[str, ...] = ()
    """Doubts about its text, such as `charset_repaired`."""
    admitted: bool = True
    rules: AnswerRules = _UNKNOWN_RULES
    """How its site is answered; the rules of an unknown site for one that may not speak for it."""

    @property
    def translations(self) -> tuple[Translation, ...]:
        """What an ADT message tells of."""
        return tuple(each for each in self.told if isinstance(each, Translation))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What a message of another feed tells of."""
        return tuple(each for each in self.told if isinstance(each, Statement))


def judge(frame: Frame, find_site: FindSite, received_at: datetime, origin: Origin) -> Judgement:
    """Read the message in `frame` as far as it needs to be read, and decide."""
    header: Header | None = None
    try:
        header = read_header(frame.data)
        _check(frame, header)
        site = _site_of(header, find_site)
    except Refusal as refusal:
        return _turned_away(frame, header, flaw_of(frame) or refusal.bare())
    stranger = refuse_origin(site, origin)
    if stranger is not None:
        return _turned_away(frame, header, stranger, site=site.code)
    return _judge_of_site(frame, header, site, received_at)


def _turned_away(
    frame: Frame, header: Header | None, refusal: Refusal, *, site: str = ""
) -> Judgement:
    return Judgement(
        frame,
        QUARANTINED,
        Answer(Code.REJECTED, refusal),
        header=header,
        site=site,
        trigger=trigger_of(header) if header else "",
        oddities=frame.oddities,
        admitted=False,
    )


def _judge_of_site(
    frame: Frame, header: Header, site: SiteProfile, received_at: datetime
) -> Judgement:
    feed, triggers = FEEDS.get(header.component(9, 1)), _triggers_of(header)
    trigger = trigger_of(header) or (feed.only_trigger if feed else "")
    about = partial(
        Judgement, frame, header=header, site=site.code, oddities=frame.oddities, rules=site.answers
    )
    try:
        _forgive(frame.oddities, site)
        if not triggers or (trigger and trigger not in triggers):
            return about(verdict=IGNORED, answer=_TAKEN, trigger=trigger)
        message = read_message(
            frame.data, header, default_codec=site.codec, rules=site.charset_rules
        )
        trigger = trigger or trigger_of(header, message)
        odd = frame.oddities | message.oddities
        about = partial(about, trigger=trigger, oddities=odd, warnings=message.warnings)
        _forgive(message.oddities, site)
        if trigger not in triggers:
            return about(verdict=IGNORED, answer=_TAKEN)
        told = (feed.statements if feed else translate)(
            message, header, site, trigger=trigger, received_at=received_at
        )
    except Refusal as refusal:
        answer = Answer(site.answers.rejected_as, refusal.bare())
        admitted = not isinstance(refusal, FormRefusal)
        return about(verdict=QUARANTINED, answer=answer, trigger=trigger, admitted=admitted)
    verdict = ACCEPTED if told else IGNORED
    return about(verdict=verdict, answer=_TAKEN, told=tuple(told))


def _triggers_of(header: Header) -> Collection[str]:
    """The triggers that mean something in a message of this type; none where its type does not."""
    kind = header.component(9, 1)
    if kind in FEEDS:
        return FEEDS[kind].triggers
    return MEANINGS if kind == "ADT" else ()


def _forgive(oddities: frozenset[Oddity], site: SiteProfile) -> None:
    """Raise FormRefusal where the site does not forgive one of them."""
    found = ", ".join(sorted(oddities & site.refuse)) if oddities else ""
    if found:
        words = f"The form is not as its site requires: {found.replace('_', ' ')}"
        raise FormRefusal(Problem.SEGMENT_SEQUENCE, words)


def flaw_of(frame: Frame) -> Refusal | None:
    """What is wrong with the frame as a frame: that comes before what is wrong inside."""
    if frame.flaw is Flaw.NONE:
        return None
    if frame.flaw is Flaw.NO_END_BLOCK and frame.data.endswith(_LINE_ENDS):
        return None
    problem, words = _FLAWS[frame.flaw]
    return Refusal(problem, words.format(len(frame.data)))


def _check(frame: Frame, header: Header) -> None:
    """Refuse what could not be answered or understood whatever its site."""
    flaw = flaw_of(frame)
    if flaw is not None:
        raise flaw
    if _holds_another(frame.data, header):
        raise Refusal(Problem.SEGMENT_SEQUENCE, "Another message begins inside of a segment", "MSH")
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


def _holds_another(data: bytes, header: Header) -> bool:
    """Whether a second header stands where `messages_in` cannot cut, because no line begins."""
    if data.find(b"MSH", data.find(b"MSH") + 3) < 0:
        return False
    opening = f"MSH{header.delimiters.field}{header.raw(2)}".encode(header.line_codec)
    return data.count(opening) > 1


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
