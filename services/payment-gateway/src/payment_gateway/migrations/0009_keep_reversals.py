"""Keep every report that a bank took money back, whatever became of the money."""

import sqlalchemy as sa
from alembic import op

revision = "payment_gateway_0009"
down_revision = "payment_gateway_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reversal_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("money_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'waiting') = (ended_at IS NULL)", name=op.f("ck_reversal_report_ended")
        ),
        sa.ForeignKeyConstraint(
            ["money_id"], ["money.id"], name=op.f("fk_reversal_report_money_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["payment_case.id"], name=op.f("fk_reversal_report_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal_report")),
    )
    op.create_index(
        "reversal_waiting",
        "reversal_report",
        ["money_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting')"),
    )
