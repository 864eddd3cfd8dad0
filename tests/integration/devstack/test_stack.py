"""A stack on servers that exist already: it comes up, survives kills, goes down without a trace."""

from collections.abc import Generator
from dataclasses import replace

import psutil
import pytest
from tests.conftest import run_folder
from tests.support.eventually import eventually_sync

from care_devstack.ports import free_ports
from care_devstack.processes import running
from care_devstack.servers import SharedServers
from care_devstack.services import SERVICES
from care_devstack.settings import PORT_SETTINGS, StackSettings, environment, settings_from
from care_devstack.stack import Stack
from care_devstack.status import status_of


@pytest.fixture(scope="module")
def settings() -> StackSettings:
    """Settings that name a Kafka and a PostgreSQL of this module's own as existing servers."""
    own = replace(settings_from(environment()), database_url="", kafka_bootstrap_servers="")
    servers = SharedServers(replace(own, run_dir=run_folder() / "existing"))
    return replace(
        own,
        run_dir=run_folder() / "on-existing",
        ports=dict(zip(PORT_SETTINGS, free_ports(len(PORT_SETTINGS)), strict=True)),
        database_url=servers.postgres(),
        kafka_bootstrap_servers=servers.kafka(),
    )


@pytest.fixture(scope="module")
def stack(settings: StackSettings) -> Generator[Stack]:
    stack = Stack(settings)
    stack.up()
    yield stack
    stack.reset()
    assert running(stack.run_dir) == {}


def _process_of(stack: Stack, part: str) -> psutil.Process | None:
    return next(iter(running(stack.run_dir).get(part, ())), None)


def test_it_runs_no_servers_of_its_own(stack: Stack) -> None:
    assert set(running(stack.run_dir)) == {"supervisor", "mail", *SERVICES}
    assert stack.unready() == []


def test_up_after_up_changes_nothing(stack: Stack) -> None:
    before = running(stack.run_dir)
    assert stack.up() is False
    assert running(stack.run_dir) == before


def test_its_status_names_every_part_and_where_it_listens(stack: Stack) -> None:
    lines = {line.part: line for line in status_of(stack)}
    assert set(lines) == {"supervisor", "mail", *SERVICES}
    assert {lines[service].state for service in SERVICES} == {"ready"}
    assert lines["worklist"].ports == str(stack.settings.ports["worklist"])


def test_a_held_service_is_down_until_it_is_released(stack: Stack) -> None:
    stack.hold("reminders", kill=True)
    assert {line.part: line.state for line in status_of(stack)}["reminders"] == "held"
    stack.release("reminders")
    stack.wait_ready()


def test_a_stack_whose_supervisor_was_killed_comes_up_and_goes_down_like_any_other(
    stack: Stack,
) -> None:
    worklist = _process_of(stack, "worklist")
    stack.kill("supervisor")
    eventually_sync(lambda: _process_of(stack, "supervisor") is None)
    assert stack.up()
    assert _process_of(stack, "worklist") == worklist
    stack.kill("supervisor")
    assert stack.down()
    assert running(stack.run_dir) == {}
    assert not stack.down()
