"""Compare days with the province; let facts grow late, and send them again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "dossier_0003"
down_revision = "dossier_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossier", sa.Column("counted_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE dossier SET counted_on = (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    op.alter_column("dossier", "counted_on", nullable=False)
    op.create_index(op.f("ix_dossier_counted_on"), "dossier", ["counted_on"], unique=False)

    op.add_column(
        "partner_fact", sa.Column("partner", sa.Text(), nullable=False, server_default="tthc")
    )
    op.alter_column("partner_fact", "partner", server_default=None)
    op.add_column("partner_fact", sa.Column("day_on", sa.Date(), nullable=True))
    op.add_column(
        "partner_fact", sa.Column("sends", sa.BigInteger(), nullable=False, server_default="1")
    )
    op.alter_column("partner_fact", "sends", server_default=None)
    op.add_column(
        "partner_fact", sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("partner_fact", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE partner_fact SET last_sent_at = sent_at,"
        " day_on = (sent_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,"
        " due_at = CASE WHEN state = 'sent' THEN sent_at + interval '15 minutes' END"
    )
    op.alter_column("partner_fact", "day_on", nullable=False)
    op.alter_column("partner_fact", "last_sent_at", nullable=False)
    op.create_check_constraint(op.f("ck_partner_fact_sends"), "partner_fact", "sends > 0")
    op.create_index(op.f("ix_partner_fact_day_on"), "partner_fact", ["day_on"], unique=False)
    op.create_index(
        "ix_partner_fact_due",
        "partner_fact",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_partner_fact_unanswered",
        "partner_fact",
        ["sent_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('sent', 'late', 'escalated')"),
    )
    op.create_index(
        "ix_partner_fact_refused",
        "partner_fact",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'refused'"),
    )

    # What stood here the province tells again each day; nothing else was made from it.
    op.drop_table("partner_day")
    op.create_table(
        "partner_day",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("partner", "day_on", name=op.f("pk_partner_day")),
    )
    op.create_index(
        "ix_partner_day_due",
        "partner_day",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "partner_statement",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("dossier_count", sa.BigInteger(), nullable=False),
        sa.Column("paid_count", sa.BigInteger(), nullable=False),
        sa.Column("paid_vnd", sa.BigInteger(), nullable=False),
        sa.Column("dossier_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fact_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.CheckConstraint("paid_vnd >= 0", name=op.f("ck_partner_statement_paid")),
        sa.PrimaryKeyConstraint(
            "partner", "day_on", "stated_at", "part", name=op.f("pk_partner_statement")
        ),
    )
    op.create_table(
        "partner_comparison",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("theirs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missing_here", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing_there", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing_facts", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "day_on", "run", name=op.f("pk_partner_comparison")),
    )
