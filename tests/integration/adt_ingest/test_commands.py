"""The commands of interface teams and operators, as programs against a running adt-ingest."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.adt_ingest_fakes import code_of
from tests.support.eventually import eventually
from tests.support.hl7_builders import discharge, framed
from tests.support.mllp_client import sending_to
from tests.support.programs import Program

from adt_ingest.quarantine_store import TopicOfReceived
from care_chassis.clock import SystemClock
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports

HEAD = "code: {code}\nname: {code} Hospital\ntime_zone: America/New_York\n"


@dataclass(frozen=True)
class Desk:
    """A running adt-ingest and the place where its commands are typed."""

    folder: Path
    settings: Mapping[str, str]
    url: str
    mllp_port: int

    def site(self, code: str, more: str = "") -> None:
        """Write or change a site's file."""
        (self.folder / "sites" / f"{code}.yaml").write_text(HEAD.format(code=code) + more)

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "adt_ingest",
            *arguments,
            env={**os.environ, **self.settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said on standard output and standard error."""
        process = await self.start(*arguments)
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def waiting(self, site: str = "") -> list[dict[str, Any]]:
        code, out, err = await self.run("quarantine", "list", "--json", "--site", site)
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    async def waiting_for(self, control_id: str) -> list[dict[str, Any]]:
        return [one for one in await self.waiting() if one["control_id"] == control_id]

    async def send(self, data: bytes) -> str:
        """The answer to a message over MLLP."""
        async with sending_to(self.mllp_port) as sender:
            await sender.send(framed(data))
            return code_of(await sender.answer())


@asynccontextmanager
async def desk_at(bootstrap: str, folder: Path) -> AsyncGenerator[Desk]:
    mllp_port, mllps_port = free_ports(2)
    (folder / "sites").mkdir()
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "CARE_SITES_DIR": str(folder / "sites"),
        "CARE_RUN_DIR": str(folder / "run"),
        "ADT_INGEST_MLLP_PORT": str(mllp_port),
        "ADT_INGEST_MLLPS_PORT": str(mllps_port),
    }
    program = Program("adt_ingest", settings)
    port = program.url.rpartition(":")[2]
    desk = Desk(folder, {**settings, "ADT_INGEST_HTTP_PORT": port}, program.url, mllp_port)
    desk.site("GHH")
    try:
        await program.start()
        yield desk
    finally:
        await program.stop()


@pytest.fixture
async def desk(care_topics: str, tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk_at(care_topics, tmp_path) as started:
        yield started


async def taken(bootstrap: str, prefix: str) -> Counter[str]:
    """How often Kafka holds each message whose control id begins so."""
    store = TopicOfReceived(KafkaSettings(bootstrap_servers=bootstrap))
    since = SystemClock().now() - timedelta(minutes=30)
    return Counter(
        [one.control_id async for one in store.since(since) if one.control_id.startswith(prefix)]
    )


async def test_a_load_that_was_killed_goes_on_where_it_was(desk: Desk) -> None:
    controls = [f"LOAD-{number:04}" for number in range(600)]
    file = desk.folder / "captured.hl7"
    file.write_bytes(framed(*(discharge(control_id=control) for control in controls)))
    process = await desk.start("load", str(file), "--json")
    notes = desk.folder / "run" / "loads"

    def noted() -> int:
        return sum(path.read_bytes().count(b"\n") for path in notes.glob("*"))

    await eventually(lambda: noted() > 50, within=60)
    process.kill()
    await process.communicate()
    before = noted()
    assert before < len(controls)
    code, out, err = await desk.run("load", str(file), "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0, err
    assert [one["control_id"] for one in told] == controls
    assert sum(one["before"] for one in told) == before
    held = await taken(desk.settings["KAFKA_BOOTSTRAP_SERVERS"], "LOAD-")
    assert set(held) == set(controls)
    assert held.total() <= len(controls) + 1, "only what was under way may have come twice"


async def test_a_folder_of_files_tells_what_was_not_taken(desk: Desk) -> None:
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    (inbox / "a.hl7").write_bytes(discharge(control_id="FOLDER-1") + discharge(mrn=None))
    (inbox / "b.HL7").write_bytes(b"BHS|^~\\&\r" + discharge(control_id="FOLDER-2") + b"BTS|1\r")
    (inbox / "notes.txt").write_text("no message")
    code, out, err = await desk.run("load", str(inbox))
    assert code == 1
    assert "a.hl7 #1     FOLDER-1             AA    taken" in out
    assert "a.hl7 #2     MSG00001             AE    No identifier names the patient (PID-3)" in out
    assert "b.HL7 #1     FOLDER-2             AA    taken" in out
    assert "2 files: 2 taken, 1 not taken." in err


async def test_a_refused_message_is_repaired_and_leaves_the_quarantine(desk: Desk) -> None:
    refused = discharge(visit=None, control_id="MEND-1")
    assert await desk.send(refused) == "AE"
    (waiting,) = await desk.waiting_for("MEND-1")
    assert (waiting["site"], waiting["place"], waiting["answer"]) == ("GHH", "PV1-19", "AE")
    event_id: str = waiting["id"]
    repaired = desk.folder / "repaired.hl7"
    repaired.write_bytes(discharge(visit=None, control_id="MEND-1", mrn="MR2"))
    code, out, _ = await desk.run("quarantine", "resend", event_id[:16], "--file", str(repaired))
    assert code == 1
    assert "AE, not taken: No number names the visit (PV1-19)" in out
    (attempt,) = await desk.waiting_for("MEND-1")
    assert attempt["repairs"] == event_id
    repaired.write_bytes(discharge(control_id="MEND-1"))
    code, out, _ = await desk.run("quarantine", "resend", attempt["id"], "--file", str(repaired))
    assert code == 0, out
    assert await desk.waiting_for("MEND-1") == []
    _, out, _ = await desk.run("quarantine", "show", event_id)
    assert "settled by" in out


async def test_values_are_shown_for_a_reason_only_and_that_is_noted(desk: Desk) -> None:
    await desk.send(discharge(visit=None, control_id="SHOW-1"))
    (waiting,) = await desk.waiting_for("SHOW-1")
    event_id: str = waiting["id"]
    _, masked, _ = await desk.run("quarantine", "show", event_id)
    assert "> PV1|1|I|" in masked
    assert "Erika" not in masked
    code, out, err = await desk.run("quarantine", "show", event_id, "--reveal")
    assert (code, "Erika" in out, "Say why you look" in err) == (1, False, True)
    why = ("--reason", "the visit is missing")
    _, shown, _ = await desk.run("quarantine", "show", event_id, "--reveal", *why)
    assert "Example^Erika" in shown
    process = await desk.start("quarantine", "export", event_id, *why)
    exported, _ = await process.communicate()
    assert exported == discharge(visit=None, control_id="SHOW-1")
    log = desk.folder / "run" / "logs" / "adt-ingest-commands.log"
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(one["event"], one["kind"], one["reason"]) for one in noted] == [
        ("quarantine_revealed", "shown", "the visit is missing"),
        ("quarantine_revealed", "exported", "the visit is missing"),
    ]
    assert "Erika" not in log.read_text()


async def test_an_editor_repairs_in_lines_what_came_with_carriage_returns(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.send(discharge(disposition=None, visit=None, control_id="EDIT-1"))
    (waiting,) = await desk.waiting_for("EDIT-1")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^EVN.*/&\\nPD1/; s/^PID|1||MR1001.*/&|||A1/' \"$1\"\n")
    editor.chmod(0o755)
    edits = Desk(desk.folder, {**desk.settings, "VISUAL": str(editor)}, desk.url, desk.mllp_port)
    command = ("quarantine", "edit", waiting["id"], "--reason", "no number names the visit")
    code, out, err = await edits.run(*command)
    assert (code, "AA, taken" in out) == (0, True), out + err
    assert await desk.waiting_for("EDIT-1") == []


async def test_a_new_site_is_connected_by_its_file_alone(desk: Desk) -> None:
    data = discharge(sending_facility="NEW", control_id="NEW-SITE-1", disposition="HEIM")
    assert await desk.send(data) == "AR"
    (waiting,) = await desk.waiting_for("NEW-SITE-1")
    assert (waiting["site"], waiting["reason"]) == (
        "",
        "No site is configured for the sender ADT1|NEW",
    )
    desk.site("NEW", "hl7:\n  dispositions: {HEIM: '1'}\n")
    code, out, _ = await desk.run("sites", "check")
    assert code == 1
    assert "NEW.yaml, line 5: hl7.dispositions.HEIM: '1' is no UB-04 FL17 code" in out
    desk.site("NEW", "hl7:\n  dispositions: {HEIM: '01'}\n")
    code, out, _ = await desk.run("sites", "check")
    assert code == 0, out

    async def resent() -> int:
        command = ("quarantine", "resend-all", "--reason", "ADT1|NEW")
        return (await desk.run(*command))[0]

    await eventually(resent, until=lambda code: code == 0, within=30, every=0.5)
    assert await desk.waiting_for("NEW-SITE-1") == []


async def test_operators_load_for_a_site_that_wants_tls_and_others_do_not(desk: Desk) -> None:
    desk.site("SAFE", "hl7:\n  tls: {required: true}\n")
    data = discharge(sending_facility="SAFE", control_id="SAFE-1")
    file = desk.folder / "safe.hl7"
    file.write_bytes(data)

    async def loads() -> tuple[int, str, str]:
        return await desk.run("load", str(file))

    code, out, err = await eventually(loads, until=lambda told: told[0] == 0, within=30, every=0.5)
    assert (code, "AA    taken" in out) == (0, True), err
    assert await desk.send(data) == "AR"
    stranger = {**desk.settings, "CARE_PATIENT_KEY_SECRET": "of somebody else"}
    strange = Desk(desk.folder, stranger, desk.url, desk.mllp_port)
    code, _, err = await strange.run("load", str(file), "--again")
    assert code == 1
    assert "does not take us for an operator" in err
