"""What all tests may ask for: a real PostgreSQL and a real Kafka.

They start when the first test asks, on free ports; the run's first process stops them. PostgreSQL
is one per run, even when pytest-xdist spreads the run over processes. Kafka is one per process: the
services of tests that run at once read the same topics, and would answer each other's events.
`DATABASE_URL` and `KAFKA_BOOTSTRAP_SERVERS` point the tests at existing servers instead.
"""

import os
import tempfile
import zlib
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from care_devstack.databases import apply_roles, migrate_one, service_url, sibling_url
from care_devstack.servers import SharedServers, clear_up, guard
from care_devstack.services import SERVICES_WITH_DATABASE, snake
from care_devstack.settings import CHECKOUT, environment, settings_from
from care_devstack.topics import Topic, apply_topics, read_topics

_RUN_DIR = "CARE_TEST_RUN_DIR"
_OWNER = "CARE_TEST_OWNER"
_ROLES = CHECKOUT / "deploy" / "postgres"
_TOPICS = CHECKOUT / "deploy" / "kafka" / "topics.yaml"


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder; the processes that xdist starts inherit its name."""
    if not hasattr(config, "workerinput"):
        # In the system's temporary folder, where PostgreSQL's own user can reach it.
        folder = tempfile.mkdtemp(prefix="homeward-tests-")
        Path(folder).chmod(0o755)
        os.environ |= {_RUN_DIR: folder, _OWNER: str(os.getpid())}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started and drop its folder."""
    if not hasattr(config, "workerinput"):
        clear_up(_folder())


def run_folder() -> Path:
    """The folder of this test run, the same in all its processes; gone when the run is over.

    What is started for a folder below it is stopped then, even if the run is killed.
    """
    shared = SharedServers(replace(settings_from(environment()), run_dir=_folder()))
    with shared.alone("guard") as served:
        if not served.is_file():
            guard(int(os.environ[_OWNER]), _folder())
            served.touch()
    return _folder()


def _folder() -> Path:
    return Path(os.environ[_RUN_DIR])


@pytest.fixture(scope="session")
def servers() -> SharedServers:
    """The servers of this run; asking for one starts it."""
    return SharedServers(replace(settings_from(environment()), run_dir=run_folder()))


@pytest.fixture(scope="session")
def postgres_url(servers: SharedServers) -> str:
    """The administrator's address of a real PostgreSQL."""
    return servers.postgres()


@pytest.fixture(scope="session")
def own_servers(worker_id: str) -> SharedServers:
    """The servers of this process alone."""
    folder = run_folder() / worker_id
    return SharedServers(replace(settings_from(environment()), run_dir=folder))


@pytest.fixture(scope="session")
def kafka_bootstrap(own_servers: SharedServers) -> str:
    """The bootstrap servers of a real Kafka of one broker, without topics."""
    return own_servers.kafka()


@pytest.fixture(scope="module")
def make_topics(
    kafka_bootstrap: str, request: pytest.FixtureRequest, worker_id: str
) -> Callable[..., list[str]]:
    """Creates topics whose names no other test uses: `one, two = make_topics("one", "two")`."""
    count = 0

    def make(*names: str, partitions: int = 1) -> list[str]:
        nonlocal count
        count += 1
        prefix = f"{unique_name(request, worker_id)}-{count}"
        topics = [Topic(f"{prefix}.{name}", partitions) for name in names]
        apply_topics(kafka_bootstrap, topics)
        return [topic.name for topic in topics]

    return make


@pytest.fixture(scope="session")
def care_topics(own_servers: SharedServers, kafka_bootstrap: str) -> str:
    """A Kafka that has the topics of `deploy/kafka/topics.yaml`; gives its bootstrap servers."""
    with own_servers.alone("topics") as served:
        if not served.is_file():
            apply_topics(kafka_bootstrap, read_topics(_TOPICS))
            served.touch()
    return kafka_bootstrap


@pytest.fixture(scope="module")
def make_database(
    servers: SharedServers, postgres_url: str, request: pytest.FixtureRequest, worker_id: str
) -> Generator[Callable[[str], str]]:
    """Gives a service a fresh, migrated database of this test module: `make_database("worklist")`.

    The address is the service's own role's. The same service gets the same database again.
    """
    made: dict[str, str] = {}

    def make(service: str) -> str:
        if service not in made:
            template = _template(servers, postgres_url, service)
            made[service] = f"{unique_name(request, worker_id)}_{snake(service)}"[:63]
            _create(postgres_url, made[service], template)
        return service_url(sibling_url(postgres_url, made[service]), service, snake(service))

    yield make
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in made.values():
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of the xdist process that runs this test, or `main`."""
    inputs: dict[str, str] = getattr(request.config, "workerinput", {})
    return inputs.get("workerid", "main")


def unique_name(request: pytest.FixtureRequest, worker: str) -> str:
    """A name for what belongs to one test module in one process of one run."""
    place = f"{_folder()}/{request.node.nodeid}/{worker}"
    stem = Path(request.node.nodeid).stem.removeprefix("test_")[:24]
    return f"{stem}_{zlib.crc32(place.encode()):08x}"


def _template(servers: SharedServers, admin_url: str, service: str) -> str:
    """A migrated database of a service, made once per run, from which tests get their copies."""
    name = f"template_{snake(service)}_{zlib.crc32(str(_folder()).encode()):08x}"
    with servers.alone(name) as served:
        if not served.is_file():
            _create(admin_url, name, "template1")
            passwords = {other: snake(other) for other in SERVICES_WITH_DATABASE}
            apply_roles(sibling_url(admin_url, name), _ROLES, passwords)
            migrate_one(
                service,
                service_url(sibling_url(admin_url, name), service, snake(service)),
            )
            served.touch()
    return name


def _create(admin_url: str, name: str, template: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
