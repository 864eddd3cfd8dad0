"""What is kept of the checklists of tasks."""

from care_chassis.migrations import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql_beside(__file__)
