"""An index for who is assigned to a patient."""

from care_chassis.migrations import run_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql_beside(__file__)
