"""Keep what signing leaves: the XML beside the PDF, when and by whose certificate; certificates."""

import sqlalchemy as sa
from alembic import op

revision = "receipt_0006"
down_revision = "receipt_0005"
branch_labels = None
depends_on = None

_TEXTS = ("xml_sha256", "xml_name", "certificate_serial", "fault")
_INSTANTS = ("signed_at", "check_due_at", "checked_at")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("receipt_file", sa.Column(name, sa.Text(), nullable=True))
    for name in _INSTANTS:
        op.add_column("receipt_file", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_receipt_file_check_due",
        "receipt_file",
        ["check_due_at"],
        postgresql_where=sa.text("check_due_at IS NOT NULL"),
    )
    op.execute("UPDATE receipt_file SET check_due_at = stored_at WHERE stored_at IS NOT NULL")
    op.create_table(
        "signing_certificate",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "tax_code", name="pk_signing_certificate"),
    )
