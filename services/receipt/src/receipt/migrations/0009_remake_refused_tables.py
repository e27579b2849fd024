"""Put another submission in the place of a refused one: 01/TH-BLĐT (ADR 25)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "receipt_0009"
down_revision = "receipt_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    submission, line = "daily_table_submission", "daily_table_line"
    op.add_column(submission, sa.Column("refusals", postgresql.JSONB(), nullable=True))
    op.add_column(submission, sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_daily_table_submission_replaces_id_daily_table_submission"),
        submission, submission, ["replaces_id"], ["id"],
    )  # fmt: skip
    op.create_unique_constraint("uq_daily_table_submission_replaces", submission, ["replaces_id"])
    op.drop_constraint("uq_daily_table_submission_no", submission)
    op.create_index(
        "uq_daily_table_submission_no", submission, ["table_id", "supplement_no"], unique=True,
        postgresql_where=sa.text("status <> 'remade'"),
    )  # fmt: skip
    op.add_column(
        line, sa.Column("superseded", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.drop_index("uq_daily_table_line_first", line)
    op.create_index(
        "uq_daily_table_line_first", line, ["series_id", "number"], unique=True,
        postgresql_where=sa.text("adjusts IS NULL AND NOT superseded"),
    )  # fmt: skip
