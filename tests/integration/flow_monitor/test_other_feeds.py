"""Appointments, results, documents and referrals from the wire to the journal, for real."""

from collections.abc import Callable
from pathlib import Path

from tests.support.adt_ingest_fakes import code_of
from tests.support.eventually import eventually
from tests.support.feed_messages import HEMOGLOBIN, OBR, PV1, mdm, oru, ref, siu
from tests.support.hl7_builders import framed
from tests.support.mllp_client import sending_to
from tests.support.running_ingest import running
from tests.support.running_monitor import Monitor
from tests.support.running_monitor import running as monitoring

from care_contracts import topics
from care_devstack.ports import free_ports

SENT = {
    "OF-SIU": (siu(), topics.APPOINTMENTS, "booked"),
    "OF-ORU": (oru(OBR, HEMOGLOBIN), topics.RESULTS, "final"),
    "OF-MDM": (mdm(), topics.DOCUMENTS, "current"),
    "OF-REF": (ref("I12", PV1), topics.REFERRALS, "accepted"),
}


async def test_each_feed_lands_on_its_topic_and_is_found_by_any_number(
    care_topics: str, tmp_path: Path, make_database: Callable[[str], str]
) -> None:
    (port,) = free_ports(1)
    monitor = Monitor(port)
    async with (
        monitoring(port, make_database("flow-monitor"), care_topics),
        running(care_topics, tmp_path) as ingest,
    ):
        await eventually(monitor.ready, within=30)
        async with sending_to(ingest.mllp_port) as sender:
            for control_id, (data, _, _) in SENT.items():
                named = data.replace(b"|F1|P|", f"|{control_id}|P|".encode())
                own = named.replace(b"MR1001", b"OF-MRN").replace(b"V77", b"OF-VISIT")
                await sender.send(framed(own))
                assert code_of(await sender.answer()) == "AA"
        for number in ({"mrn": "OF-MRN"}, {"visit": "OF-VISIT"}):
            stations = await eventually(
                lambda number=number: monitor.stations(**number),
                until=lambda found: len(found) == 2 * len(SENT),
                within=30,
            )
            wanted = {topic for _, topic, _ in SENT.values()}
            assert {one["topic"] for one in stations} == {topics.HL7_RECEIVED, *wanted}
        for control_id, (_, topic, status) in SENT.items():
            received, told = await monitor.stations(control_id=control_id)
            assert (received["topic"], told["topic"]) == (topics.HL7_RECEIVED, topic)
            assert (received["outcome"], told["detail"]) == ("accepted", status)
