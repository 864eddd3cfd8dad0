"""The sites folder: who is known, by which names, and what becomes of a slip in a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import pytest
import yaml
from pydantic import BaseModel, ValidationError
from tests.support.hl7_builders import discharge

from adt_ingest.domain import oddities
from adt_ingest.domain.acknowledgement import Code
from adt_ingest.sites import SiteFolder, faults_of
from care_chassis.documents import DocumentError
from care_chassis.health import Health
from care_contracts import sites

ROOT = Path(__file__).parents[3]

GHH = """
code: GHH
name: Good Health Hospital
time_zone: America/New_York
"""
CCM = """
code: CCM
name: Cedar Coast
time_zone: America/Los_Angeles
senders: ["CEDARADT|MAIN"]
hl7:
  charset: 8859/1
  authority: NET
  rejected_as: AR
  observation: {patient_class: [ob], location: [cdu]}
  dispositions: {home: "01"}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def test_a_sender_is_known_by_its_pair_or_by_the_sites_code(tmp_path: Path) -> None:
    write(tmp_path, ghh=GHH, ccm=CCM)
    sites = SiteFolder(tmp_path, Health())
    for application, facility in (("ANY", "GHH"), ("", "GHH")):
        found = sites.find(application, facility)
        assert found is not None
        assert found.code == "GHH"
    cedar = sites.find("CEDARADT", "MAIN")
    assert cedar is not None
    assert cedar.code == "CCM"
    assert sites.find("CEDARADT", "OTHER") is None
    assert sites.find("OTHER", "MAIN") is None
    assert sites.find("", "") is None


def test_a_file_says_how_its_site_speaks(tmp_path: Path) -> None:
    write(tmp_path, ccm=CCM)
    found = SiteFolder(tmp_path, Health()).find("", "CCM")
    assert found is not None
    assert (found.codec, found.authority, found.answers.rejected_as) == (
        "iso8859_1",
        "NET",
        Code.REJECTED,
    )
    assert found.observation.patient_class == {"OB"}
    assert found.observation.location == {"CDU"}
    assert found.dispositions == {"HOME": "01"}


async def test_a_file_that_comes_or_changes_is_read(tmp_path: Path) -> None:
    write(tmp_path, ghh=GHH)
    sites = SiteFolder(tmp_path, Health())
    assert sites.find("", "CCM") is None
    write(tmp_path, ccm=CCM)
    await sites.look()
    assert sites.find("", "CCM") is not None
    (tmp_path / "ccm.yaml").unlink()
    await sites.look()
    assert sites.find("", "CCM") is None


@pytest.mark.parametrize(
    "slip",
    [
        "code: [",
        CCM.replace("8859/1", "EBCDIC"),
        CCM.replace("CEDARADT|MAIN", "GHH"),
        CCM + "\nmisspelt: 1\n",
    ],
)
async def test_a_slip_in_a_file_takes_no_site_off_the_air(tmp_path: Path, slip: str) -> None:
    write(tmp_path, ghh=GHH)
    health = Health()
    sites = SiteFolder(tmp_path, health)
    write(tmp_path, ccm=slip)
    await sites.look()
    assert sites.find("", "GHH") is not None
    assert sites.find("", "CCM") is None
    assert health.ready
    await sites.look()
    assert "ccm" in health.conditions()["site_files"].detail.lower()
    (tmp_path / "ccm.yaml").unlink()
    await sites.look()
    assert health.conditions()["site_files"].detail == ""


def test_a_slip_at_the_start_names_file_and_rule(tmp_path: Path) -> None:
    write(tmp_path, ccm=CCM.replace("8859/1", "EBCDIC"))
    with pytest.raises(DocumentError, match="charset"):
        SiteFolder(tmp_path, Health())


def test_without_any_site_the_service_is_not_ready(tmp_path: Path) -> None:
    health = Health()
    SiteFolder(tmp_path, health)
    assert not health.ready


def test_the_hospitals_of_the_development_stack_are_known() -> None:
    sites = SiteFolder(ROOT / "deploy" / "sites", Health())
    assert b"|GHH|" in discharge()
    assert sites.find("ADT1", "GHH") is not None


def test_every_slip_of_form_has_the_same_name_in_site_files_and_in_the_domain() -> None:
    assert [odd.value for odd in oddities.Oddity] == [odd.value for odd in sites.Oddity]


def test_a_repair_without_a_character_set_to_repair_with_is_refused() -> None:
    with pytest.raises(ValidationError, match="a repair needs repair_with"):
        sites.CharsetRules(undecodable="repair")


