"""The stack of real images agrees with the house: services, ports, settings, pinned images."""

import re
from typing import Any

import pytest
import yaml
from tests.architecture.house import ROOT, SERVICES, package_of
from tests.architecture.settings import variables_of

_PORTS = {
    "adt-ingest": {2575, 2576, 8075},
    "worklist": {8080},
    "transition-orchestrator": {8081},
    "reminders": {8082},
    "notifier": {8083},
    "flow-monitor": {8090},
    "mail": {1025, 8025},
    "kafka": {9092},
    "postgres": {5433},
}
"""Where the outside finds each part; the same with and without containers."""
_PINNED = re.compile(r":v?\d+(\.\d+)+(-[a-z]+)*$")


def _compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def _parts() -> dict[str, dict[str, Any]]:
    return _compose()["services"]


def _published(part: dict[str, Any]) -> list[tuple[str, int]]:
    """The address and port on this machine of every published port."""
    split = [str(port).split(":") for port in part.get("ports", ())]
    return [(pieces[0], int(pieces[1])) for pieces in split]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_built_configured_and_probed(name: str) -> None:
    part = _parts()[name]
    assert part["build"]["args"] == {"SERVICE": name}
    assert part["env_file"] == f"deploy/env/{name}.env"
    assert part["healthcheck"]["test"][-1] == "readyz"
    assert part["depends_on"]["topics"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_with_tables_is_migrated_before_it_starts(name: str) -> None:
    migrated = (package_of(name) / "migrations").is_dir()
    assert (f"migrate-{name}" in _parts()) == migrated
    assert (f"migrate-{name}" in _parts()[name]["depends_on"]) == migrated


@pytest.mark.parametrize("name", SERVICES)
def test_containers_override_only_settings_that_exist(name: str) -> None:
    assert set(_parts()[name]["environment"]) <= set(variables_of(name))


def test_every_port_is_the_documented_one_and_open_to_this_machine_only() -> None:
    published = {name: _published(part) for name, part in _parts().items()}
    assert {name: {port for _, port in published[name]} for name in _PORTS} == _PORTS
    assert {address for ports in published.values() for address, _ in ports} == {"127.0.0.1"}


def test_no_two_parts_want_the_same_port() -> None:
    ports = [port for part in _parts().values() for _, port in _published(part)]
    assert len(ports) == len(set(ports))


def test_every_foreign_image_is_pinned() -> None:
    images = [part["image"] for part in _parts().values()]
    foreign = [image for image in images if not image.startswith("homeward/")]
    assert not [image for image in foreign if not _PINNED.search(image)]


def test_every_mounted_file_exists() -> None:
    mounted = [
        volume.split(":")[0]
        for part in _parts().values()
        for volume in part.get("volumes", ())
        if volume.startswith("./")
    ]
    assert not [path for path in mounted if not (ROOT / path).exists()]


def test_prometheus_asks_every_service_at_its_port() -> None:
    written = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text("utf-8"))
    jobs = {job["job_name"]: job for job in written["scrape_configs"]}
    targets = {
        target for entry in jobs["homeward"]["static_configs"] for target in entry["targets"]
    }
    assert targets == {f"{name}:{max(_PORTS[name])}" for name in SERVICES}


def test_every_alert_leads_to_a_heading_of_the_runbook() -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text("utf-8"))
    runbook = (ROOT / "docs/runbook.md").read_text("utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in runbook.splitlines()
        if line.startswith("#")
    }
    links = [rule["annotations"]["runbook"] for group in rules["groups"] for rule in group["rules"]]
    assert not [link for link in links if link.removeprefix("docs/runbook.md#") not in headings]


def test_images_run_as_a_user_of_their_own() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines()
    assert "USER 10001" in lines
