"""A whole stack as one thing: bring it up, take it down, hold or kill a part, start afresh."""

import contextlib
import fcntl
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from care_chassis.clock import SystemClock
from care_devstack.clocks import WishedClock, anchor
from care_devstack.databases import apply_roles, migrate_all
from care_devstack.parts import StackParts
from care_devstack.ports import HOST, answers, require_free
from care_devstack.problems import PartFailed
from care_devstack.processes import Part, end_part, running, start
from care_devstack.services import PROBES, SERVICES
from care_devstack.settings import CHECKOUT, StackSettings
from care_devstack.supervisor import end_stack, held, read_fares, read_parts, write_parts
from care_devstack.topics import apply_topics, read_topics
from care_devstack.waiting import wait_until

Say = Callable[[str], None]
_SERVERS_SECONDS = 60.0
_READY_SECONDS = 120.0
_STOP_SECONDS = 60.0
_HOPELESS_AFTER = 4


def say_nothing(_: str) -> None:
    """For those who want no report."""


class Stack:
    """The stack that lives in one run folder, whether it runs at this moment or not."""

    def __init__(self, settings: StackSettings, clock: WishedClock | None = None) -> None:
        run_dir = settings.run_dir.resolve()
        self.settings = replace(settings, run_dir=run_dir, sites_dir=settings.sites_dir.resolve())
        self.parts = StackParts(self.settings)
        self._clock = clock

    @property
    def run_dir(self) -> Path:
        return self.settings.run_dir

    def url_of(self, listener: str) -> str:
        """The address of a listener that speaks HTTP."""
        return f"http://{HOST}:{self.settings.ports[listener]}"

    def up(self, say: Say = say_nothing) -> bool:
        """Have everything running and ready; false if it was so already. Raises StackProblem."""
        with self._alone():
            if self.is_ready():
                return False
            say("Kafka, PostgreSQL and the mail catcher start")
            self._have_servers()
            say("Roles, schemas and topics are brought up to date")
            self._have_schemas()
            say("The services start")
            self._have_services()
            return True

    def down(self) -> bool:
        """End everything, also what an earlier `up` left behind; false if nothing ran."""
        found = running(self.run_dir)
        # The supervisor ends the parts itself, as the parent that can wait for them.
        end_part(found.get("supervisor", []), signal.SIGTERM, grace_seconds=_STOP_SECONDS)
        end_stack(self.run_dir)
        return bool(found)

    def reset(self) -> None:
        """End everything and drop all data of this stack; existing servers are left as they are."""
        self.down()
        self.parts.postgres.remove()
        for name in ("kafka", "mail", "tls", "held", "logs", "loads"):
            shutil.rmtree(self.run_dir / name, ignore_errors=True)
        for name in ("parts.json", "fares.json", "clock.json"):
            (self.run_dir / name).unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Whether the supervisor runs and every service says that it is ready."""
        return "supervisor" in running(self.run_dir) and not self.unready()

    def unready(self) -> list[str]:
        """The services that do not say they are ready."""
        return [service for service in SERVICES if self.readiness(service) != "ready"]

    def readiness(self, service: str) -> str:
        """What a service's /readyz says, in a word or two."""
        try:
            answer = httpx.get(f"{self.url_of(PROBES[service])}/readyz", timeout=2)
        except httpx.HTTPError:
            return "no answer"
        return "ready" if answer.is_success else "not ready"

    def kill(self, part: str) -> None:
        """End a part's main process at once, as a crash would; the supervisor starts it again."""
        for process in running(self.run_dir).get(part, [])[:1]:
            process.kill()

    def hold(self, part: str, *, kill: bool = False) -> None:
        """Stop a part and keep it from being started again."""
        held(self.run_dir, part).touch()
        if kill:
            self.kill(part)
        if not wait_until(lambda: part not in running(self.run_dir), seconds=_STOP_SECONDS):
            end_part(running(self.run_dir).get(part, []), signal.SIGKILL, grace_seconds=5)

    def release(self, part: str) -> None:
        """Let a held part run again and wait until it listens."""
        held(self.run_dir, part).unlink(missing_ok=True)
        listeners = self.parts.listeners()[part]
        self._wait_for(part, lambda: all(answers(self.settings.ports[one]) for one in listeners))

    def wait_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Wait until every service is ready. Raises PartFailed."""
        wait_until(lambda: not self.unready() or self._hopeless() is not None, seconds=seconds)
        for service in self.unready():
            self._fail(service, self.readiness(service))

    def clock_settings(self) -> dict[str, str]:
        """What the services are told of their clock; nothing on real time."""
        if self._clock is None:
            return {}
        return anchor(self._clock, self.run_dir / "clock.json", SystemClock().now()).settings()

    def _have_servers(self) -> None:
        found = running(self.run_dir)
        listeners = [
            (listener, self.settings.ports[listener])
            for part, owned in self.parts.listeners().items()
            if part not in found
            for listener in owned
        ]
        require_free(listeners)
        if "supervisor" not in found:
            # Parts may have outlived their supervisor: they are kept, with what they were told.
            if not set(found) & set(SERVICES):
                write_parts(self.run_dir, self.parts.servers())
                self._hold_services()
            start(self._supervisor(), self.run_dir)
        if not self.settings.database_url:
            self._wait_for("postgres", self.parts.postgres.answers)

    def _have_schemas(self) -> None:
        """Bring the database up to date while Kafka, which takes longer, is still starting."""
        deploy = self.settings.deploy_dir
        apply_roles(self.parts.admin_url, deploy / "postgres", self.parts.passwords())
        migrate_all(self.parts.database_urls())
        if not self.settings.kafka_bootstrap_servers:
            self._wait_for("kafka", self.parts.kafka.answers)
        apply_topics(self.parts.bootstrap_servers, read_topics(deploy / "kafka" / "topics.yaml"))

    def _have_services(self) -> None:
        """Start the services; the clock gets its anchor only now, with nothing left to wait for."""
        if not set(running(self.run_dir)) & set(SERVICES):
            servers = [part for part in read_parts(self.run_dir) if part.name not in SERVICES]
            write_parts(self.run_dir, [*servers, *self.parts.services(self.clock_settings())])
        for service in SERVICES:
            held(self.run_dir, service).unlink(missing_ok=True)
        self.wait_ready()

    def _hold_services(self) -> None:
        (self.run_dir / "fares.json").unlink(missing_ok=True)
        shutil.rmtree(self.run_dir / "held", ignore_errors=True)
        for service in SERVICES:
            file = held(self.run_dir, service)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()

    def _supervisor(self) -> Part:
        return Part(
            name="supervisor",
            command=[sys.executable, "-m", "care_devstack.supervisor", str(self.run_dir)],
            environment=dict(self.settings.caller),
            log=self.settings.log_dir / "supervisor.log",
            folder=CHECKOUT,
        )

    def _wait_for(self, part: str, happened: Callable[[], bool]) -> None:
        wait_until(lambda: happened() or self._hopeless() is not None, seconds=_SERVERS_SECONDS)
        if not happened():
            self._fail(part, "no answer")

    def _hopeless(self) -> str | None:
        """A part that ends as soon as it is started, again and again."""
        fares = read_fares(self.run_dir)
        return next((part for part in fares if fares[part].quick_ends >= _HOPELESS_AFTER), None)

    def _fail(self, part: str, reason: str) -> None:
        raise PartFailed(part, reason, self.settings.log_dir / f"{part}.log")

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Two `up` at the same time: the second waits, and finds everything done."""
        self.run_dir.mkdir(parents=True, exist_ok=True)
        with contextlib.closing((self.run_dir / "up.lock").open("w")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
