"""Remember when the body of a parked message was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "messaging_0002"
down_revision = "messaging_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parked", sa.Column("body_deleted_at", sa.DateTime(timezone=True), nullable=True))
