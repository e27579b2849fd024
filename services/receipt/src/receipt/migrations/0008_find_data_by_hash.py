"""Find the receipt of a file by the hash of its XML too: the public check."""

from alembic import op
from sqlalchemy import text

revision = "receipt_0008"
down_revision = "receipt_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_receipt_file_xml",
        "receipt_file",
        ["xml_sha256"],
        postgresql_where=text("xml_sha256 IS NOT NULL"),
    )
