"""A whole stack of a test's own: free ports, own folder, own sites, own clock, parts to kill."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from care_devstack.clocks import wished_clock
from care_devstack.ports import free_ports
from care_devstack.services import SERVICES
from care_devstack.settings import PORT_SETTINGS, environment, settings_from
from care_devstack.stack import Stack as DevelopmentStack
from care_devstack.tokens import token_for

_EXISTING_SERVERS = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")


class Stack:
    """Kafka, PostgreSQL, mail catcher and the six services, as far away from others as can be.

    It always runs servers of its own, because a test may kill them. A folder below the test run's
    (`tests.conftest.run_folder`) is cleared up even if the test run is killed.
    """

    def __init__(self, folder: Path, *, sites_dir: str = "deploy/sites", **settings: str) -> None:
        caller = {**environment(), **settings, "CARE_SITES_DIR": sites_dir}
        for name in _EXISTING_SERVERS:
            caller.pop(name, None)
        ports = dict(zip(PORT_SETTINGS, free_ports(len(PORT_SETTINGS)), strict=True))
        own = replace(settings_from(caller), run_dir=folder, ports=ports)
        self.whole = DevelopmentStack(own, wished_clock(caller))
        """The same stack as `make up` knows it."""

    def start(self) -> None:
        """Have everything running and ready."""
        self.whole.up()

    def stop(self) -> None:
        """End everything; the data stay until the test run ends."""
        self.whole.down()

    def restart_all(self) -> None:
        """Everything down, in good order, and up again."""
        self.stop()
        self.start()

    def kill(self, service: str) -> None:
        """SIGKILL; the supervisor starts it again at once."""
        self.whole.kill(service)

    def wait_ready(self) -> None:
        """Wait until every service says that it is ready."""
        self.whole.wait_ready()

    def stop_services(self, services: Iterable[str] = SERVICES, *, kill: bool = False) -> None:
        """Stop services and keep them stopped."""
        for service in services:
            self.whole.hold(service, kill=kill)

    def start_services(self, services: Iterable[str] = SERVICES) -> None:
        """Let stopped services run again and wait until all are ready."""
        for service in services:
            self.whole.release(service)
        self.wait_ready()

    def stop_kafka(self, *, kill: bool = False) -> None:
        """The broker away, in good order or not, until `start_kafka`."""
        self.whole.hold("kafka", kill=kill)

    def start_kafka(self) -> None:
        self.whole.release("kafka")

    def stop_postgres(self, *, kill: bool = False) -> None:
        """The database away, in good order or not, until `start_postgres`."""
        self.whole.hold("postgres", kill=kill)

    def start_postgres(self) -> None:
        self.whole.release("postgres")

    def stop_mail(self) -> None:
        """The mail server away until `start_mail`; it keeps what it has caught."""
        self.whole.hold("mail")

    def start_mail(self) -> None:
        self.whole.release("mail")

    def token(self, role: str) -> str:
        """A bearer token for a role's development identity."""
        return token_for(role, self.whole.settings)

    @property
    def mllp_port(self) -> int:
        return self.whole.settings.ports["adt-ingest (MLLP)"]

    @property
    def ingest_url(self) -> str:
        return self.whole.url_of("adt-ingest (HTTP)")

    @property
    def worklist_url(self) -> str:
        return self.whole.url_of("worklist")

    @property
    def monitor_url(self) -> str:
        return self.whole.url_of("flow-monitor")

    @property
    def mail_url(self) -> str:
        return self.whole.url_of("mail catcher (pages)")

    @property
    def kafka_bootstrap(self) -> str:
        return self.whole.parts.bootstrap_servers

    @property
    def admin_url(self) -> str:
        """The administrator's address of the stack's database."""
        return self.whole.parts.admin_url

    @property
    def clock_settings(self) -> dict[str, str]:
        """What the services were told of their clock."""
        return self.whole.clock_settings()
