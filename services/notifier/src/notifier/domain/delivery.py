"""Attempts to deliver a notice: when to try, how long to go on, what an outcome means."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.domain.notices import Notice, NoticeState, changed, correction_of, withdraw


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    """The mail server has taken it over."""
    REFUSED = "refused"
    """The mail server will never take it."""
    DEFERRED = "deferred"
    """Not now: the mail server is away or busy."""
    UNKNOWN = "unknown"
    """The attempt was lost sight of: in its midst we ended, or the mail server fell silent."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt."""

    number: int
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RetryRule:
    """Exponential backoff with jitter, for a bounded time from the first attempt."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=24)

    def pause(self, attempts: int, chance: float) -> timedelta:
        """How long to wait after so many attempts; `chance`, from 0 to 1, spreads the retries."""
        doubled = self.first * 2 ** min(attempts - 1, 20)
        return min(doubled, self.longest) * (0.5 + chance / 2)


def begin(notice: Notice, now: datetime, lost_at: datetime) -> Notice:
    """The notice with an attempt under way, which counts as lost if not ended by `lost_at`."""
    return replace(
        notice,
        attempts=notice.attempts + 1,
        first_attempt_at=notice.first_attempt_at or now,
        in_flight=True,
        next_attempt_at=lost_at,
    )


def lose(notice: Notice, now: datetime) -> list[Notice]:
    """An attempt was lost sight of: it may have arrived, and is made again with the same id."""
    lost = replace(notice, in_flight=False, maybe_told=True)
    return withdraw(lost, now) if notice.revoked else [lost]


def end(
    notice: Notice, attempt: Attempt, now: datetime, *, rule: RetryRule, chance: float
) -> list[Notice]:
    """The notice after an attempt, with the correction it needs if it was cancelled meanwhile."""
    was_sent = attempt.outcome is Outcome.SENT
    if notice.state is not NoticeState.PENDING or not (was_sent or _is_latest(attempt, notice)):
        return []
    if was_sent:
        sent = changed(notice, NoticeState.SENT)
        return [sent, correction_of(sent, now)] if notice.revoked else [sent]
    maybe_told = notice.maybe_told or attempt.outcome is Outcome.UNKNOWN
    notice = replace(notice, maybe_told=maybe_told)
    if notice.revoked:
        return withdraw(notice, now)
    return [_not_sent(notice, attempt, now, rule, chance)]


def _is_latest(attempt: Attempt, notice: Notice) -> bool:
    """Whether no other attempt has begun since; if one has, what comes of that one decides."""
    return attempt.number == notice.attempts


def _not_sent(
    notice: Notice, attempt: Attempt, now: datetime, rule: RetryRule, chance: float
) -> Notice:
    pause = rule.pause(notice.attempts, chance)
    over = attempt.outcome is Outcome.REFUSED or _is_over(notice, now, rule)
    if over:
        return changed(notice, NoticeState.FAILED, attempt.error)
    return replace(notice, in_flight=False, reason=attempt.error, next_attempt_at=now + pause)


def _is_over(notice: Notice, now: datetime, rule: RetryRule) -> bool:
    return notice.first_attempt_at is None or now >= notice.first_attempt_at + rule.give_up_after
