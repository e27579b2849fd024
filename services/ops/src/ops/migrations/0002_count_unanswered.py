"""Count what partners have not acknowledged."""

import sqlalchemy as sa
from alembic import op

revision = "ops_0002"
down_revision = "ops_0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "unanswered",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", _INSTANT, nullable=True),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner", name=op.f("pk_unanswered")),
    )
