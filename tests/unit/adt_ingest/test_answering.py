"""Which acknowledgements a message gets: by MSH-15 and MSH-16, and by what its site wants."""

import pytest
from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, FakeSites, good_health
from tests.support.hl7_builders import discharge

from adt_ingest.domain.acknowledgement import Code
from adt_ingest.domain.answering import answers_to
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import judge
from adt_ingest.domain.profile import AnswerRules

GOOD, CONTENT, FORM = "GHH", "no visit", "NOBODY"


def asking(accept: str, application: str, case: str = GOOD) -> bytes:
    """A discharge that wants these acknowledgements, with nothing wrong, or as `case` says."""
    data = discharge(
        visit=None if case == CONTENT else "V1", sending_facility="GHH" if case != FORM else FORM
    )
    head, _, rest = data.partition(b"\r")
    return head.rstrip(b"|") + f"|||{accept}|{application}\r".encode() + rest


def codes(data: bytes, *, stored: bool = True, **rules: object) -> str:
    sites = FakeSites([good_health(answers=AnswerRules(**rules))])  # type: ignore[arg-type]
    return answers_to(judge(Frame(data), sites.find, RECEIVED_AT, ORIGIN), stored=stored).codes


@pytest.mark.parametrize(
    ("accept", "application", "taken", "refused", "turned_away", "away"),
    [
        ("", "", "AA", "AE", "AR", "AE"),
        ("AL", "NE", "CA", "CA", "CR", "CE"),
        ("AL", "AL", "CA AA", "CA AE", "CR", "CE"),
        ("AL", "ER", "CA", "CA AE", "CR", "CE"),
        ("AL", "SU", "CA AA", "CA", "CR", "CE"),
        ("ER", "AL", "AA", "AE", "CR", "CE"),
        ("ER", "NE", "", "", "CR", "CE"),
        ("SU", "AL", "CA AA", "CA AE", "AR", "AE"),
        ("NE", "AL", "AA", "AE", "AR", "AE"),
        ("NE", "ER", "", "AE", "AR", "AE"),
        ("NE", "SU", "AA", "", "", ""),
        ("NE", "NE", "", "", "", ""),
        ("AL", "", "CA", "CA", "CR", "CE"),
        ("", "AL", "AA", "AE", "AR", "AE"),
        ("", '""', "AA", "AE", "AR", "AE"),
        ("al", " al ", "CA AA", "CA AE", "CR", "CE"),
        ("Y", "NE", "CA", "CA", "CR", "CE"),
    ],
)
def test_a_message_says_which_acknowledgements_it_wants(
    accept: str, application: str, taken: str, refused: str, turned_away: str, away: str
) -> None:
    assert codes(asking(accept, application)) == taken
    assert codes(asking(accept, application, CONTENT)) == refused
    assert codes(asking(accept, application, FORM)) == turned_away
    for case in (GOOD, CONTENT, FORM):
        assert codes(asking(accept, application, case), stored=False) == away


def test_a_site_may_want_original_mode_whatever_its_messages_say() -> None:
    assert codes(asking("AL", "AL"), mode="original") == "AA"
    assert codes(asking("NE", "NE"), mode="original", stored=False) == "AE"


def test_a_site_in_enhanced_mode_need_not_say_so_in_its_messages() -> None:
    assert codes(asking("", ""), mode="enhanced") == "CA"
    assert codes(asking("", ""), mode="enhanced", application="AL") == "CA AA"
    assert codes(asking("NE", ""), mode="enhanced", application="AL") == "AA"
    assert codes(asking("", "AL"), mode="enhanced", accept="ER") == "AA"


def test_what_could_not_be_stored_is_answered_as_the_site_wants() -> None:
    assert codes(asking("", ""), failed_as=Code.REJECTED, stored=False) == "AR"
    assert codes(asking("AL", "AL"), failed_as=Code.REJECTED, stored=False) == "CE"
    assert codes(asking("NE", "AL"), failed_as=Code.REJECTED, stored=False) == "AR"


def test_the_words_go_with_the_code() -> None:
    answers = answers_to(
        judge(Frame(asking("AL", "AL", CONTENT)), FakeSites().find, RECEIVED_AT, ORIGIN),
        stored=True,
    )
    assert answers.accept is not None
    assert answers.accept.refusal is None
    assert answers.application is not None
    assert answers.application.refusal is not None
    assert answers.application.refusal.place == "PV1-19"
