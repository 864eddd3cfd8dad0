"""Rehearsals: the same judgement as in earnest, what is missing or odd, and nobody named."""

import json
from pathlib import Path

import pytest
import yaml
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT, good_health
from tests.support.feed_messages import mdm, siu
from tests.support.hl7_builders import admission, adt, discharge, framed, merge, update
from typer.testing import CliRunner

from adt_ingest.cli import cli
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.rehearse import Rehearsal, Rehearsed, Summary, fragment

GHH = "{code: GHH, name: Good Health Hospital, time_zone: America/New_York}\n"


def rehearsed(data: bytes, site: SiteProfile = GOOD_HEALTH) -> Rehearsed:
    def find(_application: str, facility: str) -> SiteProfile | None:
        return site if facility == site.code else None

    (one,) = Rehearsal(site=site, find_site=find, now=RECEIVED_AT).of([Frame(data)])
    return one


def words(one: Rehearsed) -> str:
    return "\n".join(remark.words for remark in one.remarks)


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (discharge(primary_care=None), "No primary care provider"),
        (discharge(disposition=None), "PV1-36 (discharge disposition) is missing"),
        (discharge(disposition="HOSPICE"), "PV1-36 (disposition): 'HOSPICE' is not explained"),
        (discharge(discharged_at=None), "PV1-45 (discharged at) is missing"),
        (discharge(visit=None, account_number="A1"), "the account number PID-18 stands in"),
        (update(visit=None), "PV1-19 (visit number) is missing: only the person is followed"),
        (admission(patient_class="DAY"), "PV1-2 (patient class): 'DAY' is not explained"),
        (admission(), "PV1-3.1 (point of care): '4W' has no name that people know"),
        (admission(recorded_at=None), "EVN-2 (recorded at) is missing"),
        (admission(), "Times without an offset"),
        (admission(admitted_at="20260308023000"), "A local time that the clock skips"),
        (admission(admitted_at="yesterday"), "A time that cannot be read: left out (PV1-44)"),
        (admission(segments=["ZPV|1||x"]), "ZPV-3 has no name in the site's file"),
        (adt("A20"), "ADT^A20 means nothing here"),
        (adt("A01", sending_facility="GHX"), "The sender 'ADT1|GHX' is not among those of GHH"),
        (discharge().replace(b"\r", b"\n"), "Slip of form: line feeds"),
        (
            discharge(charset="8859/1", family="Größe"),
            "Evidently UTF-8, though another character set is declared",
        ),
    ],
)
def test_what_is_missing_or_odd_is_said(data: bytes, remark: str) -> None:
    assert remark in words(rehearsed(data))


def test_nothing_is_said_of_a_message_that_is_as_it_should_be() -> None:
    site = good_health(locations={"4W": "West Wing 4"}, site_fields={"ward": ("ZPV", 3, 0)})
    data = discharge(sent_at="20260522170512-0400", segments=["ZPV|||x"])
    assert words(rehearsed(data, site)) == ""


def test_the_answer_is_the_one_that_would_be_given_in_earnest() -> None:
    told = [
        (one.answer, one.reason, one.place, one.verdict)
        for one in (
            rehearsed(discharge()),
            rehearsed(discharge(mrn=None)),
            rehearsed(discharge(sending_facility="GHX")),
            rehearsed(b"garbage"),
        )
    ]
    unknown = "No site is configured for the sender ADT1|GHX"
    assert told == [
        ("AA", "", "", "accepted"),
        ("AE", "No identifier names the patient", "PID-3", "quarantined"),
        ("AR", unknown, "MSH-4", "quarantined"),
        ("AR", "The message does not begin with MSH", "MSH", "quarantined"),
    ]


def test_messages_of_other_feeds_become_what_they_tell_of() -> None:
    assert rehearsed(siu()).becomes == ["appointment.booked"]
    assert rehearsed(mdm(txa="")).reason == "The document is missing"


def test_the_answers_are_those_of_the_mode_that_the_message_asks_for() -> None:
    for conditions, answer in (("AL|AL", "CA AA"), ("NE|NE", "none"), ("|", "AA")):
        data = discharge().replace(b"|2.5.1\r", f"|2.5.1|||{conditions}\r".encode())
        assert rehearsed(data).answer == answer


def test_the_lines_that_a_site_file_lacks_are_written_to_be_filled_in() -> None:
    summary = Summary()
    for data in (
        discharge(disposition="HOSPICE", segments=["ZPV|x"]),
        discharge(disposition='SAY "HI"', sending_facility="GHX"),
        discharge(disposition="HOSPICE"),
    ):
        summary.add(rehearsed(data))
    lines = fragment(summary.lacks())
    assert yaml.safe_load(lines) == {
        "senders": ["ADT1|GHX"],
        "hl7": {
            "dispositions": {"HOSPICE": "?", 'SAY "HI"': "?"},
            "locations": {"4W": "?"},
            "site_fields": {"zpv_1": "ZPV-1"},
        },
    }
    assert '"HOSPICE": "?"  # 2 x: choose of UB-04 FL17' in lines


def test_a_site_whose_bytes_are_of_another_character_set_is_asked_for_it() -> None:
    summary = Summary()
    in_latin_1 = discharge(family="M\u00fcller").decode().encode("latin-1")
    summary.add(rehearsed(in_latin_1))
    summary.add(rehearsed(in_latin_1.replace(b"|2.5.1\r", b"|2.5.1||||||UNICODE UTF-8\r")))
    lines = fragment(summary.lacks())
    assert '  charset: "?"  # 1 x not utf-8: choose of HL7 table 0211' in lines


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "ghh.yaml").write_text(GHH)
    file = tmp_path / "captured.hl7"
    file.write_bytes(framed(discharge(control_id="C1"), merge(), discharge(mrn=None)))
    return ["rehearse", str(file), "--sites-dir", str(sites), "--samples", "0"]


def test_the_command_names_nobody_unless_it_is_asked_to(command: list[str]) -> None:
    for more in ([], ["--json"]):
        masked = CliRunner().invoke(cli, [*command, "--site", "GHH", *more])
        assert masked.exit_code == 0
        assert "encounter.discharged" in masked.stdout
        assert not [one for one in ("MR1001", "Erika", "Example") if one in masked.stdout]
        shown = CliRunner().invoke(cli, [*command, "--site", "GHH", "--show-values", *more])
        assert "MR1001" in shown.stdout


def test_the_command_speaks_json(command: list[str]) -> None:
    result = CliRunner().invoke(cli, [*command, "--site", "GHH", "--json"])
    document = json.loads(result.stdout)
    assert document["answers"] == {"AA": 2, "AE": 1}
    assert document["becomes"] == {
        "encounter.discharged": 1,
        "patient.merged": 1,
        "quarantined": 1,
    }
    assert document["conformance"]["ADT^A40 v2.5.1"]["checked"] == 0


def test_the_command_says_which_sites_there_are(command: list[str]) -> None:
    result = CliRunner().invoke(cli, [*command, "--site", "GHX"])
    assert result.exit_code == 1
    assert "has the code GHX (known: GHH)" in result.stderr
