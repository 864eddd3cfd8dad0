"""What the environment says of a stack."""

from pathlib import Path

from care_devstack.databases import service_url, sibling_url
from care_devstack.settings import CHECKOUT, settings_from

_ADMIN = "postgresql://boss:p%40ss@db.example:6432/care?sslmode=require"


def test_without_settings_everything_has_its_documented_place() -> None:
    settings = settings_from({})
    assert settings.run_dir == CHECKOUT / ".run"
    assert settings.sites_dir == CHECKOUT / "deploy" / "sites"
    assert settings.ports["adt-ingest (MLLP)"] == 2575
    assert settings.ports["adt-ingest (MLLP over TLS)"] == 2576
    assert settings.ports["worklist"] == 8080
    assert settings.ports["flow-monitor"] == 8090
    assert settings.ports["postgres"] == 5433


def test_a_relative_folder_is_meant_from_the_checkout() -> None:
    assert settings_from({"CARE_RUN_DIR": "elsewhere"}).run_dir == CHECKOUT / "elsewhere"
    assert settings_from({"CARE_RUN_DIR": "/srv/run"}).run_dir == Path("/srv/run")


def test_a_service_has_its_own_role_in_the_administrators_database() -> None:
    url = service_url(_ADMIN, "flow-monitor", "s/cret")
    assert url == "postgresql://flow_monitor:s%2Fcret@db.example:6432/care?sslmode=require"


def test_another_database_of_the_same_server() -> None:
    url = sibling_url(_ADMIN, "postgres")
    assert url == "postgresql://boss:p%40ss@db.example:6432/postgres?sslmode=require"
