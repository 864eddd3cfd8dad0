"""Follows transitions, and asks for the one text to each patient who is to be visited at home."""

from collections.abc import Sequence

from care_chassis.clock import Clock
from care_chassis.consumption import Delivery
from notifier.announcements import announcements
from notifier.domain.texts import FollowUp, follow
from notifier.ports import Sites
from notifier.text_ports import Texting


class RequestTexts:
    """Reads `transitions.v1`; for sites that text nobody it keeps nothing."""

    def __init__(self, *, texting: Texting, sites: Sites, clock: Clock) -> None:
        self._texting = texting
        self._sites = sites
        self._clock = clock

    async def follow(self, deliveries: Sequence[Delivery[FollowUp]]) -> None:
        """Take in a batch, in one transaction."""
        texted = [one for one in deliveries if self._sites.institution(one.body.site).texts]
        if not texted:
            return
        now = self._clock.now()
        async with self._texting.texting() as work:
            fresh = await work.unseen([one.event.event_id for one in texted], now)
            latest = _latest([one.body for one in texted if one.event.event_id in fresh])
            newer = await work.keep_follow_ups(latest)
            held = await work.lock_texts([follow_up.text_id for follow_up in latest])
            known = {text.notification_id: text for text in held}
            changed = [
                text
                for follow_up in latest
                if follow_up.transition_id in newer
                and (text := follow(follow_up, known.get(follow_up.text_id), now))
            ]
            await work.keep_notices(changed)
            await work.announce(announcements(changed, held, now))


def _latest(follow_ups: Sequence[FollowUp]) -> list[FollowUp]:
    """Of every transition what was said last."""
    ordered = sorted(follow_ups, key=lambda one: one.version)
    return list({one.transition_id: one for one in ordered}.values())
