"""For whom a person acts, and the record of what they did."""

from payment_gateway.use_cases.refunding import Acting
from shared.db.tables import AuditRow
from shared.ids import new_id


def may_act_for(acting: Acting, agency_code: str) -> bool:
    """Tell whether this person acts for ``agency_code``."""
    return acting.by.agencies is None or agency_code in acting.by.agencies


def audit_row(acting: Acting, act: str, subject: str, reason: str, **details: str) -> AuditRow:
    """Return the record of what this person did."""
    return AuditRow(
        id=new_id(), at=acting.now, actor=acting.by.subject, act=act, subject=subject,
        reason=reason, details=details,
    )  # fmt: skip
