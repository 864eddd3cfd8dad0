"""`deploy/env/<service>.env` is the catalogue of every setting of a service, and of no other."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.architecture.house import ROOT, SERVICES
from tests.architecture.settings import settings_of, variables_of

_SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$")


def _catalogue(service: str) -> Path:
    return ROOT / "deploy/env" / f"{service}.env"


def _written(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Each setting of a catalogue, its value, and whether it is in force or only mentioned."""
    for line in path.read_text("utf-8").splitlines():
        if match := _SETTING.match(line):
            yield match[1], match[2], not line.startswith("#")


@pytest.mark.parametrize("service", SERVICES)
def test_the_catalogue_names_every_setting_once_and_no_other(service: str) -> None:
    written = [name for name, _, _ in _written(_catalogue(service))]
    assert sorted(written) == sorted(variables_of(service))


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_takes_its_catalogue(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, in_force in _written(_catalogue(service)):
        if in_force:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    assert settings_of(service)().model_config.get("frozen")


def test_settings_that_services_share_have_one_development_value() -> None:
    shared: dict[str, dict[str, str]] = {}
    for service in SERVICES:
        for name, value, _ in _written(_catalogue(service)):
            shared.setdefault(name, {})[service] = value
    assert not [name for name, values in shared.items() if not _agree(values)]


def _agree(values: Mapping[str, str]) -> bool:
    return len(set(values.values())) == 1
