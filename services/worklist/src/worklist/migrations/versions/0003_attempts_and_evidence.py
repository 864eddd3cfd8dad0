"""What is kept of attempts and of work that was done."""

from care_chassis.migrations import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql_beside(__file__)
