"""Puts the parts of a stack together: servers, mail catcher and services, ready to be run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from care_chassis.clock import SystemClock
from care_devstack.catalogue import database_passwords, overlay, read_catalogue
from care_devstack.certificates import have_certificates
from care_devstack.databases import service_url
from care_devstack.kafka import KafkaServer
from care_devstack.ports import HOST
from care_devstack.postgres import PostgresServer
from care_devstack.processes import Part
from care_devstack.services import (
    PROBES,
    SERVICES,
    SERVICES_WITH_DATABASE,
    database_setting,
    snake,
)
from care_devstack.settings import CHECKOUT, PORT_SETTINGS, StackSettings


@dataclass(frozen=True)
class StackParts:
    """All that a stack consists of, as its settings describe it."""

    settings: StackSettings

    @property
    def postgres(self) -> PostgresServer:
        return PostgresServer(
            folder=self.settings.run_dir / "postgres",
            log=self.settings.log_dir / "postgres.log",
            port=self.settings.ports["postgres"],
        )

    @property
    def kafka(self) -> KafkaServer:
        return KafkaServer(
            folder=self.settings.run_dir / "kafka",
            log=self.settings.log_dir / "kafka.log",
            port=self.settings.ports["kafka"],
            controller_port=self.settings.ports["kafka controller"],
            cache_dir=self.settings.cache_dir,
            maven_repository=self.settings.maven_repository,
            search_path=self.settings.caller.get("PATH", ""),
        )

    @property
    def admin_url(self) -> str:
        return self.settings.database_url or self.postgres.admin_url

    @property
    def bootstrap_servers(self) -> str:
        return self.settings.kafka_bootstrap_servers or self.kafka.bootstrap_servers

    def listeners(self) -> dict[str, list[str]]:
        """The listeners of every part that this stack runs itself."""
        owners = {
            "mail": ["mail catcher (SMTP)", "mail catcher (pages)"],
            **{service: [PROBES[service]] for service in SERVICES},
        }
        owners["adt-ingest"] += ["adt-ingest (MLLP)", "adt-ingest (MLLP over TLS)"]
        if not self.settings.database_url:
            owners["postgres"] = ["postgres"]
        if not self.settings.kafka_bootstrap_servers:
            owners["kafka"] = ["kafka", "kafka controller"]
        return owners

    def servers(self) -> list[Part]:
        """PostgreSQL and Kafka where they are ours to run, and the mail catcher."""
        servers = [] if self.settings.database_url else [self.postgres.prepare()]
        if not self.settings.kafka_bootstrap_servers:
            servers.append(self.kafka.prepare())
        return [*servers, self._mail()]

    def services(self, clock: Mapping[str, str]) -> list[Part]:
        """The six services; `clock` is what the stack says of their shared clock, if anything."""
        catalogue = read_catalogue(self.settings.deploy_dir)
        fixed = self._fixed(clock)
        return [
            Part(
                name=service,
                command=[sys.executable, "-m", snake(service)],
                environment=overlay(catalogue[service], self.settings.caller, fixed),
                log=self.settings.log_dir / f"{service}.log",
                folder=CHECKOUT,
            )
            for service in SERVICES
        ]

    def database_urls(self) -> dict[str, str]:
        """Each service's own address; one that the caller gave stands."""
        passwords = self.passwords()
        return {
            service: self.settings.caller.get(database_setting(service))
            or service_url(self.admin_url, service, passwords[service])
            for service in SERVICES_WITH_DATABASE
        }

    def passwords(self) -> dict[str, str]:
        return database_passwords(read_catalogue(self.settings.deploy_dir))

    def _fixed(self, clock: Mapping[str, str]) -> Mapping[str, str]:
        ports = self.settings.ports
        urls = self.database_urls()
        return {
            **{PORT_SETTINGS[name][0]: str(port) for name, port in ports.items()},
            **{database_setting(service): url for service, url in urls.items()},
            **clock,
            **self._certificates(),
            # Who names a mail server of their own gets it instead of the catcher.
            "NOTIFIER_SMTP_PORT": self.settings.caller.get(
                "NOTIFIER_SMTP_PORT", str(ports["mail catcher (SMTP)"])
            ),
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "CARE_RUN_DIR": str(self.settings.run_dir),
            "CARE_SITES_DIR": str(self.settings.sites_dir),
            "PYTHONUNBUFFERED": "1",
        }

    def _certificates(self) -> Mapping[str, str]:
        """Development certificates; who names files of their own gets those instead."""
        made = have_certificates(self.settings.run_dir / "tls", SystemClock().now())
        given = self.settings.caller
        return {} if any(given.get(name) for name in made) else made

    def _mail(self) -> Part:
        smtp = self.settings.ports["mail catcher (SMTP)"]
        pages = self.settings.ports["mail catcher (pages)"]
        folder = self.settings.run_dir / "mail"
        command = [sys.executable, "-m", "care_devstack.mail", HOST, str(smtp), str(pages)]
        return Part(
            name="mail",
            command=[*command, str(folder)],
            environment=dict(self.settings.caller),
            log=self.settings.log_dir / "mail.log",
            folder=CHECKOUT,
        )
