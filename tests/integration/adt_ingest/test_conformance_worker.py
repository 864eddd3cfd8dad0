"""hl7apy in its own process: it answers, it is ended when it takes too long, and begins anew."""

from tests.support.hl7_builders import discharge

from adt_ingest.conformance import Checked, ConformanceCheck

GOOD = discharge().decode()


def test_messages_are_checked_one_after_the_other_by_one_process() -> None:
    with ConformanceCheck(seconds=30) as hl7apy:
        assert hl7apy.check(GOOD) == Checked()
        assert hl7apy.check(discharge(sex="?").decode()).findings
        assert hl7apy.check(discharge(version="2.9").decode()).not_checked


def test_a_message_that_takes_too_long_costs_no_more_than_its_time() -> None:
    slow = "".join([GOOD, *("DG1|1||I50.9^Heart failure^I10|||F\r" for _ in range(20_000))])
    with ConformanceCheck(seconds=1) as hl7apy:
        assert hl7apy.check(slow).not_checked == "hl7apy took longer than 1 s"
        assert hl7apy.check(GOOD) == Checked()
