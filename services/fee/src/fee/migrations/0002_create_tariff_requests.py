"""Let persons draft tariffs and a second person approve them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "fee_0002"
down_revision = "fee_0001"
branch_labels = None
depends_on = "messaging_0003"

_KEY = (
    "fee_code",
    "procedure_code",
    "variant",
    "channel",
    "territory_code",
    "payer_group",
    "valid_from",
    "rule",
    "from_quantity",
)


def upgrade() -> None:
    op.add_column(
        "tariff", sa.Column("origin", sa.String(40), server_default="list", nullable=False)
    )
    op.add_column("tariff", sa.Column("approval_id", sa.Uuid(), nullable=True))
    op.add_column("tariff", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_tariff_approval_id"), "tariff", "approval", ["approval_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_tariff_approved"),
        "tariff",
        "status <> 'approved' OR origin = 'list' OR approval_id IS NOT NULL",
    )
    op.drop_constraint("uq_tariff_key", "tariff", type_="unique")
    op.create_index(
        "tariff_key",
        "tariff",
        list(_KEY),
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status <> 'discarded'"),
    )
    op.create_table(
        "tariff_request",
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("tariff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_tariff_request_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["tariff_id"], ["tariff.id"], name=op.f("fk_tariff_request_tariff_id")
        ),
        sa.PrimaryKeyConstraint("approval_id", "tariff_id", name=op.f("pk_tariff_request")),
    )
    op.create_index("tariff_request_tariff_id", "tariff_request", ["tariff_id"], unique=False)
    op.create_table(
        "reassessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fee_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment")),
    )
    op.create_index("reassessment_due_at", "reassessment", ["due_at"], unique=False)
