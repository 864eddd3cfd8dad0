"""The sample that people try first."""

from datetime import UTC, datetime

from hospital_sim.files import control_id_of, messages_in
from hospital_sim.sample import sample_messages


def test_the_sample_admits_and_discharges_one_patient() -> None:
    admitted, discharged = messages_in(sample_messages(datetime(2026, 6, 10, 18, 30, tzinfo=UTC)))
    assert control_id_of(admitted) == "A01-261611830"
    pv1 = next(line for line in discharged.split(b"\r") if line.startswith(b"PV1")).split(b"|")
    assert (pv1[2], pv1[36], pv1[45]) == (b"I", b"01", b"20260610133000")
    assert (pv1[19], pv1[44]) == (b"VN261611830^^^GHH^VN", b"20260607133000")
