"""Create tills and the cash that was taken into them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "payment_gateway_0008"
down_revision = "payment_gateway_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "till",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("agency_name", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("officer_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("opening_vnd", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_vnd", sa.BigInteger(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_vnd", sa.BigInteger(), nullable=True),
        sa.Column("receiver_id", sa.Text(), nullable=True),
        sa.Column("receiver_name", sa.Text(), nullable=True),
        sa.Column("hand_over_note", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opening_vnd >= 0", name=op.f("ck_till_opening")),
        sa.CheckConstraint("counted_vnd >= 0", name=op.f("ck_till_counted")),
        sa.CheckConstraint("handed_vnd >= 0", name=op.f("ck_till_handed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till")),
    )
    op.create_index(
        "till_open",
        "till",
        ["officer_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('open')"),
    )
    op.create_index("till_agency", "till", ["agency_code", "id"], unique=False)
    op.create_table(
        "cash_taking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("payable_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("money_id", sa.Uuid(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("given_vnd", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount_vnd > 0 AND given_vnd >= amount_vnd", name=op.f("ck_cash_taking_amount")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_cash_taking_till_id")),
        sa.ForeignKeyConstraint(
            ["payable_id"], ["payable.id"], name=op.f("fk_cash_taking_payable_id")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_cash_taking_attempt_id")
        ),
        sa.ForeignKeyConstraint(["money_id"], ["money.id"], name=op.f("fk_cash_taking_money_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_taking")),
        sa.UniqueConstraint("till_id", "number", name=op.f("uq_cash_taking_till_id_number")),
        sa.UniqueConstraint("money_id", name=op.f("uq_cash_taking_money_id")),
    )
