"""Two steps, batches and waiting on sockets, with the real Kafka behind."""

import asyncio
from pathlib import Path

import pytest
from tests.support.adt_ingest_fakes import code_of, segments_of
from tests.support.eventually import eventually
from tests.support.hl7_builders import discharge, framed
from tests.support.mllp_client import sending_to
from tests.support.mllp_receiver import acknowledgement, receiving
from tests.support.own_kafka import OwnKafka
from tests.support.running_ingest import Ingest, held, running

from care_contracts.topics import HL7_RECEIVED
from care_devstack.settings import CHECKOUT
from care_devstack.topics import apply_topics, read_topics

SITE = "{{code: GHH, name: Good Health Hospital, time_zone: America/New_York, hl7: {}}}\n"
ENHANCED = "mode: enhanced, accept: AL, application: AL"
OTHER = "{code: OTHER, name: Another, time_zone: America/New_York}\n"


async def ids_held(ingest: Ingest, prefix: str) -> set[str]:
    return {
        event.extensions["controlid"]
        for event in await held(ingest.bootstrap, HL7_RECEIVED)
        if event.extensions.get("controlid", "").startswith(prefix)
    }


async def test_both_steps_come_on_the_connection_of_the_message(
    care_topics: str, tmp_path: Path
) -> None:
    site = SITE.format(f"{{acknowledgement: {{{ENHANCED}}}}}")
    controls = [f"STEPS-{number}" for number in range(20)]
    async with running(care_topics, tmp_path, site=site) as ingest:
        async with sending_to(ingest.mllp_port) as sender:
            await sender.send(framed(*(discharge(control_id=control) for control in controls)))
            answers = [segments_of(block)["MSA"][1:3] for block in await sender.answers(40)]
        assert answers == [[code, control] for control in controls for code in ("CA", "AA")]
        assert await ids_held(ingest, "STEPS-") == set(controls)


async def test_the_second_step_goes_to_the_return_address(care_topics: str, tmp_path: Path) -> None:
    def confirm(_number: int, frame: bytes) -> list[bytes]:
        return [acknowledgement(frame.split(b"|")[9].decode(), "CA")]

    controls = [f"RETURN-{number}" for number in range(20)]
    async with receiving(confirm) as receiver:
        address = f"return_address: {{host: 127.0.0.1, port: {receiver.port}, confirms: true}}"
        site = SITE.format(f"{{acknowledgement: {{{ENHANCED}, {address}}}}}")
        async with running(care_topics, tmp_path, site=site) as ingest:
            async with sending_to(ingest.mllp_port) as sender:
                await sender.send(framed(*(discharge(control_id=one) for one in controls)))
                assert {code_of(block) for block in await sender.answers(20)} == {"CA"}
            await eventually(lambda: len(receiver.frames), until=(20).__eq__)
    told = [segments_of(frame)["MSA"][1:3] for frame in receiver.frames]
    assert told == [["AA", control] for control in controls]


async def test_a_batch_on_the_wire_and_over_http_is_answered_by_one_block(
    care_topics: str, tmp_path: Path
) -> None:
    messages = [discharge(control_id=f"BATCH-{number}") for number in range(100)]
    data = b"BHS|^~\\&|ADT1|GHH\r" + b"".join(messages) + b"BTS|100\r"
    async with running(care_topics, tmp_path) as ingest:
        async with sending_to(ingest.mllp_port) as sender:
            await sender.send(framed(data, discharge(control_id="BATCH-AFTER")))
            block = await sender.answer()
            assert segments_of(await sender.answer())["MSA"][2] == "BATCH-AFTER"
        over_http = (await ingest.post(data)).content
        assert len(await ids_held(ingest, "BATCH-")) == 101
    for answer in (block, over_http):
        assert answer.startswith(b"BHS|")
        assert answer.endswith(b"BTS|100\r")
        assert answer.count(b"\rMSA|AA|BATCH-") == 100


@pytest.mark.timeout(240)
async def test_a_site_may_wait_while_kafka_is_away_and_others_do_not(tmp_path: Path) -> None:
    kafka = OwnKafka(tmp_path / "kafka")
    await kafka.start()
    apply_topics(kafka.bootstrap, read_topics(CHECKOUT / "deploy" / "kafka" / "topics.yaml"))
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "other.yaml").write_text(OTHER, "utf-8")
    waits = SITE.format("{acknowledgement: {while_away: hold}}")
    async with (
        running(kafka.bootstrap, sites, publish_timeout_seconds=2, site=waits) as ingest,
        sending_to(ingest.mllp_port) as waiting,
        sending_to(ingest.mllp_port) as other,
        sending_to(ingest.mllp_port) as stopped,
    ):
        kafka.kill()
        controls = [f"HOLD-{number}" for number in range(300)]
        await waiting.send(framed(*(discharge(control_id=control) for control in controls)))
        first = asyncio.ensure_future(waiting.answer())
        await other.send(framed(discharge(control_id="HOLD-NOT", sending_facility="OTHER")))
        assert code_of(await other.answer()) == "AE"
        assert not first.done()
        await kafka.start()
        answers = [await first, *await waiting.answers(299)]
        told = [segments_of(answer)["MSA"][1:3] for answer in answers]
        assert told == [["AA", control] for control in controls]
        assert set(controls) <= await ids_held(ingest, "HOLD-")
        kafka.kill()
        await other.send(framed(discharge(control_id="HOLD-GONE", sending_facility="OTHER")))
        assert code_of(await other.answer()) == "AE"
        await stopped.send(framed(discharge(control_id="HOLD-STOP")))
        await eventually(lambda: ingest.get("/readyz"), until=lambda it: it.status_code != 200)
        ingest.stop()
        async with asyncio.timeout(8):  # less than what stopping waits for what can be answered
            assert await stopped.rest() == b""
