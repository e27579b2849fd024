"""Add what refunds need on their way, and whose money a booking moves."""

import sqlalchemy as sa
from alembic import op

revision = "payment_gateway_0003"
down_revision = "payment_gateway_0002"
branch_labels = None
depends_on = None

_FILL = "UPDATE refund SET agency_code = m.agency_code FROM money m WHERE m.id = refund.money_id"
# Bookings are never changed by the service; this one column is filled once, by their migration.
_WHOSE = """
ALTER TABLE ledger_transaction DISABLE TRIGGER ledger_transaction_only_inserted;
UPDATE ledger_transaction t SET agency_code = split_part(e.account, '/', 2)
FROM ledger_entry e WHERE e.transaction_id = t.id AND e.account LIKE 'payable/%';
ALTER TABLE ledger_transaction ENABLE TRIGGER ledger_transaction_only_inserted;
"""


def upgrade() -> None:
    op.add_column("refund", sa.Column("agency_code", sa.Text(), nullable=True))
    op.execute(_FILL)
    op.alter_column("refund", "agency_code", nullable=False)
    op.add_column("refund", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column("refund", sa.Column("error_code", sa.Text(), nullable=True))
    op.add_column("refund", sa.Column("channel_reference", sa.Text(), nullable=True))
    op.add_column("refund", sa.Column("round", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("refund", sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("refund", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refund", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refund", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refund", sa.Column("correlation_id", sa.Uuid(), nullable=True))
    op.add_column("refund", sa.Column("causation_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_refund_two_persons"), "refund", "approved_by IS NULL OR approved_by <> proposed_by"
    )
    op.create_index(
        "refund_due", "refund", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("refund_money", "refund", ["money_id"])
    op.create_index("refund_agency", "refund", ["agency_code", "id"])
    op.add_column("ledger_transaction", sa.Column("agency_code", sa.Text(), nullable=True))
    for statement in _WHOSE.strip().split(";\n"):
        op.execute(statement)
    op.create_index("ledger_entry_account", "ledger_entry", ["account", "transaction_id"])
