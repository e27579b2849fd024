"""Keep how much left the account in rows of a statement that are set apart."""

import sqlalchemy as sa
from alembic import op

revision = "payment_gateway_0010"
down_revision = "payment_gateway_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("statement_kept", sa.Column("debit_vnd", sa.BigInteger(), nullable=True))
