"""Let notices go to others than the primary care provider."""

from care_chassis.migrations import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql_beside(__file__)
