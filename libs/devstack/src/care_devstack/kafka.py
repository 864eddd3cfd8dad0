"""Apache Kafka on this machine: jars from Maven, one node, broker and controller (KRaft)."""

import base64
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from care_devstack.jars import have_jars
from care_devstack.java import find_java
from care_devstack.ports import HOST, answers
from care_devstack.problems import PartFailed
from care_devstack.processes import Part

_LOGGING = files("care_devstack").joinpath("data", "kafka-log4j2.yaml")
_HEAP = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
_SHORT_LIVED = ("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
num.partitions=6
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=6
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
controlled.shutdown.max.retries=1
"""


@dataclass(frozen=True, kw_only=True)
class KafkaServer:
    """One Kafka node: where it keeps its data and where it listens."""

    folder: Path
    log: Path
    port: int
    controller_port: int
    cache_dir: Path
    maven_repository: str
    search_path: str
    """Where to look for `java`, in the manner of PATH."""

    @property
    def bootstrap_servers(self) -> str:
        return f"{HOST}:{self.port}"

    def prepare(self) -> Part:
        """Have the jars and a formatted data folder; gives back what to run."""
        java = find_java(self.search_path)
        jars = have_kafka(self.cache_dir, self.maven_repository)
        classpath = ":".join(str(jar) for jar in jars)
        properties = self._write_configuration()
        if not (self.folder / "data" / "meta.properties").is_file():
            self._format(java, classpath, properties)
        command = [str(java), *_HEAP, *self._logging(), "-cp", classpath, "kafka.Kafka"]
        return Part(
            name="kafka",
            command=[*command, str(properties)],
            environment={"LANG": "C.UTF-8"},
            log=self.log,
            folder=self.folder,
            grace_seconds=20,
        )

    def answers(self) -> bool:
        return answers(self.port)

    def _write_configuration(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.yaml").write_text(_LOGGING.read_text("utf-8"), "utf-8")
        properties = self.folder / "server.properties"
        text = _PROPERTIES.format(
            host=HOST,
            port=self.port,
            controller_port=self.controller_port,
            data=self.folder / "data",
        )
        properties.write_text(text, "utf-8")
        return properties

    def _format(self, java: Path, classpath: str, properties: Path) -> None:
        """Give a new data folder its identity; a half-formatted one, left by a kill, goes."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        # The first byte keeps the encoded identity from beginning like an option of the tool.
        cluster = b"\x01" + hashlib.sha256(str(self.folder).encode()).digest()[:15]
        identity = base64.urlsafe_b64encode(cluster).decode().rstrip("=")
        tool = [str(java), *_SHORT_LIVED, *self._logging(), "-cp", classpath]
        tool += ["kafka.tools.StorageTool", "format", "-t", identity, "-c", str(properties)]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            done = subprocess.run(
                tool, stdout=log, stderr=subprocess.STDOUT, check=False, timeout=60
            )
        if done.returncode:
            raise PartFailed("Kafka", "its data folder cannot be formatted", self.log)

    def _logging(self) -> tuple[str, str]:
        configuration = self.folder / "log4j2.yaml"
        return (f"-Dlog4j2.configurationFile={configuration}", "-Dlog4j2.disable.jmx=true")


def have_kafka(cache_dir: Path, repository: str) -> list[Path]:
    """Kafka's jars in the cache, fetched if they are not there yet."""
    folder = cache_dir / "kafka"
    return have_jars("kafka-jars.txt", folder, repository, title="Fetching Apache Kafka")
