"""A program: PostgreSQL and Kafka come up, answer, stop and leave nothing, for an ordinary user.

Started by root it becomes `nobody` first, after its imports: root's Python may lie where nobody
else can read it.
"""

import os
import pwd
import signal
import sys
from pathlib import Path

from care_devstack.kafka import KafkaServer
from care_devstack.ports import free_ports
from care_devstack.postgres import PostgresServer
from care_devstack.processes import end_part, running, start
from care_devstack.settings import settings_from
from care_devstack.waiting import wait_until


def main(run_dir: Path, search_path: str, cache_dir: Path) -> None:
    if os.geteuid() == 0:
        "127.0.0.1".encode("idna")  # loads what connecting needs while we may still read it
        user = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    ports = free_ports(3)
    postgres = PostgresServer(
        folder=run_dir / "postgres", log=run_dir / "logs" / "postgres.log", port=ports[0]
    )
    kafka = KafkaServer(
        folder=run_dir / "kafka",
        log=run_dir / "logs" / "kafka.log",
        port=ports[1],
        controller_port=ports[2],
        cache_dir=cache_dir,
        maven_repository=settings_from({}).maven_repository,
        search_path=search_path,
    )
    for server in (postgres, kafka):
        start(server.prepare(), run_dir)
    assert wait_until(postgres.answers, seconds=30)
    assert wait_until(kafka.answers, seconds=60)
    for name, first in (("kafka", signal.SIGTERM), ("postgres", signal.SIGINT)):
        end_part(running(run_dir)[name], first, grace_seconds=30)
    assert running(run_dir) == {}
    print("as", pwd.getpwuid(os.geteuid()).pw_name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
