"""Find the receipt of a file by the file's hash: the public check."""

from alembic import op
from sqlalchemy import text

revision = "receipt_0004"
down_revision = "receipt_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_receipt_file_pdf",
        "receipt_file",
        ["pdf_sha256"],
        postgresql_where=text("pdf_sha256 IS NOT NULL"),
    )
