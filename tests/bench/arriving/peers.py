"""Who is measured: adt-ingest for real, and those that an interface team would use instead.

Each is a program of its own. While one is measured the others are stopped (SIGSTOP), so that no
backlog of theirs takes part.
"""

import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from care_devstack.foreign import ForeignJava
from care_devstack.ports import answers, free_ports
from care_devstack.settings import CHECKOUT, StackSettings
from care_devstack.waiting import wait_until

_HERE = Path(__file__).parent
_START_SECONDS = 60.0
_INGEST_ONLY = """\
from messagefoundry import MLLP, inbound, router

inbound("IB_BENCH", MLLP(port={port}), router="none")


@router("none")
def none(msg):
    return []
"""


@dataclass
class Peer:
    """A receiver: its programs, and the port that all of them listen on."""

    name: str
    port: int
    commands: Sequence[Sequence[str]]
    environments: Sequence[Mapping[str, str]]
    folder: Path
    ready: Sequence[str] = ()
    """Addresses that answer 200 once it can work; without any, listening is enough."""
    programs: list[psutil.Popen] = field(default_factory=list[psutil.Popen])

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for index, (command, environment) in enumerate(
            zip(self.commands, self.environments, strict=True)
        ):
            log = (self.folder / f"{self.name}-{index}.log").open("wb")
            self.programs.append(
                psutil.Popen(
                    command, cwd=self.folder, env=environment, stdout=log, stderr=subprocess.STDOUT
                )
            )
        if not wait_until(self._is_ready, seconds=_START_SECONDS):
            raise SystemExit(f"{self.name} did not start: see {self.folder}")

    def _is_ready(self) -> bool:
        if any(program.poll() is not None for program in self.programs):
            raise SystemExit(f"{self.name} ended: see {self.folder}")
        if not self.ready:
            return answers(self.port)
        try:
            return all(httpx.get(address).is_success for address in self.ready)
        except httpx.TransportError:
            return False

    def suspend(self) -> None:
        for program in self.programs:
            program.suspend()

    @contextmanager
    def awake(self) -> Generator[None]:
        for program in self.programs:
            program.resume()
        yield
        self.suspend()

    def cpu_seconds(self) -> float:
        times = [program.cpu_times() for program in self.programs]
        return sum(each.user + each.system for each in times)

    def resident_bytes(self) -> int:
        return sum(program.memory_info().rss for program in self.programs)

    def stop(self) -> None:
        for program in self.programs:
            program.resume()
            program.terminate()
        for program in self.programs:
            try:
                program.wait(15)
            except psutil.TimeoutExpired:
                program.kill()


def homeward(name: str, processes: int, bootstrap: str, settings: StackSettings) -> Peer:
    """adt-ingest as it is deployed, every setting at its default but for places."""
    port, *http_ports = free_ports(1 + processes)
    tls_ports = free_ports(processes)
    environments = [
        {
            **settings.caller,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "ADT_INGEST_MLLP_PORT": str(port),
            "ADT_INGEST_MLLPS_PORT": str(tls_port),
            "ADT_INGEST_HTTP_PORT": str(http_port),
            "ADT_INGEST_REUSE_PORT": str(processes > 1).lower(),
            "CARE_SITES_DIR": str(settings.sites_dir),
            "CARE_RUN_DIR": str(settings.run_dir / name),
        }
        for http_port, tls_port in zip(http_ports, tls_ports, strict=True)
    ]
    return Peer(
        name=name,
        port=port,
        commands=[[sys.executable, "-m", "adt_ingest"]] * processes,
        environments=environments,
        folder=settings.run_dir / "bench",
        ready=[f"http://127.0.0.1:{http_port}/readyz" for http_port in http_ports],
    )


def hapi(validation: str, settings: StackSettings) -> Peer:
    """HAPI's SimpleServer with an application that stores nothing."""
    (port,) = free_ports(1)
    command = ForeignJava(settings).command(_HERE / "SimpleAck.java", "-Xmx512m")
    return Peer(
        name=f"hapi-{validation}",
        port=port,
        commands=[[*command, str(port), validation]],
        environments=[settings.caller],
        folder=settings.run_dir / "bench",
    )


def hl7_package(settings: StackSettings) -> Peer:
    (port,) = free_ports(1)
    return Peer(
        name="hl7",
        port=port,
        commands=[[sys.executable, str(_HERE / "hl7_server.py"), str(port)]],
        environments=[settings.caller],
        folder=settings.run_dir / "bench",
    )


def environment_of(name: str, wanted: Path, settings: StackSettings) -> Path:
    """The folder of a virtual environment of a peer's own, with the packages that it wants."""
    venv = settings.cache_dir / "bench" / name
    stamp = venv / "requirements.txt"
    if not stamp.is_file() or stamp.read_bytes() != wanted.read_bytes():
        print(f"Installing {name} into an environment of its own", file=sys.stderr)
        uv = str(CHECKOUT / ".tools" / "bin" / "uv")
        subprocess.run([uv, "venv", "-q", "--clear", "-p", sys.executable, str(venv)], check=True)
        python = str(venv / "bin" / "python")
        subprocess.run(
            [uv, "pip", "install", "-q", "-p", python, "-r", str(wanted)], check=True, timeout=300
        )
        stamp.write_bytes(wanted.read_bytes())
    return venv


def messagefoundry(settings: StackSettings) -> Peer:
    """Its ingest alone: a listener whose router sends nothing on. A program of its own venv."""
    venv = environment_of("messagefoundry", _HERE / "messagefoundry.txt", settings)
    port, api_port = free_ports(2)
    folder = settings.run_dir / "bench" / "messagefoundry"
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "IB_BENCH.py").write_text(_INGEST_ONLY.format(port=port), "utf-8")
    command = [str(venv / "bin" / "messagefoundry"), "serve", "--config", "config"]
    command += ["--env", "dev", "--port", str(api_port), "--log-level", "WARNING"]
    return Peer(
        name="messagefoundry",
        port=port,
        commands=[command],
        environments=[settings.caller],
        folder=folder,
    )
