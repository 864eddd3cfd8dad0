"""The committed files say what the contracts say, and no release has been broken."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.architecture.house import ROOT, SERVICES
from tests.contracts.compatibility import breaks

from care_contracts import export, topics
from care_contracts.export import committed, documents, messages

_FOLDER = ROOT / "schemas/json"
_RELEASED = sorted(
    path.relative_to(_FOLDER / "released") for path in (_FOLDER / "released").glob("*/*/*.json")
)  # <version>/<topic>/<Body>.json


def _body(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_committed_files_are_what_the_contracts_would_write() -> None:
    wanted, found = documents(), committed(_FOLDER)
    stale = {path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)}
    assert not stale, f"run `python -m care_contracts.export` and commit {sorted(stale)}"


def test_there_is_a_release_to_compare_with() -> None:
    assert _RELEASED


@pytest.mark.parametrize("released", _RELEASED, ids=str)
def test_no_released_body_has_been_broken(released: Path) -> None:
    now = _FOLDER / Path(*released.parts[1:])
    assert now.exists(), f"{released} was published and is gone"
    assert breaks(_body(_FOLDER / "released" / released), _body(now)) == []


def test_writing_removes_what_is_no_longer_said_and_keeps_releases(tmp_path: Path) -> None:
    export.main([str(tmp_path), "--release", "0.0.1"])
    (tmp_path / "gone.v1").mkdir()
    (tmp_path / "gone.v1/Gone.json").write_text("{}")
    export.main([str(tmp_path)])
    assert committed(tmp_path) == documents()
    assert committed(tmp_path / "released/0.0.1") == documents()


def test_every_event_of_the_asyncapi_document_leads_to_a_body_that_exists() -> None:
    asyncapi = _body(_FOLDER / "asyncapi.json")
    for message in messages():
        channel = asyncapi["channels"][message.topic]
        assert message.kind in channel["messages"]
        payload = asyncapi["components"]["messages"][message.kind]["payload"]
        assert (_FOLDER / payload["$ref"]).exists()


def test_the_topics_created_on_the_broker_are_those_the_contracts_name() -> None:
    created = yaml.safe_load((ROOT / "deploy/kafka/topics.yaml").read_text(encoding="utf-8"))
    named = [topic["name"] for topic in created["topics"]]
    wanted = [*topics.EVENT_TOPICS, *(topics.dead_letters_of(service) for service in SERVICES)]
    assert sorted(named) == sorted(wanted)
