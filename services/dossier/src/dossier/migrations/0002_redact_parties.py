"""Remember whose dossiers have no people any more."""

import sqlalchemy as sa
from alembic import op

revision = "dossier_0002"
down_revision = "dossier_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "dossier", sa.Column("party_redacted_at", sa.DateTime(timezone=True), nullable=True)
    )
