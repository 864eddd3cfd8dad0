"""What no record, header or database could hold: refused, or left out, by name."""

from datetime import UTC, datetime

import pytest
from tests.support.adt_ingest_fakes import GOOD_HEALTH, ORIGIN
from tests.support.hl7_builders import admission, discharge

from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.judgement import ACCEPTED, QUARANTINED, Judgement, judge
from adt_ingest.domain.times import UNREADABLE

NOW = datetime(2026, 6, 10, 18, tzinfo=UTC)


def judged(message: bytes) -> Judgement:
    frame = Frame(message, Flaw.NONE)
    return judge(frame, lambda _application, _facility: GOOD_HEALTH, NOW, ORIGIN)


def test_a_nul_is_refused_by_its_segment() -> None:
    judgement = judged(admission(family="Exa\0mple"))
    assert judgement.verdict == QUARANTINED
    assert judgement.answer.refusal is not None
    assert judgement.answer.refusal.place == "PID"


def test_an_escaped_nul_is_left_as_it_was_written() -> None:
    judgement = judged(admission(family="Exa\\X00\\mple"))
    assert judgement.verdict == ACCEPTED
    assert "\0" not in str(judgement.translations)


def test_an_endless_control_id_is_refused() -> None:
    judgement = judged(admission(control_id="9" * 60_000))
    assert judgement.verdict == QUARANTINED
    assert judgement.answer.refusal is not None
    assert judgement.answer.refusal.place == "MSH-10"


@pytest.mark.parametrize("placeholder", ["99991231", "99991231235959", "00010101"])
def test_a_placeholder_is_no_time(placeholder: str) -> None:
    (told,) = judged(
        discharge(
            admitted_at=placeholder,
            discharged_at=placeholder,
            recorded_at=placeholder,
            sent_at="20260610130500",
            disposition="01",
        )
    ).translations
    assert UNREADABLE in told.warnings
    assert told.recorded_at == datetime(2026, 6, 10, 17, 5, tzinfo=UTC)
    assert told.visit_facts["discharged_at"] == datetime(2026, 6, 10, 17, 5, tzinfo=UTC)
    assert "admitted_at" not in told.visit_facts
