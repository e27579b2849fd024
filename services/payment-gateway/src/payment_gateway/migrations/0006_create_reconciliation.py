"""Create settlement files, runs over a day and their differences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "payment_gateway_0006"
down_revision = "payment_gateway_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("handed_in_by", sa.Text(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(40), nullable=True),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("kept_count", sa.BigInteger(), nullable=False),
        sa.Column("sum_vnd", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_file")),
        sa.UniqueConstraint(
            "channel", "day_on", "sha256", name=op.f("uq_statement_file_channel_day_on_sha256")
        ),
        sa.UniqueConstraint(
            "channel", "day_on", "version", name=op.f("uq_statement_file_channel_day_on_version")
        ),
    )
    op.create_table(
        "statement_line",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("channel_reference", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_bin", sa.Text(), nullable=True),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["statement_file.id"], name=op.f("fk_statement_line_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "line_no", name=op.f("pk_statement_line")),
    )
    op.create_index(
        op.f("ix_statement_line_channel_reference"),
        "statement_line",
        ["channel_reference"],
        unique=False,
    )
    op.create_table(
        "statement_kept",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("channel_reference", sa.Text(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["statement_file.id"], name=op.f("fk_statement_kept_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "line_no", name=op.f("pk_statement_kept")),
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("night_on", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("fetches", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("reconciliation_day", "reconciliation", ["day_on"], unique=False)
    op.create_index(
        "reconciliation_due",
        "reconciliation",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "reconciliation_night",
        "reconciliation",
        ["channel", "day_on", "night_on"],
        unique=True,
        postgresql_where=sa.text("night_on IS NOT NULL"),
    )
    op.create_table(
        "day_close",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("ours_count", sa.BigInteger(), nullable=False),
        sa.Column("ours_vnd", sa.BigInteger(), nullable=False),
        sa.Column("theirs_count", sa.BigInteger(), nullable=False),
        sa.Column("theirs_vnd", sa.BigInteger(), nullable=False),
        sa.Column("matched_count", sa.BigInteger(), nullable=False),
        sa.Column("matched_vnd", sa.BigInteger(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["statement_file.id"], name=op.f("fk_day_close_file_id")
        ),
        sa.PrimaryKeyConstraint("agency_code", "channel", "day_on", name=op.f("pk_day_close")),
    )
    op.create_index(op.f("ix_day_close_day_on"), "day_close", ["day_on"], unique=False)
    op.create_table(
        "difference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("channel_reference", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=True),
        sa.Column("money_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("line_no", sa.BigInteger(), nullable=True),
        sa.Column("ours_vnd", sa.BigInteger(), nullable=True),
        sa.Column("theirs_vnd", sa.BigInteger(), nullable=True),
        sa.Column("at_stake_vnd", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explained_by", sa.Text(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["statement_file.id"], name=op.f("fk_difference_file_id")
        ),
        sa.ForeignKeyConstraint(["money_id"], ["money.id"], name=op.f("fk_difference_money_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
        sa.UniqueConstraint(
            "channel",
            "day_on",
            "channel_reference",
            "occurrence",
            name=op.f("uq_difference_channel_day_on_channel_reference_occurrence"),
        ),
    )
    op.create_index("difference_day", "difference", ["day_on", "agency_code"], unique=False)
