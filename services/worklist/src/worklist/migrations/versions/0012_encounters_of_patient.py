"""Whose visits have a number is looked up by the patient."""

from care_chassis.migrations import run_sql_beside

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
