"""Create daily tables 01/TH-BLĐT, their submissions and lines, and outages of the authority."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "receipt_0005"
down_revision = "receipt_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tax_outage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_outage")),
    )
    op.create_index(
        "uq_tax_outage_open", "tax_outage", [sa.text("(true)")], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "daily_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collector_code", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("collector_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_table")),
        sa.UniqueConstraint("collector_code", "day_on", "tax_code", name="uq_daily_table_key"),
    )
    _create_submissions()
    _create_lines()


def _create_submissions() -> None:
    op.create_table(
        "daily_table_submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("table_id", sa.Uuid(), nullable=False),
        sa.Column("supplement_no", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines_day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("failed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outage_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["tax_outage.id"], name=op.f("fk_daily_table_submission_outage_id")
        ),
        sa.ForeignKeyConstraint(
            ["table_id"], ["daily_table.id"], name=op.f("fk_daily_table_submission_table_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_table_submission")),
        sa.UniqueConstraint("table_id", "supplement_no", name="uq_daily_table_submission_no"),
    )
    op.create_index(
        "ix_daily_table_submission_due", "daily_table_submission", ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )  # fmt: skip


def _create_lines() -> None:
    op.create_table(
        "daily_table_line",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("adjusts", sa.Date(), nullable=True),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_daily_table_line_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["daily_table_submission.id"],
            name=op.f("fk_daily_table_line_submission_id"),
        ),
        sa.PrimaryKeyConstraint("submission_id", "line_no", name=op.f("pk_daily_table_line")),
    )
    op.create_index(
        "uq_daily_table_line_first", "daily_table_line", ["series_id", "number"], unique=True,
        postgresql_where=sa.text("adjusts IS NULL"),
    )  # fmt: skip
    op.create_index("ix_daily_table_line_receipt", "daily_table_line", ["receipt_id"])
    op.create_table(
        "daily_table_change",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_daily_table_change_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["daily_table_submission.id"],
            name=op.f("fk_daily_table_change_submission_id"),
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_daily_table_change")),
    )
    op.create_index(
        "ix_daily_table_change_waiting", "daily_table_change", ["receipt_id"],
        postgresql_where=sa.text("submission_id IS NULL"),
    )  # fmt: skip
