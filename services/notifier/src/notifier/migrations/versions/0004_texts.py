"""Let patients be texted: follow-ups as they stand, and the numbers that were opted out."""

from care_chassis.migrations import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql_beside(__file__)
