"""Puts what is due into words and hands it over: letters to the mail, texts to the gateway."""

from dataclasses import dataclass
from datetime import datetime

from care_contracts.text_words import fault_in
from notifier.domain.notices import Notice
from notifier.domain.stories import story_of
from notifier.domain.visits import About
from notifier.ports import (
    Background,
    Letter,
    LetterRefusedError,
    Letters,
    Mailer,
    Sites,
)
from notifier.text_ports import Gateway, Text


@dataclass(frozen=True, slots=True)
class Post:
    """Where letters and texts are written and handed over."""

    letters: Letters
    mailer: Mailer
    gateway: Gateway
    sites: Sites

    async def send(self, notice: Notice, background: Background | None, at: datetime) -> None:
        """Hand a notice over. Raises LetterError, of the kind that fits."""
        if notice.is_text:
            await self.gateway.send(self._text(notice))
        else:
            await self.mailer.send(self._letter(notice, background), at)

    def _letter(self, notice: Notice, background: Background | None) -> Letter:
        if notice.recipient is None or background is None:
            raise LetterRefusedError("no_recipient")
        story = story_of(notice, background.visit, background.person.facts)
        sender = self.sites.institution(notice.site)
        return self.letters.compose(notice.notification_id, story, notice.recipient, sender)

    def _text(self, notice: Notice) -> Text:
        """The site's words as they are now, judged once more."""
        said = self.sites.institution(notice.site).texts
        if said is None or notice.recipient is None or notice.recipient.address is None:
            raise LetterRefusedError("texts_switched_off")
        confirms = notice.about is About.TEXTS_STOPPED
        words = said.stopped if confirms else said.follow_up
        fault = fault_in(words, sender=said.sender, number=said.number, offers_stop=not confirms)
        if fault:
            raise LetterRefusedError("words_not_allowed")
        return Text(notice.notification_id, notice.recipient.address, words)
