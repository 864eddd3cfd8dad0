"""Kafka and PostgreSQL for a test run: whoever asks first starts them, its owner stops them."""

import contextlib
import fcntl
import json
import math
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from care_devstack.kafka import KafkaServer
from care_devstack.ports import free_ports
from care_devstack.postgres import PostgresServer
from care_devstack.problems import PartFailed
from care_devstack.processes import Part, end_part, lives, running, running_below, start
from care_devstack.settings import StackSettings, environment
from care_devstack.waiting import wait_until

_START_SECONDS = 90.0


@dataclass(frozen=True)
class SharedServers:
    """Servers of one test run. Any number of processes may ask for them by the same run folder."""

    settings: StackSettings

    def kafka(self) -> str:
        """The bootstrap servers of the run's Kafka."""
        if self.settings.kafka_bootstrap_servers:
            return self.settings.kafka_bootstrap_servers
        return self._address_of("kafka", self._start_kafka)

    def postgres(self) -> str:
        """The administrator's address of the run's PostgreSQL."""
        if self.settings.database_url:
            return self.settings.database_url
        return self._address_of("postgres", self._start_postgres)

    @contextmanager
    def alone(self, purpose: str) -> Generator[Path]:
        """Hold the run's lock for a purpose; gives a file that tells the others it was served."""
        self.settings.run_dir.mkdir(parents=True, exist_ok=True)
        with (self.settings.run_dir / f"{purpose}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.settings.run_dir / f"{purpose}.json"

    def _address_of(self, part: str, begin: Callable[[], str]) -> str:
        with self.alone(part) as served:
            if not served.is_file():
                served.write_text(json.dumps(begin()), "utf-8")
            return json.loads(served.read_text("utf-8"))

    def _start_kafka(self) -> str:
        port, controller_port = free_ports(2)
        server = KafkaServer(
            folder=self.settings.run_dir / "kafka",
            log=self.settings.log_dir / "kafka.log",
            port=port,
            controller_port=controller_port,
            cache_dir=self.settings.cache_dir,
            maven_repository=self.settings.maven_repository,
            search_path=self.settings.caller.get("PATH", ""),
        )
        self._begin(server.prepare(), server.answers)
        return server.bootstrap_servers

    def _start_postgres(self) -> str:
        server = PostgresServer(
            folder=self.settings.run_dir / "postgres",
            log=self.settings.log_dir / "postgres.log",
            port=free_ports(1)[0],
        )
        self._begin(server.prepare(), server.answers)
        return server.admin_url

    def _begin(self, part: Part, answers: Callable[[], bool]) -> None:
        program = start(part, self.settings.run_dir)
        wait_until(lambda: not lives(program) or answers(), seconds=_START_SECONDS)
        if not lives(program) or not answers():
            end_part([program], signal.SIGKILL, grace_seconds=5)
            raise PartFailed(part.name, "it does not answer", part.log)


def guard(owner: int, run_dir: Path) -> None:
    """Start a program that clears up after a test run when its owner is gone, however it went."""
    command = [sys.executable, "-m", "care_devstack.servers", str(owner), str(run_dir)]
    log = run_dir / "logs" / "guard.log"
    start(Part(name="guard", command=command, environment=environment(), log=log), run_dir)


def clear_up(run_dir: Path) -> None:
    """Stop all that runs for a test run, its private stacks included, and drop its data."""
    for name in ("kafka", "postgres"):
        first = signal.SIGINT if name == "postgres" else signal.SIGTERM
        end_part(running(run_dir).get(name, []), first, grace_seconds=20)
    left = running_below(run_dir)
    end_part(left, signal.SIGTERM, grace_seconds=5, told=len(left))
    shutil.rmtree(run_dir, ignore_errors=True)


def main() -> None:
    """Wait for the owner to go, then clear up."""
    owner, run_dir = int(sys.argv[1]), Path(sys.argv[2])
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(owner)
        wait_until(lambda: not lives(process), seconds=math.inf, every=0.5)
    clear_up(run_dir)


if __name__ == "__main__":
    main()
