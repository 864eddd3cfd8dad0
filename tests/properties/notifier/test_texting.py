"""Whatever happens, and whenever: by day, at most once a day, three a week, and none after stop."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.manual_clock import START
from tests.support.notifier_fakes import TEXTS, FakeGateway, NoticeDesk, home
from tests.support.worklist_builders import newer

from care_contracts.transitions import TransitionSnapshot, TransitionState
from notifier.domain.texting_hours import allowed_from
from notifier.ports import LetterDeferredError, LetterError, LetterLostError
from notifier.text_ports import Text

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(["America/New_York", "America/Los_Angeles", "Europe/London", "UTC"])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
NUMBERS = ("2125550142", "2125550143")
PATIENTS = ("MR1", "MR2", "MR3")


@settings(deadline=None)
@given(INSTANTS, ZONES, st.lists(INSTANTS, max_size=6))
def test_the_instant_is_the_first_that_all_rules_allow(
    at: datetime, name: str, sent_at: list[datetime]
) -> None:
    zone = ZoneInfo(name)
    found = allowed_from(at, zone, sent_at)
    assert found >= at
    sent_on = [one.astimezone(zone).date() for one in sent_at]
    local = found.astimezone(zone)
    assert time(8) <= local.time() < time(21)
    assert may_be_sent_on(local.date(), sent_on)
    before = [local.date() - timedelta(days=back) for back in range(1, 15)]
    earlier = [day for day in before if day >= at.astimezone(zone).date()]
    first = at.astimezone(zone)
    assert not [
        day
        for day in earlier
        if may_be_sent_on(day, sent_on) and not (day == first.date() and first.time() >= time(21))
    ]
    assert found == at or local.time() == time(8)


def may_be_sent_on(on: date, sent_on: list[date]) -> bool:
    week = [day for day in sent_on if timedelta() <= on - day < timedelta(days=7)]
    return on not in sent_on and len(week) < 3


class Ledger(FakeGateway):
    """A gateway that remembers when it was handed what."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Callable[[], datetime] = lambda: START
        self.maybe_arrived: list[tuple[datetime, Text]] = []

    async def send(self, text: Text) -> None:
        answer: LetterError | None = self.refusals[0] if self.refusals else None
        if not isinstance(answer, LetterDeferredError):
            self.maybe_arrived.append((self.now(), text))
        await super().send(text)


@dataclass
class World:
    """A desk, what it was told of follow-ups, and who said stop when."""

    desk: NoticeDesk
    ledger: Ledger
    told: dict[str, TransitionSnapshot]
    stopped: dict[str, datetime]

    async def open(self, number: int) -> None:
        name = f"t{number}"
        mrn, phone = PATIENTS[number % 3], NUMBERS[number % 2]
        self.told[name] = home(name, mrn=mrn, phones=[phone], discharged_at=self.desk.clock.now())
        await self.desk.plan(self.told[name])

    async def void(self, number: int) -> None:
        name = f"t{number}"
        if name in self.told:
            self.told[name] = newer(self.told[name], state=TransitionState.VOIDED)
            await self.desk.plan(self.told[name])

    async def stop(self, number: int) -> None:
        phone = NUMBERS[number % 2]
        self.stopped.setdefault(f"+1{phone}", self.desk.clock.now())
        await self.desk.replies.heed(phone, "stop")

    async def wait(self, number: int) -> None:
        self.desk.clock.advance(timedelta(hours=5 * number + 1))

    async def stumble(self, number: int) -> None:
        kind = LetterLostError if number % 2 else LetterDeferredError
        self.ledger.refusals.append(kind("away"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from([World.open, World.open, World.void, World.stop, World.wait, World.wait]),
        st.integers(0, 5),
    )
    | st.tuples(st.just(World.stumble), st.integers(0, 1)),
    max_size=25,
)


@settings(deadline=None, max_examples=150)
@given(STEPS)
async def test_no_story_ever_breaks_a_rule(
    steps: list[tuple[Callable[[World, int], Awaitable[None]], int]],
) -> None:
    ledger = Ledger()
    desk = NoticeDesk(gateway=ledger)
    ledger.now = desk.clock.now
    world = World(desk, ledger, {}, {})
    for step, number in steps:
        await step(world, number)
        await desk.post()
    for _ in range(10):
        desk.clock.advance(timedelta(days=1))
        await desk.post()
    check(world)


def check(world: World) -> None:
    asked = [(at, one) for at, one in world.ledger.maybe_arrived if one.words == TEXTS.follow_up]
    days: defaultdict[str, list[date]] = defaultdict(list)
    for at, text in asked:
        local = at.astimezone(NEW_YORK)
        assert time(8) <= local.time() < time(21)
        assert may_be_sent_on(local.date(), days[text.number])
        days[text.number].append(local.date())
        assert at <= world.stopped.get(text.number, at)
    confirmed = {one for _, one in world.ledger.maybe_arrived if one.words == TEXTS.stopped}
    assert len(confirmed) == len({one.number for one in confirmed} & world.stopped.keys())
    assert desk_is_quiet(world.desk)


def desk_is_quiet(desk: NoticeDesk) -> bool:
    """Whether nothing waits for a day that never comes."""
    return all(
        one.next_attempt_at > desk.clock.now() or one.state != "pending"
        for one in desk.notebook.notices()
    )
