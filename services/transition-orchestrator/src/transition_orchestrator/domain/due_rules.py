"""Due rules: so much time before or after an anchor, read from the words that people write."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from transition_orchestrator.domain.calendar import LocalDays


class Unit(StrEnum):
    """Which clock a due rule counts on."""

    HOURS = "hours"
    """Elapsed, whatever daylight saving does."""
    BUSINESS_DAYS = "business days"
    """Of the site's calendar, to the end of the local day."""
    DAYS = "days"
    """Calendar days, to the end of the local day."""


class Anchor(StrEnum):
    """What a due rule counts from; the code of an earlier step is another anchor."""

    DISCHARGE = "discharge"
    ADMISSION = "admission"
    EXPECTED_DISCHARGE = "expected discharge"
    DUE = "due"
    """The step's own due time: what an escalation counts from."""


class DueRuleError(ValueError):
    """A due rule cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no due rule: say for example '2 business days after discharge', "
            "'72 hours after discharge', '7 days after discharge', '1 day before expected "
            "discharge' or '7 days after home_visit'"
        )


@dataclass(frozen=True, slots=True)
class DueRule:
    """So many units before or after the anchor, one of `Anchor` or the code of a step."""

    count: int
    unit: Unit
    anchor: str = Anchor.DISCHARGE.value
    before: bool = False

    def __str__(self) -> str:
        if self.count == 0 and self.unit is Unit.HOURS:
            return f"at {self.anchor}"
        unit = self.unit.value.removesuffix("s") if self.count == 1 else self.unit.value
        return f"{self.count} {unit} {'before' if self.before else 'after'} {self.anchor}"

    def due_at(self, anchor_at: datetime, days: LocalDays) -> datetime:
        """The last instant that still satisfies the rule."""
        if self.unit is Unit.HOURS:
            return self._elapsed(anchor_at)
        return days.end_of(self._day(days.date_of(anchor_at), days))

    def opens_at(self, anchor_at: datetime, days: LocalDays) -> datetime:
        """The first instant of the same day or hour; after an anchor, never before it."""
        if self.unit is Unit.HOURS:
            return self._elapsed(anchor_at)
        start = days.start_of(self._day(days.date_of(anchor_at), days))
        return start if self.before else max(start, anchor_at)

    def later_by(self, other: "DueRule", times: int) -> "DueRule":
        """The same rule some repetitions later. Raises ValueError where the clocks differ."""
        if other.unit is not self.unit:
            message = f"it repeats in {other.unit.value} and is due in {self.unit.value}: use one"
            raise ValueError(message)
        return replace(self, count=self.count + times * other.count)

    def _elapsed(self, anchor_at: datetime) -> datetime:
        hours = timedelta(hours=self.count)
        return anchor_at - hours if self.before else anchor_at + hours

    def _day(self, anchor_on: date, days: LocalDays) -> date:
        if self.count == 0:
            return anchor_on
        if self.unit is Unit.DAYS:
            return anchor_on + timedelta(days=-self.count if self.before else self.count)
        if self.before:
            return days.calendar.business_day_before(anchor_on, self.count)
        return days.calendar.business_days_after(anchor_on, self.count)[-1]


_SPAN = (
    r"(?:PT(?P<hours>\d{1,4})H|P(?P<days>\d{1,4})D"
    r"|(?P<count>\d{1,4}) (?P<unit>hour|business day|day)s?)"
)
_ANCHOR = r"(?P<anchor>expected discharge|[a-z][a-z0-9_]*)"
_DUE_RULE = re.compile(f"{_SPAN} (?P<side>before|after) {_ANCHOR}")
_AT = re.compile(f"at {_ANCHOR}")
_EVERY = re.compile(_SPAN)


def due_rule(text: str) -> DueRule:
    """Read `72 hours after discharge`, `at expected discharge` and such. Raises DueRuleError."""
    words = " ".join(text.split())
    if at := _AT.fullmatch(words):
        return DueRule(0, Unit.HOURS, at["anchor"])
    match = _DUE_RULE.fullmatch(words)
    if match is None:
        raise DueRuleError(text)
    count, unit = _span(match)
    return DueRule(count, unit, match["anchor"], before=match["side"] == "before")


def interval(text: str) -> DueRule:
    """Read `7 days`, the time between repetitions. Raises ValueError."""
    match = _EVERY.fullmatch(" ".join(text.split()))
    if match is None or not _span(match)[0]:
        message = f"{text!r} is no interval such as '7 days' or '24 hours'"
        raise ValueError(message)
    return DueRule(*_span(match))


def _span(match: re.Match[str]) -> tuple[int, Unit]:
    if match["hours"]:
        return int(match["hours"]), Unit.HOURS
    if match["days"]:
        return int(match["days"]), Unit.DAYS
    return int(match["count"]), Unit(f"{match['unit']}s")
