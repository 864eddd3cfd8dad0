"""The sites folder: who is known, by which names, and what becomes of a slip in a file."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.support.hl7_builders import discharge

from adt_ingest.domain import oddities
from adt_ingest.domain.acknowledgement import Code
from adt_ingest.sites import SiteFolder
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
    assert "ccm" in health.conditions()["site_files"].detail.lower()


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


def test_a_site_field_that_is_no_place_is_refused_by_its_name() -> None:
    with pytest.raises(ValidationError, match="ward_phone: 'ZPV3' is no place such as ZPV-3"):
        sites.Hl7Profile(site_fields={"ward_phone": "ZPV3"})
