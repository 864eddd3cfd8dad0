"""What was said is kept message by message, and as text: nothing in the database looks into it."""

from care_chassis.migrations import run_sql_beside

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
