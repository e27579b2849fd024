"""Create the differences planted in settlement files."""

import sqlalchemy as sa
from alembic import op

revision = "mock_bank_0003"
down_revision = "mock_bank_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planted",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_planted_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_planted")),
    )
    op.create_index("planted_day", "planted", ["channel", "day_on"], unique=False)
    op.create_index("payment_decided", "payment", ["channel", "decided_at"], unique=False)
