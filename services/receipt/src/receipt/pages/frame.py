"""What the staff's pages of receipts share: who reads, who acts, words of faults and requests."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Fault
from receipt.pages.staff import reader_of
from receipt.use_cases import look_up
from receipt.use_cases.acting import Acting
from shared.approvals import ApprovalState, Person
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReplacementReason
from shared.db.tables import ApprovalRow
from shared.web.identity import Role, User, allow
from shared.web.pages import translate

PATH: Final = "/can-bo/bien-lai"
READS: Final = [allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)]
ASKS: Final = [allow(Role.ACCOUNTANT)]
DECIDES: Final = [allow(Role.SUPERVISOR)]
_REASON_MIN: Final = 3
_REASON_MAX: Final = 500

REASONS: Final = {
    ReplacementReason.WRONG_TAX_CODE: "Sai mã số thuế người nộp",
    ReplacementReason.WRONG_AMOUNT: "Sai số tiền, phần thừa đã hoàn trả",
}


async def acting_of(session: AsyncSession, user: User, cause: Cause) -> Acting:
    """Return who acts now, and for which agencies."""
    reader = reader_of(user)
    agencies = frozenset(await look_up.agencies_of(session, reader))
    return Acting(Person(user.subject, user.name, agencies), cause, reader.now)


def reason_errors(reason: str) -> dict[str, str]:
    """Return what is wrong with a reason, by field."""
    if not _REASON_MIN <= len(reason) <= _REASON_MAX:
        return {"reason": translate("Ghi lý do, từ 3 đến 500 ký tự.")}
    if not "".join(reason.split()).isprintable():
        return {"reason": translate("Lý do có ký tự không in được.")}
    return {}


def fault_words(faults: dict[str, Fault]) -> dict[str, str]:
    """Return faults of a form as its reader is told, by field."""
    words = {
        Fault.NOTHING_WRONG: translate("Ghi nội dung đúng vào ít nhất một ô."),
        Fault.AS_PRINTED: translate("Giống hệt nội dung đã in."),
        Fault.TOO_LONG: translate("Nội dung quá dài."),
        Fault.MISSING: translate("Ghi đủ ô này; không dùng ký tự không in được."),
        Fault.NO_REASON: translate("Chọn một lý do trong danh sách."),
        Fault.NO_TAX_CODE: translate("Mã số thuế gồm 10, 12 hoặc 13 chữ số; chi nhánh: 10-3."),
        Fault.SAME_TAX_CODE: translate("Giống mã số thuế đã in. Sai tên hoặc địa chỉ thì lập thông báo sai sót."),  # noqa: E501
        Fault.AMOUNT_IS_RIGHT: translate("Số tiền trên biên lai đúng bằng tiền đã thu. Hoàn trả phần thừa trước, rồi thay thế."),  # noqa: E501
    }  # fmt: skip
    return {field: words[fault] for field, fault in faults.items()}


def request_words(row: ApprovalRow) -> tuple[str, str]:
    """Return where a request stands, and its tag."""
    return {
        ApprovalState.REQUESTED: (translate("Chờ duyệt"), "waiting"),
        ApprovalState.APPROVED: (translate("Đã duyệt"), "done"),
        ApprovalState.DECLINED: (translate("Không duyệt"), "wrong"),
        ApprovalState.WITHDRAWN: (translate("Đã rút lại"), "neutral"),
    }[ApprovalState(row.state)]
