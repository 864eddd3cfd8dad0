"""Three hospitals against a whole stack of which one service after the other is killed.

A stack of its own, because its clock runs fast and its services die.
"""

import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import run_folder
from tests.support.eventually import eventually_sync

from care_devstack.clocks import WishedClock
from care_devstack.ports import HOST, free_ports
from care_devstack.services import SERVICES
from care_devstack.settings import CHECKOUT, PORT_SETTINGS, environment, settings_from
from care_devstack.stack import Stack
from care_devstack.tokens import token_for

START = datetime(2026, 6, 1, tzinfo=UTC)
RATE = 7200
DAYS = 4
GOOD = (
    b"MSH|^~\\&|GHHADT|GHH|||20260601||ADT^A01|%s|P|2.5.1\rEVN|A01|20260601\r"
    b"PID|1||E1^^^GHH^MR\rPV1|1|I|||||||||||||||||VE1^^^GHH^VN\r"
)


@pytest.fixture(scope="module")
def stack() -> Generator[Stack]:
    ports = dict(zip(PORT_SETTINGS, free_ports(len(PORT_SETTINGS)), strict=True))
    settings = replace(
        settings_from(environment()),
        run_dir=run_folder() / "hospitals",
        ports=ports,
        database_url="",
        kafka_bootstrap_servers="",
    )
    running = Stack(settings, WishedClock(rate=RATE, start=START, lead=timedelta()))
    running.up()
    yield running
    running.down()


def simulator(stack: Stack, *more: str) -> list[str]:
    clock = stack.clock_settings()
    return [
        *[sys.executable, "-m", "hospital_sim", "run", "--seed", "11", "--patients", "10"],
        *["--mllp", f"{HOST}:{stack.settings.ports['adt-ingest (MLLP)']}"],
        *["--worklist", stack.url_of("worklist"), "--monitor", stack.url_of("flow-monitor")],
        *["--token", token_for("integration", stack.settings)],
        *["--clock-rate", clock["CARE_CLOCK_RATE"], "--clock-start", clock["CARE_CLOCK_START"]],
        *["--clock-anchor", clock["CARE_CLOCK_ANCHOR"], *more],
    ]


@pytest.mark.timeout(300)
def test_all_adds_up_although_every_service_is_killed_in_turn(stack: Stack, tmp_path: Path) -> None:
    log = tmp_path / "simulator.log"
    with log.open("wb") as output:
        command = simulator(stack, "--days", str(DAYS), "--settle-seconds", "120")
        run = subprocess.Popen(command, cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT)
        try:
            eventually_sync(lambda: log.stat().st_size, within=60)
            for service in SERVICES:
                stack.kill(service)
                # It dies and another process takes its place. Whether that one is ready yet is not
                # waited for, so that the next service dies in the midst of recovery.
                eventually_sync(lambda one=service: stack.readiness(one) != "ready", within=30)
                eventually_sync(lambda one=service: stack.readiness(one) != "no answer", within=30)
            still_streaming = run.poll() is None
            code = run.wait(timeout=240)
        finally:
            run.kill()
    said = log.read_text("utf-8")
    print(said)
    assert still_streaming, "the services died while nothing was sent any more"
    assert code == 0, said
    assert "effected exactly once" in said


def send(stack: Stack, file: Path) -> subprocess.CompletedProcess[str]:
    address = f"{HOST}:{stack.settings.ports['adt-ingest (MLLP)']}"
    command = [sys.executable, "-m", "hospital_sim", "send", str(file), "--mllp", address]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_a_file_of_messages_is_sent_and_every_answer_said(stack: Stack, tmp_path: Path) -> None:
    good, mixed = tmp_path / "good.hl7", tmp_path / "mixed.hl7"
    good.write_bytes(GOOD % b"F1" + (GOOD % b"F2").replace(b"\r", b"\r\n"))
    sent = send(stack, good)
    assert (sent.stdout, sent.returncode) == ("F1: accepted\nF2: accepted\n", 0), sent.stderr
    mixed.write_bytes((GOOD % b"F3").replace(b"|GHH|", b"|NOWHERE|") + GOOD % b"F4")
    sent = send(stack, mixed)
    first, second = sent.stdout.splitlines()
    assert first.startswith("F3: refused")
    assert "NOWHERE" in first
    assert second == "F4: accepted"
    assert sent.returncode == 1


def test_garbage_is_refused_line_by_line(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "garbage.hl7"
    file.write_bytes(b"nothing\nof the kind\n")
    sent = send(stack, file)
    assert [line.split(":")[1][:8] for line in sent.stdout.splitlines()] == [" refused"] * 2
    assert sent.returncode == 1
