"""Letters: a message put into the words and the form in which it travels. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from notifier.domain import ErrorNotice, Letter, RefundNotice, Template
from shared.contracts.money import RefundReason
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import PrintedField
from shared.links import Purpose, make_token

_KINDS: Final = {FeeKind.PHI: "phí", FeeKind.LE_PHI: "lệ phí"}
_TEMPLATES: Final = {
    Template.RECEIPT_ISSUED: "receipt_issued",
    Template.REFUND_SETTLED: "refund_settled",
    Template.ERROR_NOTICED: "error_noticed",
}
_FIELDS: Final = {
    PrintedField.PAYER_NAME: "họ tên người nộp",
    PrintedField.PAYER_ADDRESS: "địa chỉ người nộp",
    PrintedField.TOTAL_IN_WORDS: "số tiền bằng chữ",
    PrintedField.OTHER: "nội dung khác",
}
_REASONS: Final = {
    RefundReason.OVER: "nộp thừa",
    RefundReason.DUPLICATE: "nộp hai lần",
    RefundReason.LATE: "nộp sau khi khoản thu đã đóng",
    RefundReason.UNKNOWN: "chưa rõ nộp cho khoản nào",
    RefundReason.WRONG_PAYEE: "nộp vào sai đơn vị thu",
    RefundReason.ASSESSED_LESS: "đã thu nhiều hơn số phải thu",
    RefundReason.NOT_ACCEPTED: "hồ sơ không được tiếp nhận",
    RefundReason.WITHDRAWN: "hồ sơ được rút",
    RefundReason.STOPPED: "hồ sơ dừng xử lý",
}


@dataclass(frozen=True)
class LetterHead:
    """What every letter carries: who writes, and where its links lead."""

    sender_name: str
    sender_address: str
    public_url: str
    link_key: SecretStr
    support_phone: str


def compose(letter: Letter, head: LetterHead, write: Callable[..., str]) -> EmailMessage:
    """Return the e-mail of ``letter``: plain text, and the same as simple HTML.

    ``write`` puts named values into a template of this service.

    Its Message-ID is made from the message's id, so that a letter that is sent twice is one letter
    to whoever receives it.
    """
    values: dict[str, Any] = {
        "notice": letter.notice,
        "dossier_code": letter.dossier_code,
        "support_phone": head.support_phone,
        **_special(letter, head),
    }
    name = _TEMPLATES[letter.template]
    mail = EmailMessage()
    mail["From"] = Address(head.sender_name, addr_spec=head.sender_address)
    mail["To"] = letter.address
    mail["Subject"] = write(f"{name}.subject", **values).strip()
    mail["Date"] = format_datetime(letter.made_at)
    mail["Message-ID"] = f"<{letter.id}@{urlsplit(head.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi"
    mail.set_content(write(f"{name}.txt", **values))
    mail.add_alternative(write(f"{name}.html", **values), subtype="html")
    return mail


def _special(letter: Letter, head: LetterHead) -> dict[str, str]:
    """Return what only one kind of letter says."""
    notice = letter.notice
    if isinstance(notice, RefundNotice):
        return {
            "reason": _REASONS[notice.reason_code],
            "link": f"{head.public_url}/thanh-toan/{letter.dossier_code}",
        }
    token = make_token(head.link_key.get_secret_value(), Purpose.RECEIPT, notice.receipt_id)
    special = {"kind": _KINDS[notice.kind], "link": f"{head.public_url}/bien-lai/{token}"}
    if isinstance(notice, ErrorNotice):
        special["symbol"] = f"{notice.notice_number}/{notice.noticed_on.year}"
        special["fields"] = ", ".join(_FIELDS[field] for field in notice.fields)
    return special
