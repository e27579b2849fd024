"""Keep the number of the statement that named an address."""

import sqlalchemy as sa
from alembic import op

revision = "notifier_0002"
down_revision = "notifier_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recipient",
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
