"""create approval"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "messaging_0003"
down_revision = "messaging_0002"
branch_labels = None
depends_on = None

_KEEP = """
CREATE FUNCTION approval_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an approval is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state <> 'requested' THEN
    RAISE EXCEPTION 'a decided approval never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.act, NEW.subject, NEW.agency_code, NEW.plan, NEW.plan_sha256, NEW.reason,
      NEW.requested_by, NEW.requested_by_name, NEW.requested_at)
     IS DISTINCT FROM
     (OLD.id, OLD.act, OLD.subject, OLD.agency_code, OLD.plan, OLD.plan_sha256, OLD.reason,
      OLD.requested_by, OLD.requested_by_name, OLD.requested_at) THEN
    RAISE EXCEPTION 'what was asked never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=True),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plan_sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_name", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'declined') OR decided_by <> requested_by",
            name=op.f("ck_approval_second_person"),
        ),
        sa.CheckConstraint(
            "(state = 'requested') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_approval_decided"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(
        "approval_open",
        "approval",
        ["act", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "approval_subject", "approval", ["act", "subject", "requested_at"], unique=False
    )
    op.execute(_KEEP)
    op.execute(
        "CREATE TRIGGER approval_keep BEFORE UPDATE OR DELETE ON approval"
        " FOR EACH ROW EXECUTE FUNCTION approval_keep()"
    )
