"""The `hl7` package's client as a foreign peer: it sends, and parses what we answer."""

from pathlib import Path
from typing import Any

import hl7
from hl7 import mllp
from tests.support.hl7_builders import discharge
from tests.support.running_ingest import running

untyped: Any = hl7
untyped_mllp: Any = mllp


async def test_its_client_sends_and_reads_our_acknowledgements(
    care_topics: str, tmp_path: Path
) -> None:
    async with running(care_topics, tmp_path) as ingest:
        reader, writer = await untyped_mllp.open_hl7_connection(
            "127.0.0.1", ingest.mllp_port, encoding="utf-8"
        )
        for number in range(3):
            message = discharge(control_id=f"PEER-{number}").decode()
            writer.writemessage(untyped.parse(message))
            await writer.drain()
            answer = await reader.readmessage()
            assert str(answer.segment("MSA")) == f"MSA|AA|PEER-{number}"
            assert str(answer.segment("MSH")[9]).startswith("ACK")
        refused = discharge(control_id="PEER-X", sending_facility="NOWHERE").decode()
        writer.writemessage(untyped.parse(refused))
        await writer.drain()
        answer = await reader.readmessage()
        assert str(answer.segment("MSA")[1]) == "AR"
        assert "NOWHERE" in str(answer.segment("ERR"))
        writer.close()
        await writer.wait_closed()
