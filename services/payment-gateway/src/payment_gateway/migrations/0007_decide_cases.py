"""Keep what a case is about and how it ended; one open case about the assessment per payable."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "payment_gateway_0007"
down_revision = "payment_gateway_0006"
branch_labels = None
depends_on = None

_SUPERSEDE = """
UPDATE payment_case c SET status = 'closed', outcome = 'superseded', closed_by = 'system',
  closed_at = coalesce(c.closed_at, now())
WHERE c.closed_at IS NOT NULL OR EXISTS (
  SELECT FROM payment_case later WHERE later.payable_id = c.payable_id AND later.id > c.id)
"""


def upgrade() -> None:
    op.add_column(
        "payment_case",
        sa.Column("status", sa.String(40), server_default="open", nullable=False),
    )
    op.add_column("payment_case", sa.Column("assessment_id", sa.Uuid(), nullable=True))
    op.add_column("payment_case", sa.Column("payee", postgresql.JSONB(), nullable=True))
    op.add_column(
        "payment_case",
        sa.Column("due_lines", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("payment_case", sa.Column("refund_reason", sa.String(40), nullable=True))
    op.add_column("payment_case", sa.Column("money_id", sa.Uuid(), nullable=True))
    op.add_column("payment_case", sa.Column("outcome", sa.String(40), nullable=True))
    op.add_column("payment_case", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("payment_case", sa.Column("closed_by", sa.Text(), nullable=True))
    op.add_column("payment_case", sa.Column("approved_by", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_payment_case_money_id"), "payment_case", "money", ["money_id"], ["id"]
    )
    op.execute(_SUPERSEDE)
    op.create_index(
        "case_open",
        "payment_case",
        ["payable_id", sa.text("(kind = 'money_reversed')")],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_check_constraint(
        op.f("ck_payment_case_outcome"), "payment_case", "(status = 'open') = (outcome IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_payment_case_closed"), "payment_case", "(status = 'open') = (closed_at IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_payment_case_money"),
        "payment_case",
        "(kind = 'money_reversed') = (money_id IS NOT NULL)",
    )
