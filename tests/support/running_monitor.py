"""flow-monitor as a process of its own, and questions to it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from care_chassis.clock import SystemClock
from care_chassis.identity import Identity, issue_token
from care_contracts import topics

SECRET = "a secret for tests alone"
CLOCK = SystemClock()
_TOLD_BY_INGEST = (
    topics.HL7_RECEIVED,
    topics.ENCOUNTERS,
    topics.APPOINTMENTS,
    topics.RESULTS,
    topics.DOCUMENTS,
    topics.REFERRALS,
)


class Monitor:
    """A running monitor, asked over HTTP."""

    def __init__(self, port: int) -> None:
        token = issue_token(
            SECRET,
            Identity("t", "T", "integration"),
            now=CLOCK.now(),
            lifetime=timedelta(hours=1),
        )
        self._headers = {"Authorization": f"Bearer {token}"}
        self._url = f"http://127.0.0.1:{port}"

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self._url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def get(self, path: str, **query: str) -> Any:
        async with httpx.AsyncClient(headers=self._headers) as client:
            answer = await client.get(f"{self._url}/api/{path}", params=query)
        return answer.raise_for_status().json()

    async def stations(self, **query: str) -> list[dict[str, Any]]:
        """The stations that this test made: services of others, at work beside it, add theirs."""
        found = (await self.get("journey", **query))["stations"]
        return [one for one in found if one["topic"] in _TOLD_BY_INGEST]


@asynccontextmanager
async def running(port: int, url: str, kafka: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    settings = {
        "FLOW_MONITOR_HTTP_PORT": str(port),
        "FLOW_MONITOR_DATABASE_URL": url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "CARE_TOKEN_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "flow_monitor",
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
