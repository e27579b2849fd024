"""Create tariffs, dossiers, assessments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "fee_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dossier",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("heard_sequence", sa.BigInteger(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dossier_code", name=op.f("pk_dossier")),
    )
    op.create_table(
        "tariff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("fee_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fee_name", sa.Text(), nullable=False),
        sa.Column("procedure_code", sa.Text(), nullable=True),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("variant_name", sa.Text(), nullable=True),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("territory_code", sa.Text(), nullable=True),
        sa.Column("payer_group", sa.Text(), nullable=True),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("from_quantity", sa.BigInteger(), nullable=False),
        sa.Column("to_quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("certainty", sa.String(40), nullable=False),
        sa.Column("exemption_reason_code", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(amount_vnd = 0) = (exemption_reason_code IS NOT NULL)", name=op.f("ck_tariff_zero")
        ),
        sa.CheckConstraint("amount_vnd >= 0", name=op.f("ck_tariff_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sa.UniqueConstraint("code", name=op.f("uq_tariff_code")),
        sa.UniqueConstraint(
            "fee_code",
            "procedure_code",
            "variant",
            "channel",
            "territory_code",
            "payer_group",
            "valid_from",
            "rule",
            "from_quantity",
            name="uq_tariff_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_code"], ["dossier.dossier_code"], name=op.f("fk_assessment_dossier_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "dossier_code", "ordinal", name=op.f("uq_assessment_dossier_code_ordinal")
        ),
    )
    op.create_index(
        "ix_assessment_pending",
        "assessment",
        ["dossier_code"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "assessment_version",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("fact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("workings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_version_assessment_id")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "version", name=op.f("pk_assessment_version")),
    )
