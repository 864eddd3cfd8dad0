"""What is remembered of messages that came: the last of each name, and not for ever."""

import tracemalloc

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


def test_long_names_are_told_apart_and_take_no_room() -> None:
    recent = Recent(limit=10)
    tracemalloc.start()
    said = [recent.flag("a" * 900_000 + end, "1") for end in ("", "b", "")]
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert said == ["", "", RESENT]
    assert kept < 100_000
