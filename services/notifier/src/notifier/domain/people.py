"""People whom the hospital merges: whatever was said under one number is known under the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from notifier.domain.facts import PersonFacts, merge

NOTHING_SAID = PersonFacts()


@dataclass(frozen=True, slots=True)
class Person:
    """One patient key. A key that was merged away points straight at the one that stands for it."""

    patient_key: str
    facts: PersonFacts = NOTHING_SAID
    survivor_key: str | None = None


class People:
    """Some people, closed under merging: whoever is pointed at is there."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = {person.patient_key: person for person in people}
        self._before = dict(self._people)

    def whole(self, patient_key: str) -> Person:
        """The person who stands for a key."""
        person = self._people[patient_key]
        return self._people[person.survivor_key] if person.survivor_key else person

    def learn(self, patient_key: str, facts: PersonFacts) -> None:
        """Take in what was said of someone."""
        person = self.whole(patient_key)
        self._people[person.patient_key] = replace(person, facts=merge(person.facts, facts))

    def merge(self, prior_key: str, survivor_key: str) -> None:
        """Note that one key was merged into another; said again it changes nothing."""
        prior, survivor = self.whole(prior_key), self.whole(survivor_key)
        if prior.patient_key == survivor.patient_key:
            return
        self.learn(survivor.patient_key, prior.facts)
        for person in list(self._people.values()):
            if prior.patient_key in (person.patient_key, person.survivor_key):
                self._people[person.patient_key] = replace(
                    person, survivor_key=survivor.patient_key
                )

    def changed(self) -> list[Person]:
        """The people who are not as they were."""
        return [person for key, person in self._people.items() if person != self._before.get(key)]

    def all(self) -> Mapping[str, Person]:
        return self._people
