"""Let watches keep when a task is escalated and to whom, and timers be of that kind."""

from care_chassis.migrations import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql_beside(__file__)
