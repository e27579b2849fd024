"""Create the archive, what is counted beside it, parked messages, figures and proofs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ops_0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _archive()
    _figures()
    _proofs()


def _archive() -> None:
    op.create_table(
        "archive",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("time", _INSTANT, nullable=True),
        sa.Column("archived_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "offset", name=op.f("pk_archive")),
    )
    op.create_index("archive_subject", "archive", ["subject", "time"])
    op.create_index("archive_id", "archive", ["id"])
    op.create_table(
        "stream",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("last_time", _INSTANT, nullable=True),
        sa.Column("grown", sa.Boolean(), nullable=False),
        sa.Column("checkpoint_offset", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_stream")),
    )
    op.create_table(
        "parked_message",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("parked_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(
            "consumer", "topic", "partition", "offset", name=op.f("pk_parked_message")
        ),
    )


def _figures() -> None:
    op.create_table(
        "backlog",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("lag", sa.BigInteger(), nullable=False),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", name=op.f("pk_backlog")),
    )
    op.create_table(
        "unsent",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", _INSTANT, nullable=True),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_unsent")),
    )


def _proofs() -> None:
    op.create_table(
        "proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
    )
    op.create_index(
        "proof_due", "proof", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "proof_waiting",
        "proof",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'waiting'"),
    )
