"""Follows what hospitals say of patients and visits, and asks for the notices it calls for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from care_chassis.clock import Clock
from care_chassis.consumption import Delivery
from notifier.announcements import announcements
from notifier.domain.news import News, VisitNews
from notifier.domain.notices import Notice, visit_of
from notifier.domain.people import People
from notifier.domain.recipients import objects, recipients_of
from notifier.domain.reconciliation import Circumstances, reconcile
from notifier.domain.runs import runs_of
from notifier.domain.visits import Visit, by_person, follow
from notifier.ports import Requesting, RequestingWork, Sites


class RequestNotices:
    """Reads `encounters.v1`; in whatever order things come to be known, each is told once."""

    def __init__(
        self, *, requesting: Requesting, sites: Sites, clock: Clock, news_for: timedelta
    ) -> None:
        self._requesting = requesting
        self._sites = sites
        self._clock = clock
        self._news_for = news_for

    async def follow(self, deliveries: Sequence[Delivery[News]]) -> None:
        """Take in a batch, in one transaction."""
        now = self._clock.now()
        async with self._requesting.requesting() as work:
            fresh = await work.unseen([delivery.event.event_id for delivery in deliveries], now)
            news = [delivery.body for delivery in deliveries if delivery.event.event_id in fresh]
            if not news:
                return
            people = await _learn(work, news)
            visits = await _follow_visits(work, news, people)
            people = await _with_those_in(work, people, visits)
            await self._reconcile(work, visits, people, now)

    async def _reconcile(
        self, work: RequestingWork, visits: Sequence[Visit], people: People, now: datetime
    ) -> None:
        held = await work.lock_notices(sorted({visit.visit_key for visit in visits}))
        whole = by_person(visits, people)
        by_visit: defaultdict[Visit | None, list[Notice]] = defaultdict(list)
        for notice in held:
            by_visit[visit_of(notice, whole)].append(notice)
        changed = [
            notice
            for visit in whole
            for notice in reconcile(
                runs_of(visit), by_visit[visit], self._circumstances(visit, people, now)
            )
        ]
        await work.keep_notices(changed)
        await work.announce(announcements(changed, held, now))

    def _circumstances(self, visit: Visit, people: People, now: datetime) -> Circumstances:
        person = people.whole(visit.said_of)
        directory = self._sites.institution(visit.site).directory
        return Circumstances(
            visit_key=visit.visit_key,
            patient_key=person.patient_key,
            site=visit.site,
            recipients=recipients_of(person.facts, visit.facts, directory),
            objected=objects(person.facts, visit.facts),
            now=now,
            news_for=self._news_for,
        )


async def _learn(work: RequestingWork, news: Sequence[News]) -> People:
    """The people spoken of, with all that is known of them now."""
    keys = {item.patient_key for item in news} | {
        item.prior_key for item in news if item.prior_key is not None
    }
    people = await work.lock_people(sorted(keys))
    for item in news:
        people.learn(item.patient_key, item.facts)
        if item.prior_key is not None:
            people.merge(item.prior_key, item.patient_key)
    await work.keep_people(people.changed())
    return people


async def _follow_visits(work: RequestingWork, news: Sequence[News], people: People) -> list[Visit]:
    """The visits spoken of, and those for whose notices the news of a person may matter."""
    spoken_of = [item.visit for item in news if item.visit is not None]
    waiting = await work.visits_in_question([person.patient_key for person in people.changed()])
    blanks = {_key(one): Visit(one.visit_key, one.said_of, one.site) for one in spoken_of}
    stored = await work.lock_visits([blanks[key] for key in sorted(blanks)], waiting)
    visits = {_key(visit): visit for visit in stored}
    for one in spoken_of:
        moments = (one.moment,) if one.moment else ()
        visits[_key(one)] = follow(visits[_key(one)], one.facts, moments)
    known = {_key(visit): visit for visit in stored}
    await work.keep_visits([visit for key, visit in visits.items() if visit != known[key]])
    return list(visits.values())


def _key(of: Visit | VisitNews) -> tuple[str, str]:
    return of.visit_key, of.said_of


async def _with_those_in(work: RequestingWork, people: People, visits: Sequence[Visit]) -> People:
    """With the patients of visits who were not spoken of: a visit may have come by another key."""
    missing = {visit.patient_key for visit in visits} - people.all().keys()
    if not missing:
        return people
    return People(
        [*people.all().values(), *(await work.lock_people(sorted(missing))).all().values()]
    )
