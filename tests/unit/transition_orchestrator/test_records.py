"""What is written down of a cluster is read back without loss, whatever the domain puts into it."""

from typing import Any
from uuid import UUID

import orjson
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.messages import MessageKind
from transition_orchestrator.records import JsonRow, Rows


async def followed() -> Cluster:
    """A stay that was discharged, corrected, and followed by another."""
    ledgers = MemoryLedgers()
    stay: dict[str, Any] = {"encounter_class": "inpatient", "site": "America/New_York"}
    diagnoses: list[Any] = [{"code": "I50.9", "system": "I10", "text": "", "kind": "F"}]
    messages = [
        said(
            MessageKind.ADMITTED,
            "2026-05-05T08:00:00-04:00",
            person={"family_name": "Example", "birth_date": "1950-01-02", "phones": ["555-0101"]},
            **stay,
        ),
        said(
            MessageKind.DISCHARGED,
            "2026-05-20T13:05:00-04:00",
            disposition="01",
            diagnoses=diagnoses,
            attending={"identifier": "1", "family_name": "Alder"},
            **stay,
        ),
        said(MessageKind.UPDATED, "2026-05-21T09:00:00-04:00", disposition="03", **stay),
        said(MessageKind.ADMITTED, "2026-05-30T08:00:00-04:00", visit="V2", **stay),
    ]
    await following(ledgers).follow(message_deliveries(messages))
    (cluster,) = ledgers.clusters.values()
    return cluster


def stored(row: JsonRow) -> Any:
    """A row as the driver gives it: some columns as the text that was written, ids as ids."""
    read = orjson.loads(orjson.dumps(row))
    for column in {"facts", "moments", "view"} & row.keys():
        read[column] = row[column] and orjson.dumps(row[column]).decode()
    if "transition_id" in read:
        read["transition_id"] = UUID(read["transition_id"])
    return read


async def test_a_cluster_is_read_back_as_it_was_written() -> None:
    cluster, rows, others = await followed(), Rows(), Rows()
    assert cluster.transitions
    for reader in (rows, others):  # one that wrote it, and one that was started since
        for person in cluster.records.values():
            row = stored(rows.of_person(cluster.key, person))
            assert reader.person(row) == person
        for encounter in cluster.encounters.values():
            row = stored(rows.of_encounter(cluster.key, encounter))
            assert reader.encounter(row) == encounter
        for transition in cluster.transitions.values():
            row = stored(rows.of_transition(cluster.key, transition))
            assert reader.transition(row) == transition
