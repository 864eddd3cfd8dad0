"""What the planner is to know of visits, so that a page of them is read off an index."""

from care_chassis.migrations import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql_beside(__file__)
