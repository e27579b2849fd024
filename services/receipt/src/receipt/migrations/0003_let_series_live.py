"""Let series be registered, opened and closed; keep what waits for a number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "receipt_0003"
down_revision = "receipt_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "series",
        sa.Column("status", sa.String(40), server_default=sa.text("'open'"), nullable=False),
    )
    op.add_column("series", sa.Column("registration", sa.Text(), nullable=True))
    op.add_column("series", sa.Column("registered_on", sa.Date(), nullable=True))
    op.add_column("series", sa.Column("opened_by", sa.Text(), nullable=True))
    op.add_column("series", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("series", "opened_at", nullable=True)
    op.create_index(
        "uq_series_open",
        "series",
        ["tax_code", "kind", "year"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "awaiting_number",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("collector_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("fact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "kind", name=op.f("pk_awaiting_number")),
    )
    op.create_index("ix_awaiting_number_since", "awaiting_number", ["since"])
