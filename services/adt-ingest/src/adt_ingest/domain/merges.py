"""Reads which numbers go up in which others: PID, PV1 and MRG in merges, moves and changes.

A message may hold several pairs: several groups of PID and MRG, several MRG below one PID, and
several numbers in one MRG-1.
"""

from collections.abc import Iterator

from adt_ingest.domain.facts import Facts, state_text
from adt_ingest.domain.identifiers import (
    Identifier,
    identifiers_in,
    local,
    patient_number,
)
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.subjects import NO_REFERENCES, References, Subject
from adt_ingest.domain.triggers import (
    ACCOUNT_MERGED,
    ACCOUNT_MOVED,
    IDENTIFIER_CHANGED,
    PATIENT_MERGED,
    PATIENT_MOVED,
    VISIT_MOVED,
    About,
    Meaning,
)


def numbers_before(message: Message, visit: Identifier | None, site: SiteProfile) -> References:
    """The account and visit numbers that changed with the kind of visit (A06, A07): no merge."""
    mrg = message.first("MRG")
    if mrg is None:
        return NO_REFERENCES
    number, account = _one(mrg, 5, site), _one(mrg, 3, site)
    if account == _one(message.first("PID"), 18, site):
        account = None
    return References(prior_visit=None if number == visit else number, prior_account=account)


def subjects_of(message: Message, meaning: Meaning, site: SiteProfile) -> Iterator[Subject]:
    """All pairs of a group that begins with PID. Raises Refusal where there is half of one."""
    pid = message.first("PID")
    if pid is None or message.first("MRG") is None:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "What was there before is missing", "MRG")
    for part in message.groups("MRG"):
        pair = _Pair(pid, part.every("MRG")[0], part.first("PV1") or message.first("PV1"), site)
        yield from pair.read(meaning)


