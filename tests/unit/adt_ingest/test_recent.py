"""What is remembered of messages that came: the last of each name, and not for ever."""

from adt_ingest.recent import CONTROL_ID_REUSED, RESENT, Recent


def test_a_name_is_new_then_sent_again_then_used_for_something_else() -> None:
    recent = Recent(limit=10)
    assert [recent.flag("a", digest) for digest in ("1", "1", "2", "2")] == [
        "",
        RESENT,
        CONTROL_ID_REUSED,
        RESENT,
    ]
    assert recent.flag("b", "1") == ""


def test_the_oldest_is_forgotten_first_and_nothing_is_kept_beyond_the_limit() -> None:
    recent = Recent(limit=2)
    for name in ("a", "b"):
        recent.flag(name, "1")
    assert recent.flag("a", "1") == RESENT
    assert recent.flag("c", "1") == ""
    assert recent.flag("a", "1") == RESENT
    assert recent.flag("b", "1") == ""
