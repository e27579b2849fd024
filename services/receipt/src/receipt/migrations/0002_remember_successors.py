"""Remember which agency succeeded another, and from which day on."""

import sqlalchemy as sa
from alembic import op

revision = "receipt_0002"
down_revision = "receipt_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("succeeded_by", sa.Text(), nullable=True))
    op.add_column("agency", sa.Column("valid_to", sa.Date(), nullable=True))
