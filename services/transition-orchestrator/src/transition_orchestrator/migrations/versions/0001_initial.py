"""The first tables."""

from care_chassis.migrations import create_inbox_and_outbox, run_sql_beside

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_inbox_and_outbox()
    run_sql_beside(__file__)
