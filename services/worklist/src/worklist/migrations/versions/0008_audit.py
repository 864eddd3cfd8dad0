"""The audit: who saw or changed what of whom."""

from care_chassis.migrations import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql_beside(__file__)
