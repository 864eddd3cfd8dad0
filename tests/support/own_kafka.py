"""A Kafka of a test's own, which it may kill and start again on the same port."""

import signal
from pathlib import Path

import psutil
from tests.support.eventually import eventually

from care_devstack.kafka import KafkaServer
from care_devstack.ports import free_ports
from care_devstack.processes import end_part, running, start
from care_devstack.settings import environment, settings_from


class OwnKafka:
    """One broker below `folder`; whoever owns the test run clears up what is left of it."""

    def __init__(self, folder: Path) -> None:
        settings = settings_from(environment())
        port, controller_port = free_ports(2)
        self._folder = folder
        self._server = KafkaServer(
            folder=folder / "kafka",
            log=folder / "logs" / "kafka.log",
            port=port,
            controller_port=controller_port,
            cache_dir=settings.cache_dir,
            maven_repository=settings.maven_repository,
            search_path=settings.caller.get("PATH", ""),
        )

    @property
    def bootstrap(self) -> str:
        return self._server.bootstrap_servers

    async def start(self) -> None:
        """Start it (again) and wait until it answers."""
        start(self._server.prepare(), self._folder)
        await eventually(self._server.answers, within=60)

    def kill(self) -> None:
        """SIGKILL: no farewell, no flush."""
        processes = self._processes()
        end_part(processes, signal.SIGKILL, grace_seconds=10, told=len(processes))

    def hang(self) -> None:
        """SIGSTOP: connections stand, and nothing that comes on them is looked at."""
        for process in self._processes():
            process.suspend()

    def connections(self) -> int:
        """How many this process has to the broker."""
        port = int(self.bootstrap.rpartition(":")[2])
        every = psutil.Process().net_connections("tcp")
        return sum(each.status == "ESTABLISHED" and each.raddr[1:] == (port,) for each in every)

    def _processes(self) -> list[psutil.Process]:
        return running(self._folder).get("kafka", [])
