"""Create series, receipts, their files, parties, agencies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "receipt_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
    )
    op.create_table(
        "party",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("payer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id_numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phone_endings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("redacted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("dossier_code", name=op.f("pk_party")),
    )
    op.create_index("ix_party_id_numbers", "party", ["id_numbers"], postgresql_using="gin")
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("form_symbol", sa.Text(), nullable=False),
        sa.Column("serial_symbol", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "last_issued_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_number BETWEEN 0 AND 99999999", name=op.f("ck_series_digits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "tax_code", "form_symbol", "serial_symbol", "year", name="uq_series_key"
        ),
        postgresql_with={"fillfactor": 10},
    )
    _create_receipts()


def _create_receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("collector_code", sa.Text(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("total_vnd > 0", name=op.f("ck_receipt_total")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_receipt_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("series_id", "number", name="uq_receipt_number"),
    )
    op.create_index("ix_receipt_collector", "receipt", ["collector_code", "id"])
    op.create_index("ix_receipt_dossier", "receipt", ["dossier_code"])
    op.create_index(
        "uq_receipt_payment",
        "receipt",
        ["payment_id", "kind"],
        unique=True,
        postgresql_where=sa.text("replaces IS NULL"),
    )
    op.create_table(
        "receipt_file",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("render_sha256", sa.Text(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("pdf_name", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_file_receipt_id")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_file")),
    )
    op.create_index(
        "ix_receipt_file_due",
        "receipt_file",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
