"""How a service starts while its servers are away, shows its state, and ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from tests.support.counting import TABLES, counted, numbered
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports

OUTBOX = Path(__file__).parents[3] / "libs/chassis/src/care_chassis/sql/tables.ddl"


@asynccontextmanager
async def running(port: int, **settings: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.tiny_service",
        env={**os.environ, "TINY_HTTP_PORT": str(port), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def readiness(port: int) -> tuple[int, dict[str, Any]]:
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/readyz")
    except httpx.TransportError:
        return 0, {}
    return answer.status_code, answer.json()["parts"]


@pytest.fixture
async def database(postgres_url: str, request: pytest.FixtureRequest) -> str:
    name = f"tiny_{abs(hash(request.node.nodeid)):x}"
    connection = await asyncpg.connect(postgres_url)
    outbox = OUTBOX.read_text("utf-8").split("CREATE TABLE outbox")[1]
    await connection.execute(
        f"CREATE SCHEMA {name}; SET search_path TO {name}; {TABLES} CREATE TABLE outbox {outbox}"
    )
    await connection.close()
    return f"{postgres_url}?search_path={name}"


async def test_a_service_waits_for_its_servers_and_ends_when_told(
    kafka_bootstrap: str, database: str, make_topics: Callable[..., list[str]]
) -> None:
    (topic,) = make_topics("numbers")
    port, database_port = free_ports(1)[0], urlsplit(database).port
    assert database_port is not None
    async with Proxy(database_port) as proxy:
        await proxy.cut()
        settings = {
            "TINY_DATABASE_URL": database.replace(f":{database_port}/", f":{proxy.port}/"),
            "TINY_TOPIC": topic,
            "TINY_GROUP": f"tiny-{topic}",
            "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        }
        async with running(port, **settings) as process:
            _, parts = await eventually(
                lambda: readiness(port), until=lambda seen: seen[0] == 503, within=30
            )
            assert not parts["database"]["ready"]
            await proxy.restore()
            await eventually(lambda: readiness(port), until=lambda seen: seen[0] == 200, within=30)
            publisher = Publisher(KafkaSettings(bootstrap_servers=kafka_bootstrap), "test")
            await publisher.publish([numbered(topic, "a", n) for n in range(10)])
            await publisher.stop()
            await eventually(lambda: counted(database), until=lambda n: n == {"a": [*range(10)]})
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                assert (await client.get("/livez")).status_code == 200
                assert "care_consumed_records_total" in (await client.get("/metrics")).text
            process.send_signal(signal.SIGTERM)
            output, _ = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 0, output.decode()


async def test_a_port_that_is_taken_is_said_in_a_sentence(
    kafka_bootstrap: str, database: str
) -> None:
    holder = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = holder.sockets[0].getsockname()[1]
    settings = {
        "TINY_DATABASE_URL": database,
        "TINY_TOPIC": "t",
        "TINY_GROUP": "g",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
    }
    async with holder, running(port, **settings) as process:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode
    assert f"is port {port} free?" in output.decode()
    assert "Traceback" not in output.decode()
