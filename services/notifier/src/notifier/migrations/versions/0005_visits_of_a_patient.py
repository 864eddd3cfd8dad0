"""An index for the visits of a patient, looked up when two numbers turn out to be one person."""

from care_chassis.migrations import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql_beside(__file__)
