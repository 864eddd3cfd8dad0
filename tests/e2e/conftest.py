"""One whole stack for the end-to-end tests; its clock stands before all worked cases."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import run_folder
from tests.support.chain import Chain

from care_devstack.clocks import WishedClock
from care_devstack.ports import free_ports
from care_devstack.settings import CHECKOUT, PORT_SETTINGS, environment, settings_from
from care_devstack.stack import Stack
from care_devstack.tokens import token_for

CLOCK = WishedClock(rate=1, start=datetime(2026, 3, 1, 12, tzinfo=UTC), lead=timedelta())


@pytest.fixture(scope="session")
def whole_stack(worker_id: str) -> Generator[Stack]:
    """A stack on free ports, with the hospitals of `tests/data/sites`; each process has its own."""
    ports = dict(zip(PORT_SETTINGS, free_ports(len(PORT_SETTINGS)), strict=True))
    settings = replace(
        settings_from(environment()),
        run_dir=run_folder() / f"e2e-{worker_id}",
        sites_dir=CHECKOUT / "tests" / "data" / "sites",
        ports=ports,
        database_url="",
        kafka_bootstrap_servers="",
    )
    running = Stack(settings, CLOCK)
    running.up()
    yield running
    running.down()


@pytest.fixture(scope="session")
def chain(whole_stack: Stack) -> Chain:
    """The stack as an integration client sees it."""
    return Chain(
        mllp_port=whole_stack.settings.ports["adt-ingest (MLLP)"],
        worklist_url=whole_stack.url_of("worklist"),
        monitor_url=whole_stack.url_of("flow-monitor"),
        mail_url=whole_stack.url_of("mail catcher (pages)"),
        token=token_for("integration", whole_stack.settings),
        nurse_token=token_for("nurse", whole_stack.settings),
    )
