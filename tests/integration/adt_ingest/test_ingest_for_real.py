"""adt-ingest whole, on the real Kafka: what is answered AA is held, whatever the wire does."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.support.adt_ingest_fakes import code_of, segments_of
from tests.support.eventually import eventually
from tests.support.hl7_builders import adt, discharge, framed, merge
from tests.support.mllp_client import pieces_of, sending_to
from tests.support.own_kafka import OwnKafka
from tests.support.running_ingest import GHH, Ingest, held, running

from care_contracts.encounters import EncounterEvent
from care_contracts.topics import ENCOUNTERS, HL7_RECEIVED
from care_devstack.settings import CHECKOUT
from care_devstack.topics import apply_topics, read_topics


@pytest.fixture
async def ingest(care_topics: str, tmp_path: Path) -> AsyncGenerator[Ingest]:
    async with running(care_topics, tmp_path) as started:
        yield started


async def ledger(bootstrap: str, prefix: str) -> dict[str, tuple[bytes, int]]:
    """The frames held whose control id begins so: their bytes, and how many events they made."""
    received = [
        event
        for event in await held(bootstrap, HL7_RECEIVED)
        if event.extensions.get("controlid", "").startswith(prefix)
    ]
    told = [event.correlation_id for event in await held(bootstrap, ENCOUNTERS)]
    return {
        event.extensions["controlid"]: (event.data, len(set(told) & {event.event_id}))
        for event in received
    }


async def test_a_discharge_on_the_wire_is_held_and_accepted(ingest: Ingest) -> None:
    data = discharge(control_id="FIRST-1", mrn="MR-FIRST")
    async with sending_to(ingest.mllp_port) as sender:
        await sender.send(framed(data))
        answer = segments_of(await sender.answer())
    assert answer["MSA"] == ["MSA", "AA", "FIRST-1"]
    assert await ledger(ingest.bootstrap, "FIRST-1") == {"FIRST-1": (data, 1)}
    bodies = [
        EncounterEvent.model_validate_json(event.data)
        for event in await held(ingest.bootstrap, ENCOUNTERS)
    ]
    assert "MR-FIRST" in [body.patient.mrn for body in bodies]


async def test_over_http_the_same_message_is_the_same_event(ingest: Ingest) -> None:
    data = discharge(control_id="HTTP-1")
    response = await ingest.post(data)
    assert response.headers["content-type"] == "application/hl7-v2"
    assert code_of(response.content) == "AA"
    async with sending_to(ingest.mllp_port) as sender:
        await sender.send(framed(data))
        assert code_of(await sender.answer()) == "AA"
    events = [
        event.event_id
        for event in await held(ingest.bootstrap, HL7_RECEIVED)
        if event.extensions.get("controlid") == "HTTP-1"
    ]
    assert len(events) == 2
    assert len(set(events)) == 1
    metrics = (await ingest.get("/metrics")).text
    assert 'care_adt_ingest_frames_total{answer="AA",site="GHH",trigger="A03"' in metrics


async def test_a_file_of_garbage_gets_an_answer_per_frame_and_the_next_message_works(
    ingest: Ingest,
) -> None:
    chance = random.Random(7)
    bodies = [
        chance.randbytes(chance.randrange(2000)).translate(None, b"\x0b\x1c") for _ in range(60)
    ]
    bodies += [b"", b"MSH", b"MSH|", b"MSH|^~\\&|", b"\r\r\r", b"FHS|^~\\&|\rBHS|^~\\&|\r"]
    bodies += [discharge()[:cut] for cut in (10, 40, 60)]
    stream = framed(*bodies)
    async with sending_to(ingest.mllp_port) as sender:
        await sender.send(*pieces_of(stream, [chance.randrange(len(stream)) for _ in range(99)]))
        answers = await sender.answers(len(bodies))
        await sender.send(framed(discharge(control_id="AFTER-GARBAGE")))
        last = segments_of(await sender.answer())
    assert {code_of(answer) for answer in answers} == {"AR"}
    assert last["MSA"] == ["MSA", "AA", "AFTER-GARBAGE"]
    quarantined = [
        event.data
        for event in await held(ingest.bootstrap, HL7_RECEIVED)
        if event.extensions["verdict"] == "quarantined" and event.extensions["reason"]
    ]
    assert all(body in quarantined for body in bodies)


async def test_many_connections_that_wait_for_nothing_get_their_answers_in_order(
    ingest: Ingest,
) -> None:
    async def one(number: int) -> list[str]:
        chance = random.Random(number)
        controls = [f"MANY-{number}-{index}" for index in range(30)]
        stream = framed(
            *(
                adt(
                    chance.choice(["A01", "A08", "A03", "A19"]),
                    control_id=control,
                    mrn=f"M{number}",
                )
                for control in controls
            )
        )
        cuts = [chance.randrange(len(stream)) for _ in range(40)]
        async with sending_to(ingest.mllp_port) as sender:
            await sender.send(*pieces_of(stream, cuts))
            answers = [segments_of(answer) for answer in await sender.answers(len(controls))]
        assert [answer["MSA"][1] for answer in answers] == ["AA"] * len(controls)
        assert [answer["MSA"][2] for answer in answers] == controls
        return controls

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(64)]
    sent = {control for task in tasks for control in task.result()}
    kept = await ledger(ingest.bootstrap, "MANY-")
    assert set(kept) == sent
    assert {
        control for control, (data, told) in kept.items() if told != (b"ADT^A19" not in data)
    } == set()


async def test_answers_come_before_the_connection_is_closed(ingest: Ingest) -> None:
    async with sending_to(ingest.mllp_port) as sender:
        await sender.send(framed(discharge(control_id="EOF-1")), b"\x0bMSH|^~\\&|A|GHH|cut off")
        sender.end()
        codes = [code_of(answer) for answer in await sender.answers(2)]
        assert await sender.rest() == b""
    assert codes == ["AA", "AR"]


async def test_stopping_answers_what_was_read_and_says_aa_only_of_what_is_held(
    ingest: Ingest,
) -> None:
    controls = [f"STOP-{number}" for number in range(400)]
    async with sending_to(ingest.mllp_port) as sender:
        await sender.send(framed(*(discharge(control_id=control) for control in controls)))
        first = await sender.answer()
        ingest.stop()
        rest = await sender.rest()
    answers = [first, *(block[1:] for block in rest.split(b"\x1c\r") if block)]
    assert {code_of(answer) for answer in answers} == {"AA"}
    answered = [segments_of(answer)["MSA"][2] for answer in answers]
    assert answered == controls[: len(answered)]
    assert set(answered) <= set(await ledger(ingest.bootstrap, "STOP-"))


async def test_a_new_site_file_opens_its_door_without_a_restart(
    ingest: Ingest, tmp_path: Path
) -> None:
    data = discharge(sending_facility="NEW", control_id="NEW-1")

    async def send() -> str:
        async with sending_to(ingest.mllp_port) as sender:
            await sender.send(framed(data))
            return code_of(await sender.answer())

    assert await send() == "AR"
    site = GHH.replace("GHH", "NEW")
    (tmp_path / "new.yaml").write_text(site, "utf-8")
    await eventually(send, until="AA".__eq__, within=10, every=0.2)


async def test_while_kafka_is_away_senders_are_told_ae_and_later_everything_is_taken(
    tmp_path: Path,
) -> None:
    kafka = OwnKafka(tmp_path / "kafka")
    await kafka.start()
    apply_topics(kafka.bootstrap, read_topics(CHECKOUT / "deploy" / "kafka" / "topics.yaml"))
    sites = tmp_path / "sites"
    sites.mkdir()
    async with running(kafka.bootstrap, sites, publish_timeout_seconds=2) as ingest:
        async with sending_to(ingest.mllp_port) as sender:

            async def send(control: str) -> str:
                await sender.send(framed(merge(control_id=control)))
                answer = segments_of(await sender.answer())
                assert answer["MSA"][2] == control
                return answer["MSA"][1]

            assert await send("AWAY-1") == "AA"
            kafka.kill()
            assert await send("AWAY-2") == "AE"
            assert not await ingest.ready()
            began = time.monotonic()
            assert [await send(f"AWAY-2{number}") for number in range(20)] == ["AE"] * 20
            assert time.monotonic() - began < 20, "a broker known to be away is not waited for"
            assert code_of((await ingest.post(b"garbage")).content) == "AE"
            await kafka.start()
            await eventually(ingest.ready, within=30)
            assert await send("AWAY-3") == "AA"
        kept = await ledger(kafka.bootstrap, "AWAY-")
        assert {"AWAY-1", "AWAY-3"} <= set(kept)
    kafka.kill()
