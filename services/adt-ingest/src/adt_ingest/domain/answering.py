"""Decides which acknowledgements a message gets: in original mode one, in enhanced mode up to two.

Enhanced mode answers twice: the accept acknowledgement says whether the message is in safe storage
(CA), could not be stored now (CE) or is not taken at all (CR); the application acknowledgement says
what became of a message that is. Where no accept acknowledgement is wanted, the application
acknowledgement also tells of what was not stored.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from adt_ingest.domain.acknowledgement import Answer, Code
from adt_ingest.domain.judgement import Judgement
from adt_ingest.domain.profile import AnswerRules
from adt_ingest.domain.reader import DELETED, Header
from adt_ingest.domain.refusals import Problem, Refusal

_NOT_STORED: Final = Refusal(
    Problem.INTERNAL, "The message could not be stored: send it again later"
)
_CONDITIONS: Final = ("AL", "NE", "ER", "SU")
_LONGEST: Final = 16
"""What is longer is no condition, and not worth remembering."""
"""HL7 table 0155: always, never, on error or reject, on success."""
_POSITIVE: Final = (Code.ACCEPTED, Code.COMMITTED)


@dataclass(frozen=True, slots=True)
class Answers:
    """What goes back for one message; None is not said."""

    accept: Answer | None
    application: Answer | None
    enhanced: bool = False

    @property
    def codes(self) -> str:
        """The codes that are said, in order."""
        said = (self.accept, self.application)
        return " ".join(answer.code.value for answer in said if answer)


def answers_to(judgement: Judgement, *, stored: bool) -> Answers:
    """What is said of a message that was judged so, once it is stored or could not be."""
    accept, application = _wanted(judgement.header, judgement.rules)
    answer = judgement.answer if stored else Answer(judgement.rules.failed_as, _NOT_STORED)
    if not accept:
        return Answers(None, answer)
    accepted = _accepted(answer, admitted=judgement.admitted, stored=stored)
    says = accepted if _holds(accept, accepted) else None
    if says is not None and says.code is not Code.COMMITTED:
        return Answers(says, None, enhanced=True)
    told = answer if _holds(application, answer) else None
    return Answers(says, told, enhanced=True)


def _accepted(answer: Answer, *, admitted: bool, stored: bool) -> Answer:
    """The accept acknowledgement's code."""
    if not stored:
        return Answer(Code.COMMIT_ERROR, answer.refusal)
    return Answer(Code.COMMITTED) if admitted else Answer(Code.COMMIT_REJECTED, answer.refusal)


def _wanted(header: Header | None, rules: AnswerRules) -> tuple[str, str]:
    """The conditions for both acknowledgements; nothing in original mode."""
    said = ("", "") if header is None else (header.raw(15)[:_LONGEST], header.raw(16)[:_LONGEST])
    return _conditions(rules, *said)


@lru_cache(maxsize=256)
def _conditions(rules: AnswerRules, accept: str, application: str) -> tuple[str, str]:
    said = [_condition(text) for text in (accept, application)]
    if rules.mode == "original" or (rules.mode == "by_message" and not any(said)):
        return "", ""
    defaults = (rules.accept, rules.application) if rules.mode == "enhanced" else ("NE", "NE")
    return said[0] or defaults[0], said[1] or defaults[1]


def _condition(text: str) -> str:
    """A condition as it is meant: a word that nobody knows wants to be sure, and gets all."""
    word = text.strip().upper()
    if word in ("", DELETED):
        return ""
    return word if word in _CONDITIONS else "AL"


def _holds(condition: str, answer: Answer) -> bool:
    positive = answer.code in _POSITIVE
    return condition in ("AL", "SU" if positive else "ER")
