"""`docs/triggers.md` says of every trigger what the code does."""

from pathlib import Path

from tests.support.triggers_page import table

from care_contracts.encounters import EncounterEventType

PAGE = (Path(__file__).parents[3] / "docs" / "triggers.md").read_text("utf-8")


def test_the_page_has_the_table_that_follows_from_the_code() -> None:
    assert table() in PAGE, f"docs/triggers.md lacks this table:\n{table()}"


def test_the_page_explains_every_event() -> None:
    explanations = PAGE.partition("## Events")[2]
    assert [kind for kind in EncounterEventType if f"`{kind}`" not in explanations] == []
