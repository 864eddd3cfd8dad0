"""Messages shown without telling of anybody."""

import pytest
from tests.support.hl7_builders import discharge

from adt_ingest.domain.masking import masked


def lines(data: bytes) -> list[str]:
    return ["|".join([one.name, *one.fields]) for one in masked(data)]


def test_shapes_stand_where_values_were_and_codes_are_kept() -> None:
    shown = dict(zip(("MSH", "EVN", "PID", "PD1", "PV1", "DG1"), lines(discharge()), strict=True))
    assert "|ADT1|GHH|HOMEWARD|CARE|20260522170512||ADT^A03^ADT_A03|MSG00001|" in shown["MSH"]
    assert shown["EVN"] == "EVN|A03|99999999999999"
    assert "XX9999^^^XXX^XX||Xxxxxxx^Xxxxx||99999999" in shown["PID"]
    assert shown["PV1"].startswith("PV1|1|I|9X^999^X|")
    assert "|01|" in shown["PV1"]


@pytest.mark.parametrize(
    "data",
    [
        discharge(),
        discharge().replace(b"\r", b"\r\n"),
        discharge().removeprefix(b"MSH"),
        b"Erika Example\r" + discharge(),
        b"LEE|Erika Example\rPID|||MR1001||Example^Erika",
        discharge().replace(b"|", b"#"),
        discharge(segments=["ZPV|Erika|^Example"]),
    ],
)
def test_no_value_of_the_patient_is_shown_however_broken_the_message(data: bytes) -> None:
    shown = "\n".join(lines(data))
    told = ("Example", "Erika", "MR1001", "5550101", "Springfield", "LEE")
    assert not [value for value in told if value in shown]


def test_bytes_that_are_not_of_the_character_set_can_be_seen() -> None:
    assert "Xx\ufffdxxxx" in "".join(lines(discharge().replace(b"Example", b"Ex\xe4mple")))
    assert "\N{MIDDLE DOT}" in "".join(lines(discharge().replace(b"Example", b"Ex\x00mple")))
