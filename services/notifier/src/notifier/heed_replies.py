"""Heeds what patients answer to texts: an opt-out holds at once, and is confirmed once."""

from care_chassis.clock import Clock
from notifier.announcements import announcements
from notifier.domain.notices import NoticeState
from notifier.domain.replies import asks_to_stop, number_in
from notifier.domain.texts import confirmation_of, opt_out
from notifier.text_ports import Texting


class HeedReplies:
    """Takes in an answer from the gateway. Answers that ask for nothing are not kept."""

    def __init__(self, *, texting: Texting, clock: Clock) -> None:
        self._texting = texting
        self._clock = clock

    async def heed(self, number: str, words: str) -> bool:
        """Take in an answer; whether it asks to stop. Raises ValueError where `number` is none."""
        caller = number_in(number)
        if caller is None:
            raise ValueError("not a telephone number")
        stops = asks_to_stop(words)
        if stops:
            await self._stop(caller)
        return stops

    async def _stop(self, number: str) -> None:
        now = self._clock.now()
        async with self._texting.texting() as work:
            is_new = await work.stop(number, now)
            held = await work.texts_to(number) if is_new else []
            changed = [opt_out(text) for text in held if text.state is NoticeState.PENDING]
            changed += [confirmation_of(text, now) for text in held if text.is_tried][:1]
            await work.keep_notices(changed)
            await work.announce(announcements(changed, held, now))
