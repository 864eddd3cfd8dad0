"""Let a reminder say to whom a task was escalated."""

from care_chassis.migrations import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql_beside(__file__)