@pytest.mark.parametrize(
    ("slip", "line", "rule"),
    [
        ("hl7: {charset: EBCDIC}", 4, "hl7.charset: 'EBCDIC' is no character set"),
        (
            "hl7:\n  charset_rules:\n    suspicious: repair\n    repair_with: EBCDIC",
            7,
            "hl7.charset_rules.repair_with: 'EBCDIC' is no character set",
        ),
        ("hl7:\n  acknowledgement:\n    mode: twice", 6, "'by_message', 'original' or 'enhanced'"),
        ("hl7:\n  refuse: [line_feeds,\n    tabs]", 6, "hl7.refuse.1: Input should be"),
        ("hl7:\n  dispositions:\n    HOME: 01", 6, "hl7.dispositions.HOME: write it in quotes"),
        ("hl7:\n  dispositions:\n    HOME: '1'", 6, "no UB-04 FL17 code of two digits"),
        ("hl7:\n  classes:\n    DAY: X", 6, "'B', 'C', 'N', 'U' or 'observation'"),
        ("hl7:\n  site_fields:\n    ward: ZPV3", 6, "'ZPV3' is no place such as ZPV-3"),
        ("hl7:\n  quiet_hours:\n  - begins: 22:00\n    ends: '05:00'", 6, "in quotes"),
        ("hl7:\n  tls:\n    require: true", 6, "hl7.tls.require: there is no such key"),
        ("hl7:\n  acknowledgement:\n    return_address: {host: x, port: 0}", 6, "greater than"),
        ("senders: [GHH-MAIN]", 4, "no pair MSH-3|MSH-4"),
        ("name: Again", 4, "name: stands here twice"),
        ("hl7:\n  charset_rules: {undecodable: repair}", 5, "a repair needs repair_with"),
    ],
)
def test_every_slip_is_told_by_its_line_and_its_rule(
    tmp_path: Path, slip: str, line: int, rule: str
) -> None:
    head = "code: GHH\nname: Good Health\ntime_zone: America/New_York\n"
    write(tmp_path, ghh=f"{head}{slip}\n")
    (fault,) = faults_of(tmp_path)
    assert (fault.path, fault.line) == (tmp_path / "ghh.yaml", line)
    assert rule in fault.rule


def test_all_slips_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, ghh="code: GHH\nzone: here\n", ccm=CCM.replace("8859/1", "EBCDIC"))
    (tmp_path / "new.yml").write_text(GHH)
    told = [(fault.path.name, fault.line) for fault in faults_of(tmp_path)]
    assert told == [
        ("ccm.yaml", 7),
        ("ghh.yaml", 1),
        ("ghh.yaml", 1),
        ("ghh.yaml", 2),
        ("new.yml", 1),
    ]


def test_a_sender_that_two_files_claim_is_told_where_the_second_does(tmp_path: Path) -> None:
    write(tmp_path, ghh=GHH + "senders: ['CEDARADT|MAIN']\n", ccm=CCM)
    (fault,) = faults_of(tmp_path)
    assert (fault.path.name, fault.line) == ("ghh.yaml", 5)
    assert "already the site CCM" in fault.rule


def test_the_hospitals_that_are_delivered_have_no_slip_in_their_files() -> None:
    assert faults_of(ROOT / "deploy" / "sites") == []


def _keys_of(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every key that a document of this model may have, such as `hl7.tls.required`."""
    for name, field in model.model_fields.items():
        yield f"{before}{name}"
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _keys_of(kind, f"{before}{name}.")


def _said(document: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in document.items():
        yield f"{before}{name}"
        inner = cast("list[Any]", value if isinstance(value, list) else [value])
        for one in inner:
            if hasattr(one, "items"):
                yield from _said(one, f"{before}{name}.")


def test_the_reference_shows_every_key_and_is_itself_a_site_file() -> None:
    text = (ROOT / "deploy/sites/reference.yaml.txt").read_text("utf-8")
    document = yaml.safe_load(text)
    assert sites.Site.model_validate(document).code == "NEW"
    assert set(_keys_of(sites.Site)) <= set(_said(document))
    assert set(document["hl7"]["refuse"]) == set(sites.Oddity)


@pytest.mark.parametrize("host", ["engine..hospital.local", "a" * 64 + ".local", "two words", ""])
def test_a_return_address_that_no_resolver_can_be_asked_for_is_refused(host: str) -> None:
    with pytest.raises(ValidationError, match="host"):
        sites.ReturnAddress(host=host, port=2575)


@pytest.mark.parametrize("host", ["localhost", "engine_1.hospital.local", "192.0.2.7", "::1"])
def test_names_and_addresses_are_return_addresses(host: str) -> None:
    assert sites.ReturnAddress(host=host, port=2575).host == host
