"""Measure receipt's files and daily tables that wait."""

import sqlalchemy as sa
from alembic import op

revision = "ops_0003"
down_revision = "ops_0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "held_up",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("failing", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_held_up")),
    )
