"""Delivers notices: the intent is recorded, then letter or text sent, then the outcome recorded."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Counter, Histogram
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from care_chassis.clock import Clock
from care_chassis.errors import TransientError
from care_chassis.logs import get_logger
from care_chassis.telemetry import span
from notifier.announcements import announcements
from notifier.domain.delivery import Attempt, Outcome, RetryRule, begin, end, lose
from notifier.domain.notices import Notice, NoticeState
from notifier.ports import (
    Background,
    Delivering,
    DeliveringWork,
    LetterDeferredError,
    LetterError,
    LetterLostError,
    LetterRefusedError,
)
from notifier.posting import Post
from notifier.settling import settle_texts

_log = get_logger("notifier.deliver_notices")
_AT_ONCE = 8
_SHORTEST_REST = 0.05
_LONGEST_REST = 1.0
"""Real seconds."""
_ATTEMPTS = Counter("care_notifier_attempts_total", "Attempts to deliver.", ["outcome"])
_TIME_TO_NOTIFY = Histogram(
    "care_notifier_time_to_notify_seconds",
    "From the request of a notice to the mail server's taking it over, on the care clock.",
    buckets=(0.1, 0.5, 1, 5, 30, 120, 600, 3600, 86400),
)


_OUTCOMES: Mapping[type[LetterError], Outcome] = {
    LetterRefusedError: Outcome.REFUSED,
    LetterDeferredError: Outcome.DEFERRED,
    LetterLostError: Outcome.UNKNOWN,
}
_Due = tuple[Notice, Background | None]
"""What is known of the visit: nothing only with the confirmation of an opt-out."""


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How patient a delivery is."""

    retry: RetryRule
    lost_after_seconds: float
    """Real seconds after which an attempt without a recorded outcome counts as lost."""
    chance: Callable[[], float]
    """From 0 to 1: spreads the retries."""


class DeliverNotices:
    """Attempts what is due and tells how long to rest until there is more."""

    def __init__(
        self, *, delivering: Delivering, post: Post, clock: Clock, rules: DeliveryRules
    ) -> None:
        self._delivering = delivering
        self._post = post
        self._clock = clock
        self._rules = rules

    async def deliver_due(self) -> float:
        """Attempt some due notices; the real seconds to rest, 0 if there may be more.

        Whoever cancels this waits until the letters on their way are sent and recorded: a restart
        in good order sends nothing twice.
        """
        due, rest = await self._begin()
        if not due:
            return rest
        sending = asyncio.ensure_future(self._send_all(due))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending
            raise
        return 0.0

    async def _begin(self) -> tuple[list[_Due], float]:
        """Claim what is due and record that attempts begin, in one transaction."""
        now = self._clock.now()
        async with self._delivering.delivering() as work:
            claimed = await work.claim(now, _AT_ONCE)
            if not claimed:
                return [], self._rest_until(await work.next_instant())
            found = await _settle_lost(work, claimed, now)
            backgrounds = await work.backgrounds(found)
            settled = await settle_texts(work, found, backgrounds, self._post.sites, now)
            due = [notice for notice in settled if _is_due(notice, now)]
            waiting = [notice for notice in settled if not _is_due(notice, now)]
            tried = [begin(notice, now, now + self._lease()) for notice in due]
            await work.keep_notices([*waiting, *tried])
            await work.open_attempts(tried, now)
            await work.announce(announcements([*waiting, *tried], claimed, now))
        return [(notice, backgrounds.get(notice.notification_id)) for notice in tried], 0.0

    def _lease(self) -> timedelta:
        """The span of this clock in which the real seconds of an attempt pass."""
        wall = self._clock.real_seconds(timedelta(seconds=1))
        return timedelta(seconds=self._rules.lost_after_seconds / wall)

    async def _send_all(self, due: Sequence[_Due]) -> None:
        async with asyncio.TaskGroup() as group:
            for notice, background in due:
                group.create_task(self._send(notice, background))

    async def _send(self, notice: Notice, background: Background | None) -> None:
        with span("deliver_notice", parent=notice.traceparent, about=notice.about):
            attempt = await self._attempt(notice, background)
        _ATTEMPTS.labels(attempt.outcome).inc()
        _log.info(
            "notice_attempted",
            notification_id=str(notice.notification_id),
            attempt=attempt.number,
            state=attempt.outcome,
            reason=attempt.error,
            correlation_id=notice.correlation_id,
        )
        await self._record_patiently(notice, attempt)

    async def _attempt(self, notice: Notice, background: Background | None) -> Attempt:
        try:
            await self._post.send(notice, background, self._clock.now())
        except LetterError as error:
            return Attempt(notice.attempts, _OUTCOMES[type(error)], error.code)
        except Exception as error:  # noqa: BLE001 - a bug about one letter must not stop all others
            _log.error(
                "letter_broke",
                notification_id=str(notice.notification_id),
                error_type=type(error).__name__,
            )
            return Attempt(notice.attempts, Outcome.REFUSED, "could_not_be_written")
        return Attempt(notice.attempts, Outcome.SENT)

    async def _record_patiently(self, notice: Notice, attempt: Attempt) -> None:
        """Record an outcome, although the database may be away just now.

        Not for ever: an attempt whose outcome nobody recorded is made again with the same id.
        """
        try:
            async for trial in AsyncRetrying(
                retry=retry_if_exception_type(TransientError),
                wait=wait_random_exponential(multiplier=0.1, max=3),
                stop=stop_after_delay(self._rules.lost_after_seconds),
                reraise=True,
            ):
                with trial:
                    await self._record(notice, attempt)
        except TransientError:
            _log.warning("outcome_not_recorded", notification_id=str(notice.notification_id))

    async def _record(self, notice: Notice, attempt: Attempt) -> None:
        now, rules = self._clock.now(), self._rules
        async with self._delivering.delivering() as work:
            held = await work.lock(notice.notification_id)
            changed = end(held, attempt, now, rule=rules.retry, chance=rules.chance())
            await work.keep_notices(changed)
            await work.close_attempts([(notice.notification_id, attempt)], now)
            await work.announce(announcements(changed, [held], now))
        if attempt.outcome is Outcome.SENT and not notice.is_text:
            _TIME_TO_NOTIFY.observe((now - notice.requested_at).total_seconds())

    def _rest_until(self, next_at: datetime | None) -> float:
        if next_at is None:
            return _LONGEST_REST
        ahead = max(timedelta(0), next_at - self._clock.now())
        return min(max(self._clock.real_seconds(ahead), _SHORTEST_REST), _LONGEST_REST)


def _is_due(notice: Notice, now: datetime) -> bool:
    return notice.state is NoticeState.PENDING and notice.next_attempt_at <= now


async def _settle_lost(
    work: DeliveringWork, claimed: Sequence[Notice], now: datetime
) -> list[Notice]:
    """The claimed notices, those with an attempt that was lost sight of settled as such."""
    lost = [notice for notice in claimed if notice.in_flight]
    unknown = [
        (notice.notification_id, Attempt(notice.attempts, Outcome.UNKNOWN)) for notice in lost
    ]
    await work.close_attempts(unknown, now)
    return [
        outcome
        for notice in claimed
        for outcome in (lose(notice, now) if notice.in_flight else [notice])
    ]
