"""What measures over many discharges read of each."""

from care_chassis.migrations import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql_beside(__file__)
