"""Replace receipts, keep notices of error and marks of refunds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "receipt_0007"
down_revision = "receipt_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_receipt_replaces",
        "receipt",
        ["replaces"],
        unique=True,
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_receipt_replaces"), "receipt", "receipt", ["replaces"], ["id"])
    op.create_check_constraint(op.f("ck_receipt_replaces"), "receipt", "replaces <> id")
    op.create_table(
        "notice_counter",
        sa.Column("collector_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("collector_code", "year", name=op.f("pk_notice_counter")),
    )
    _create_notices()
    _create_marks()


def _create_notices() -> None:
    op.create_table(
        "error_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("collector_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("pdf_name", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_status", sa.String(40), nullable=False),
        sa.Column("report_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("report_error_code", sa.Text(), nullable=True),
        sa.Column("report_reference", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_error_notice_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_notice")),
        sa.UniqueConstraint("collector_code", "year", "number", name="uq_error_notice_number"),
    )
    op.create_index("ix_error_notice_receipt", "error_notice", ["receipt_id"])
    for name, column in (("due", "due_at"), ("report_due", "report_due_at")):
        op.create_index(
            f"ix_error_notice_{name}",
            "error_notice",
            [column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def _create_marks() -> None:
    op.create_table(
        "refund_mark",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_refund_mark_amount")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_refund_mark_receipt_id")
        ),
        sa.PrimaryKeyConstraint("refund_id", "kind", name=op.f("pk_refund_mark")),
    )
    op.create_index("ix_refund_mark_receipt", "refund_mark", ["receipt_id"])
    op.create_index(
        "ix_refund_mark_waiting",
        "refund_mark",
        ["settled_at"],
        postgresql_where=sa.text("receipt_id IS NULL"),
    )
