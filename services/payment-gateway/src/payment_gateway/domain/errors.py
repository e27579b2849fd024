"""What may go wrong, with a code for machines and a title for people."""

from shared.errors import DomainError, Kind


class PayableNotFoundError(DomainError):
    """Nothing is, or was, due for this dossier."""

    kind = Kind.NOT_FOUND
    code = "payable-not-found"
    title = "Chưa tìm thấy hồ sơ này"

    def __init__(self, dossier_code: str) -> None:
        super().__init__(f"no payable for dossier {dossier_code}", dossier_code=dossier_code)


class LinkNotGenuineError(DomainError):
    """A link's token is not one of ours."""

    kind = Kind.NOT_FOUND
    code = "link-not-found"
    title = "Liên kết không đúng hoặc đã hết hiệu lực"


class NothingDueError(DomainError):
    """The payable takes no money now: it is paid, closed or disputed."""

    kind = Kind.CONFLICT
    code = "nothing-due"
    title = "Hồ sơ này không còn khoản phải nộp"


class ChannelNotOfferedError(DomainError):
    """No such channel or bank is offered for this amount."""

    kind = Kind.INVALID
    code = "channel-not-offered"
    title = "Kênh thanh toán hoặc ngân hàng này không dùng được cho khoản này"


class AttemptLiveError(DomainError):
    """Another attempt came between; it must be asked before it is superseded."""

    kind = Kind.CONFLICT
    code = "attempt-live"
    title = "Đang có một lần thanh toán khác cho hồ sơ này"


class AttemptNotFoundError(DomainError):
    """No such attempt."""

    kind = Kind.NOT_FOUND
    code = "attempt-not-found"
    title = "Không có lần thanh toán này"


class DisplayNotFoundError(DomainError):
    """The display was never paired, or its desk signed out."""

    kind = Kind.GONE
    code = "display-not-paired"
    title = "Màn hình chưa được ghép với bàn làm việc"


class PairingCodeWrongError(DomainError):
    """No desk waits for a display with this code."""

    kind = Kind.INVALID
    code = "pairing-code-wrong"
    title = "Mã ghép chưa đúng hoặc đã hết hạn"


class ChannelUnavailableError(DomainError):
    """A counterpart does not answer, or not in its own protocol."""

    kind = Kind.UNAVAILABLE
    code = "channel-unavailable"
    title = "Kênh thanh toán chưa trả lời"


class ChannelUnknownError(DomainError):
    """No such channel calls us."""

    kind = Kind.NOT_FOUND
    code = "channel-unknown"
    title = "Không có kênh thanh toán này"


class AccountNotReachableError(DomainError):
    """A transfer by QR cannot name this account."""

    kind = Kind.INVALID
    code = "account-not-reachable"
    title = "Tài khoản này không nhận được chuyển khoản bằng mã VietQR"


class RefundNotFoundError(DomainError):
    """There is no such refund, or it is another agency's."""

    kind = Kind.NOT_FOUND
    code = "refund-not-found"
    title = "Không tìm thấy khoản hoàn trả này"


class RefundOpenError(DomainError):
    """The money has an open refund already: one at a time."""

    kind = Kind.CONFLICT
    code = "refund-open"
    title = "Khoản tiền này đang có một đề nghị hoàn trả"


class NothingToRefundError(DomainError):
    """No such amount can go back of this money or of these lines."""

    kind = Kind.CONFLICT
    code = "nothing-to-refund"
    title = "Không còn số tiền này để hoàn trả"


class RefundForbiddenError(DomainError):
    """The law of a fee does not give it back for this reason."""

    kind = Kind.CONFLICT
    code = "refund-forbidden"
    title = "Khoản thu này không được hoàn trả vì lý do đã chọn"

    def __init__(self, fee_code: str, prefix: str, source: str) -> None:
        super().__init__(f"{fee_code} is not given back for this reason", fee_code=fee_code)
        self.prefix = prefix
        """Of the rule that says so."""
        self.source = source
        """The act that it is taken from."""


class CaseNotFoundError(DomainError):
    """No such case of an agency that the person acts for."""

    kind = Kind.NOT_FOUND
    code = "case-not-found"
    title = "Không tìm thấy việc này"


class MoneyNotFoundError(DomainError):
    """No such money of an agency that the person acts for."""

    kind = Kind.NOT_FOUND
    code = "money-not-found"
    title = "Không tìm thấy khoản tiền này"


class AnswerNotOfferedError(DomainError):
    """This kind of case cannot be answered so."""

    kind = Kind.INVALID
    code = "answer-not-offered"
    title = "Việc này không có cách xử lý đó"


class CaseClosedError(DomainError):
    """Somebody decided it, or lephi.fee said something newer."""

    kind = Kind.CONFLICT
    code = "case-closed"
    title = "Việc này đã được xử lý"


class SupplementOpenError(DomainError):
    """The dossier has an open payable: one at a time takes money."""

    kind = Kind.CONFLICT
    code = "supplement-open"
    title = "Hồ sơ đang có một khoản chờ nộp"


class NothingToAskError(DomainError):
    """No fee of the dossier is higher than what was paid for it."""

    kind = Kind.CONFLICT
    code = "nothing-to-ask"
    title = "Không có khoản nào phải thu thêm"


class MoneyPlacedError(DomainError):
    """The money settles something, waits for the rest, or goes back: nobody assigns it."""

    kind = Kind.CONFLICT
    code = "money-placed"
    title = "Khoản tiền này không gán được nữa"


class OtherPayeeError(DomainError):
    """The money lies on another agency's account than the payable asks for."""

    kind = Kind.INVALID
    code = "other-payee"
    title = "Tiền nằm ở tài khoản của đơn vị thu khác"


class NotReversibleError(DomainError):
    """No bank takes back what came in cash."""

    kind = Kind.CONFLICT
    code = "not-reversible"
    title = "Tiền mặt không có ngân hàng nào đảo"


class ReversalNotFoundError(DomainError):
    """No such report of a reversal of an agency that the person acts for."""

    kind = Kind.NOT_FOUND
    code = "reversal-not-found"
    title = "Không tìm thấy dòng đảo giao dịch này"


class MoneyTakenBackError(DomainError):
    """Its bank took the money back: it is not given back, or assigned, once more."""

    kind = Kind.CONFLICT
    code = "money-taken-back"
    title = "Ngân hàng báo đã lấy lại khoản tiền này"


class RefundsOnTheWayError(DomainError):
    """Other money of the payable is on its way back: that ends first."""

    kind = Kind.CONFLICT
    code = "refunds-on-the-way"
    title = "Tiền khác của khoản thu này đang được hoàn trả; chờ xong rồi quyết"


class DifferenceNotFoundError(DomainError):
    """No such difference of this agency, or it no longer asks for this act."""

    kind = Kind.NOT_FOUND
    code = "difference-not-found"
    title = "Không có chênh lệch này"


class ChannelNotReconciledError(DomainError):
    """The agency has no merchant account at this channel, or the channel has no file."""

    kind = Kind.INVALID
    code = "channel-not-reconciled"
    title = "Cơ quan không đối soát kênh này"


class DayNotOverError(DomainError):
    """A day that has not begun cannot be reconciled."""

    kind = Kind.INVALID
    code = "day-not-begun"
    title = "Ngày này chưa tới"
