"""The whole worklist application on a store in memory, as a client over HTTP meets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from tests.support.manual_clock import ManualClock
from tests.support.worklist_builders import DISCHARGED_AT, told
from tests.support.worklist_fakes import THREE_ZONES, FakeSiteFolder, FakeWorklist

from care_chassis.clock import SystemClock
from care_chassis.identity import Identity, issue_token
from worklist.app import Web, build_http
from worklist.live import Changes
from worklist.plan_tasks import PlanTasks
from worklist.settings import Settings
from worklist.sites import Sites

SECRET = "a-secret-of-the-tests"
NAMES = {"nurse": "Nora Nurse", "coordinator": "Cora Coordinator"}


def token(role: str = "nurse", *, subject: str = "", secret: str = SECRET, hours: int = 1) -> str:
    """A bearer token of somebody in a role."""
    identity = Identity(subject or f"dev-{role}", NAMES.get(role, role.capitalize()), role)
    now = SystemClock().now()
    return issue_token(secret, identity, now=now, lifetime=timedelta(hours=hours))


def settings(**more: Any) -> Settings:
    """Settings for tests; nothing is read from the environment that a test relies on."""
    given: dict[str, Any] = {"token_secret": SecretStr(SECRET), "sites_dir": Path()}
    return Settings(**(given | more))


_BUILT: dict[tuple[bool, bool], "App"] = {}


def fresh_app(*, secure_cookies: bool = False, development_sign_in: bool = True) -> "App":
    """An application that has heard nothing yet; built once, for that takes longer than a test."""
    asked = (secure_cookies, development_sign_in)
    app = _BUILT.setdefault(
        asked, App(secure_cookies=secure_cookies, development_sign_in=development_sign_in)
    )
    app.store.clear()
    app.folder.documents = THREE_ZONES
    app.clock.move_to(DISCHARGED_AT)
    return app


@dataclass
class App:
    """The application, its clock, and what it heard."""

    store: FakeWorklist = field(default_factory=FakeWorklist)
    clock: ManualClock = field(default_factory=lambda: ManualClock(DISCHARGED_AT))
    folder: FakeSiteFolder = field(default_factory=lambda: FakeSiteFolder(*THREE_ZONES))
    changes: Changes = field(default_factory=Changes)
    secure_cookies: bool = False
    development_sign_in: bool = True

    async def hear(self, *bodies: Any) -> None:
        await PlanTasks(self.store, self.clock)(told(*bodies))

    def browser(self, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """A client with a jar for cookies; it follows no redirect by itself."""
        transport = httpx.ASGITransport(self._http, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)

    @cached_property
    def _http(self) -> FastAPI:
        web = Web(
            reads=self.store.reads,
            work=self.store,
            audit=self.store.audit,
            sites=Sites(self.folder),
            changes=self.changes,
            clock=self.clock,
            wall=SystemClock(),
        )
        given = settings(
            secure_cookies=self.secure_cookies, development_sign_in=self.development_sign_in
        )
        return build_http(given, web)

    def client(self, role: str = "nurse", *, subject: str = "") -> httpx.AsyncClient:
        """A client of the REST API in a role."""
        return self.browser({"Authorization": f"Bearer {token(role, subject=subject)}"})

    async def task(self, task_id: UUID) -> Any:
        """The task as it stands."""
        item = await self.store.task(task_id)
        assert item is not None
        return item.task
