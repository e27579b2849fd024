"""Create dossiers, parties, agencies, procedures, and the exchange with the province."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "dossier_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("tax_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("territory_code", sa.Text(), nullable=True),
        sa.Column("accounts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("succeeded_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("agency_code", name=op.f("pk_agency")),
    )
    op.create_index(op.f("ix_agency_parent_code"), "agency", ["parent_code"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("code_search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("procedure_code", sa.Text(), nullable=False),
        sa.Column("procedure_name", sa.Text(), nullable=False),
        sa.Column("field_name", sa.Text(), nullable=True),
        sa.Column("receiving_agency", sa.Text(), nullable=False),
        sa.Column("receiving_agency_name", sa.Text(), nullable=False),
        sa.Column("deciding_agency", sa.Text(), nullable=False),
        sa.Column("deciding_agency_name", sa.Text(), nullable=True),
        sa.Column("collecting_agency", sa.Text(), nullable=True),
        sa.Column("collecting_agency_name", sa.Text(), nullable=True),
        sa.Column("payee", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("territory_code", sa.Text(), nullable=True),
        sa.Column("payment_timing", sa.String(40), nullable=False),
        sa.Column("fee_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "paid_elsewhere",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("dossier_code", name=op.f("uq_dossier_dossier_code")),
    )
    op.create_index(
        "ix_dossier_code_search", "dossier", ["code_search"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_dossier_without_payee",
        "dossier",
        ["collecting_agency"],
        unique=False,
        postgresql_where=sa.text("payee IS NULL"),
    )
    op.create_index(
        "ix_dossier_without_territory",
        "dossier",
        ["deciding_agency"],
        unique=False,
        postgresql_where=sa.text("territory_code IS NULL"),
    )
    op.create_table(
        "issued_receipt",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("form_symbol", sa.Text(), nullable=False),
        sa.Column("serial_symbol", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("check_url", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_vnd > 0", name=op.f("ck_issued_receipt_total")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_issued_receipt")),
    )
    op.create_table(
        "partner_day",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("dossier_count", sa.BigInteger(), nullable=False),
        sa.Column("paid_count", sa.BigInteger(), nullable=False),
        sa.Column("paid_vnd", sa.BigInteger(), nullable=False),
        sa.Column("dossier_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("paid_vnd >= 0", name=op.f("ck_partner_day_paid")),
        sa.PrimaryKeyConstraint("day_on", name=op.f("pk_partner_day")),
    )
    op.create_table(
        "partner_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("fact_type", sa.Text(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_vnd >= 0", name=op.f("ck_partner_fact_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_fact")),
        sa.UniqueConstraint("cause", "fact_type", name=op.f("uq_partner_fact_cause_fact_type")),
    )
    op.create_index(
        op.f("ix_partner_fact_dossier_code"), "partner_fact", ["dossier_code"], unique=False
    )
    op.create_table(
        "party",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("payer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id_numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dossier_code", name=op.f("pk_party")),
    )
    op.create_index(
        "ix_party_id_numbers", "party", ["id_numbers"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_party_search", "party", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "procedure",
        sa.Column("procedure_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("field_name", sa.Text(), nullable=False),
        sa.Column("payment_timing", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("procedure_code", name=op.f("pk_procedure")),
    )
