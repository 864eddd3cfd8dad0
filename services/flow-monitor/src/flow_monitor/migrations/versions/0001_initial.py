"""Create the journal with its months, its merges and its counts, and the chassis' tables."""

from care_chassis.migrations import create_inbox_and_outbox, run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_inbox_and_outbox()
    run_sql_beside(__file__)