class _Pair:
    """A PID with one MRG and the PV1 that goes with it."""

    def __init__(self, pid: Segment, mrg: Segment, pv1: Segment | None, site: SiteProfile) -> None:
        self._pid = pid
        self._mrg = mrg
        self._pv1 = pv1
        self._site = site
        self._named = identifiers_in(pid, 3, own_authority=site.authority)
        self._before = local(identifiers_in(mrg, 1, own_authority=site.authority))

    def read(self, meaning: Meaning) -> Iterator[Subject]:
        match meaning.about:
            case About.PATIENT_NUMBERS:
                yield from self._patients(meaning.kind)
            case About.ACCOUNT_NUMBERS:
                yield self._account(meaning.kind)
            case About.VISIT_NUMBERS:
                yield self._visit(meaning.kind)
            case _ if self._means_the_patient_number():
                yield from self._patients(meaning.kind)
            case _:
                yield self._other(meaning.kind)

    def _patients(self, kind: str) -> Iterator[Subject]:
        patient = self._patient()
        account = self._account_before()
        pairs = [pair for pair in self._pairs(patient) if not _same(*pair)]
        pairs.sort(key=lambda pair: pair[0] != patient)  # what is said of the person comes first
        for survivor, prior in pairs:
            references = References(prior_patient=prior, prior_account=account)
            yield Subject(kind, survivor, None, references, {})
        if not pairs:
            yield self._of_no_patient(kind, patient, account)

    def _of_no_patient(self, kind: str, patient: Identifier, account: Identifier | None) -> Subject:
        """What a message may mean that names the same patient twice, or nobody before."""
        if kind == PATIENT_MERGED and account:  # A35, A36: one account of a patient in another
            return Subject(ACCOUNT_MERGED, patient, None, References(prior_account=account), {})
        other = self._other_number(kind)
        if other is None:
            raise _itself("MRG-1") if self._before else _missing("MRG-1")
        return Subject(kind, patient, None, References(prior_identifier=other), {})

    def _other_number(self, kind: str) -> Identifier | None:
        if kind == PATIENT_MOVED:  # before v2.4: to another external number (MRG-4, PID-2)
            return _foreign(self._mrg, 4)
        if kind == IDENTIFIER_CHANGED:  # a payer's number, or the like
            before = identifiers_in(self._mrg, 1, own_authority=self._site.authority)
            return next((each for each in before if each not in self._named), None)
        return None

    def _pairs(self, patient: Identifier) -> list[tuple[Identifier, Identifier]]:
        """Survivor and prior, by position or by type and authority as the site wishes.

        Where the two lists do not match, a prior number goes up in the patient's own.
        """
        survivors = local(self._named)
        if self._site.merge_by_type:
            by_type = {(one.kind, one.authority): one for one in reversed(survivors)}
            return [
                (by_type.get((prior.kind, prior.authority), patient), prior)
                for prior in self._before
            ]
        if len(survivors) != len(self._before):
            survivors = [patient] * len(self._before)
        return list(zip(survivors, self._before, strict=True))

    def _account(self, kind: str) -> Subject:
        moves = kind == ACCOUNT_MOVED
        prior, account = _one(self._mrg, 3, self._site), _one(self._pid, 18, self._site)
        prior = _checked(prior, account, moves=moves, places=("MRG-3", "PID-18"))
        owner = self._owner_before() if moves else None
        references = References(prior_patient=owner, prior_account=prior)
        now = account or prior
        return Subject(kind, self._patient(), None, references, {"account_number": now.value})

    def _visit(self, kind: str) -> Subject:
        moves = kind == VISIT_MOVED
        prior, visit = _one(self._mrg, 5, self._site), _one(self._pv1, 19, self._site)
        prior = _checked(prior, visit, moves=moves, places=("MRG-5", "PV1-19"))
        owner = self._owner_before() if moves else None
        references = References(owner, prior, self._account_before())
        return Subject(kind, self._patient(), visit or prior, references, {})

    def _means_the_patient_number(self) -> bool:
        """A46 and A48 of senders that change PID-3 with it, as A47 does."""
        pairs = self._pairs(self._patient())
        return self._other_before() is None and not all(_same(*pair) for pair in pairs)

    def _other_before(self) -> Identifier | None:
        """PID-2 and MRG-4, PID-4 and MRG-2, or PV1-50 and MRG-6: whichever is there."""
        return next(filter(None, (_foreign(self._mrg, number) for number in (4, 2, 6))), None)

    def _other(self, kind: str) -> Subject:
        prior = self._other_before()
        if prior is None:
            raise _missing("MRG")
        facts: Facts = {}
        if self._pv1 is not None:
            state_text(facts, "alternate_number", self._pv1.value(50))
        visit = _one(self._pv1, 19, self._site)
        return Subject(kind, self._patient(), visit, References(prior_identifier=prior), facts)

    def _patient(self) -> Identifier:
        chosen = patient_number(self._named, own_authority=self._site.authority)
        if chosen is None:
            raise Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", "PID-3")
        return chosen

    def _owner_before(self) -> Identifier | None:
        """Whose it was, where MRG-1 names somebody else."""
        owner = patient_number(self._before, own_authority=self._site.authority)
        return None if owner is None or _same(owner, self._patient()) else owner

    def _account_before(self) -> Identifier | None:
        account = _one(self._mrg, 3, self._site)
        return None if account == _one(self._pid, 18, self._site) else account


def _one(segment: Segment | None, number: int, site: SiteProfile) -> Identifier | None:
    if segment is None or not segment.raw(number):
        return None
    return _first(identifiers_in(segment, number, own_authority=site.authority))


def _foreign(segment: Segment, number: int) -> Identifier | None:
    """A number that is not ours, so that nobody takes it for one of ours."""
    return _first(identifiers_in(segment, number, own_authority=""))


def _checked(
    prior: Identifier | None, now: Identifier | None, *, moves: bool, places: tuple[str, str]
) -> Identifier:
    """The number there was; what merely moves keeps its number, so that one of the two will do."""
    if moves:
        prior, now = prior or now, now or prior
    if prior is None or now is None:
        raise _missing(places[prior is not None])
    if _same(prior, now) and not moves:
        raise _itself(places[0])
    return prior


def _first(identifiers: list[Identifier]) -> Identifier | None:
    return identifiers[0] if identifiers else None


def _same(one: Identifier, other: Identifier) -> bool:
    return one[:2] == other[:2]


def _missing(place: str) -> Refusal:
    return Refusal(Problem.REQUIRED_FIELD, "A number that takes part is missing", place)


def _itself(place: str) -> Refusal:
    return Refusal(Problem.UNKNOWN_KEY, "A number cannot go up in itself", place)
