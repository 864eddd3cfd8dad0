"""Indexes for reading the audit by time."""

from care_chassis.migrations import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql_beside(__file__)
