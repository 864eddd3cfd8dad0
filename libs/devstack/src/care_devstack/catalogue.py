"""The settings catalogue, `deploy/env/<service>.env`, and what a stack lays over it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from care_devstack.problems import StackProblem
from care_devstack.services import SERVICES, SERVICES_WITH_DATABASE, database_setting, snake


def read_env_file(path: Path) -> dict[str, str]:
    """The KEY=VALUE lines of a file; blank lines and comments are not among them."""
    settings: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise StackProblem(f"{path}, line {number}, is not of the form NAME=value.")
        settings[name] = value.strip().strip("\"'")
    return settings


def read_catalogue(deploy_dir: Path) -> dict[str, dict[str, str]]:
    """Every service's settings with their development values."""
    folder = deploy_dir / "env"
    return {service: read_env_file(folder / f"{service}.env") for service in SERVICES}


def overlay(
    catalogue: Mapping[str, str], caller: Mapping[str, str], stack: Mapping[str, str]
) -> dict[str, str]:
    """A service's whole environment: the catalogue, then the caller, then what the stack fixes."""
    return {**catalogue, **caller, **stack}


def find_setting(
    catalogue: Mapping[str, Mapping[str, str]], caller: Mapping[str, str], name: str
) -> str:
    """The value of a setting that services share. Raises StackProblem if nobody knows it."""
    for settings in (caller, *catalogue.values()):
        if name in settings:
            return settings[name]
    raise StackProblem(f"{name} is not set: add it to deploy/env or to your environment.")


def database_passwords(catalogue: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The password of every service's database role, as the catalogue's addresses hold it."""
    return {
        service: unquote(
            urlsplit(catalogue[service].get(database_setting(service), "")).password
            or snake(service)
        )
        for service in SERVICES_WITH_DATABASE
    }
