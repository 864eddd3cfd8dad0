"""The care team that a transition belongs to, on its tasks as well: what their lists go by."""

from care_chassis.migrations import run_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_sql_beside(__file__)
