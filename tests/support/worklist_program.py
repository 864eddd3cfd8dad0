"""The worklist as a program on real Kafka and PostgreSQL, and a voice for those who talk to it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.worklist_app import SECRET
from tests.support.worklist_builders import step, transition

from care_chassis.clock import SystemClock
from care_chassis.events import OutgoingEvent
from care_chassis.kafka import Publisher
from care_contracts import topics
from care_contracts.base import Contract
from care_contracts.transitions import EncounterSnapshot, TransitionSnapshot

SITES = Path(__file__).parents[1] / "data" / "sites"
CLOCK = SystemClock()
_RUN = f"{CLOCK.now():%H%M%S%f}"
"""Events of another run on the same Kafka are other events."""
_COUNT = count()


def program_settings(database_url: str, bootstrap: str) -> dict[str, str]:
    """The environment of the program."""
    return {
        "WORKLIST_DATABASE_URL": database_url,
        "WORKLIST_DEVELOPMENT_SIGN_IN": "true",
        "CARE_TOKEN_SECRET": SECRET,
        "CARE_SITES_DIR": str(SITES),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
    }


def fresh_transition(name: str = "stay", **more: Any) -> TransitionSnapshot:
    """A transition of now, of a patient that no other test has."""
    unique = f"{name}-{_RUN}-{next(_COUNT)}"
    now = CLOCK.now().replace(microsecond=0)
    made = transition(unique, mrn=f"MR-{unique}")
    later = now + timedelta(hours=72)
    steps = [
        step(made.transition_id, one.code, title=one.title, due_at=later) for one in made.steps
    ]
    facts = {"discharged_at": now, "steps": steps, "changed_at": now}
    return TransitionSnapshot.model_validate(dict(made) | facts | more)


class Voices:
    """Says on Kafka what the orchestrator and others would."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def tell(self, *snapshots: TransitionSnapshot | EncounterSnapshot) -> None:
        """Tell how transitions and encounters stand."""
        await self._publisher.publish([_told(one) for one in snapshots])

    async def say(self, topic: str, type_: str, body: Contract, event_id: str) -> None:
        """Say anything else."""
        await self._publisher.publish([_event(topic, type_, "", event_id, body.to_json())])

    async def mumble(self, key: str) -> None:
        """Say something that nobody can understand."""
        event_id = f"mumbled-{_RUN}-{next(_COUNT)}"
        await self._publisher.publish(
            [_event(topics.TRANSITIONS, "transition.opened", key, event_id, b"{nonsense")]
        )


def _told(snapshot: TransitionSnapshot | EncounterSnapshot) -> OutgoingEvent:
    is_stay = isinstance(snapshot, EncounterSnapshot)
    type_ = "encounter.followed" if is_stay else "transition.opened"
    entity = snapshot.encounter_id if is_stay else snapshot.transition_id
    event_id = f"{type_}:{entity}:{snapshot.version}"
    return _event(
        topics.TRANSITIONS, type_, snapshot.patient.patient_key, event_id, snapshot.to_json()
    )


def _event(topic: str, type_: str, key: str, event_id: str, data: bytes) -> OutgoingEvent:
    return OutgoingEvent(
        topic=topic,
        key=key,
        event_id=event_id,
        type=type_,
        source="/test",
        subject="",
        time=CLOCK.now(),
        data=data,
        correlation_id=f"wire of {event_id}",
        traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
    )


def codes_and_states(item: Mapping[str, Any]) -> dict[str, str]:
    """The tasks of a transition as REST shows them."""
    tasks: Sequence[Mapping[str, str]] = item["tasks"]
    return {task["code"]: task["state"] for task in tasks}
