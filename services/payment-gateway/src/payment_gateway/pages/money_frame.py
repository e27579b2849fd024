"""What the pages under *Thu tiền* share: who acts for which agencies, words, reasons."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.use_cases.refunding import Acting
from payment_gateway.views.agencies import agencies_of
from shared.approvals import ApprovalState, Person
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind, CaseOutcome
from shared.contracts.payment import UnmatchedKind
from shared.days import vietnam_day
from shared.db.tables import ApprovalRow
from shared.web.identity import NoRightError, Role, User
from shared.web.pages import translate

READERS: Final = (Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)
_SEES_TREE: Final = {Role.SUPERVISOR, Role.AUDITOR}
_REASON_MIN: Final = 3
_REASON_MAX: Final = 500

KINDS: Final = {
    UnmatchedKind.SHORT: "Thiếu",
    UnmatchedKind.OVER: "Thừa",
    UnmatchedKind.DUPLICATE: "Trả hai lần",
    UnmatchedKind.LATE: "Đến muộn",
    UnmatchedKind.UNKNOWN: "Chưa gán",
    UnmatchedKind.WRONG_PAYEE: "Sai đơn vị thu",
}
CASES: Final = {
    CaseKind.ASSESSED_MORE: "Phải thu thêm",
    CaseKind.ASSESSED_LESS: "Đã thu thừa so với số mới",
    CaseKind.WITHDRAWN_PAID: "Hồ sơ dừng sau khi đã nộp",
    CaseKind.MONEY_REVERSED: "Ngân hàng đảo giao dịch",
}
OUTCOMES: Final = {
    CaseOutcome.SUPPLEMENT: "Thu bổ sung phần thiếu",
    CaseOutcome.REFUND: "Hoàn trả phần thừa",
    CaseOutcome.WAIVED: "Không thu thêm",
    CaseOutcome.KEPT: "Giữ nguyên khoản đã thu",
    CaseOutcome.WRITTEN_OFF: "Ghi giảm, không thu lại",
    CaseOutcome.SUPERSEDED: "Đã có số mới hơn",
}


async def agencies_for(session: AsyncSession, user: User) -> Sequence[str]:
    """Return the agencies whose money ``user`` may see; raise NoRightError without an agency."""
    if user.agency_code is None:
        raise NoRightError("staff belong to an agency")
    whole = bool(user.roles & _SEES_TREE)
    today = vietnam_day(utc_now())
    return await agencies_of(session, user.agency_code, whole_tree=whole, today=today)


async def acting_of(session: AsyncSession, user: User, cause: Cause) -> Acting:
    """Return who acts now, and for which agencies."""
    agencies = frozenset(await agencies_for(session, user))
    return Acting(Person(user.subject, user.name, agencies), cause, utc_now())


def reason_errors(reason: str) -> dict[str, str]:
    """Return what is wrong with a reason, by field."""
    if len(reason) < _REASON_MIN:
        return {"reason": translate("Ghi lý do, ít nhất 3 ký tự.")}
    if len(reason) > _REASON_MAX:
        return {"reason": translate("Lý do dài nhất 500 ký tự.")}
    if not "".join(reason.split()).isprintable():
        return {"reason": translate("Lý do có ký tự không in được.")}
    return {}


def decision_words(row: ApprovalRow) -> tuple[str, str]:
    """Return where a request stands, and its tag."""
    return {
        ApprovalState.REQUESTED: (translate("Chờ duyệt"), "waiting"),
        ApprovalState.APPROVED: (translate("Đã duyệt"), "done"),
        ApprovalState.DECLINED: (translate("Không duyệt"), "wrong"),
        ApprovalState.WITHDRAWN: (translate("Đã rút lại"), "neutral"),
    }[ApprovalState(row.state)]
