"""Keep what is sent to the tax authority with the collector's signature on it."""

import sqlalchemy as sa
from alembic import op

revision = "receipt_0010"
down_revision = "receipt_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("daily_table_submission", sa.Column("signed", sa.Text(), nullable=True))
    op.add_column("error_notice", sa.Column("report_signed", sa.Text(), nullable=True))
