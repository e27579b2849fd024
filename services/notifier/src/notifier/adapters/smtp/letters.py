"""Letters: a message put into the words and the form in which it travels. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from notifier.domain import Letter, Template
from shared.contracts.parts import FeeKind
from shared.links import Purpose, make_token

_KINDS: Final = {FeeKind.PHI: "phí", FeeKind.LE_PHI: "lệ phí"}
_TEMPLATES: Final = {Template.RECEIPT_ISSUED: "receipt_issued"}


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
    notice = letter.notice
    token = make_token(head.link_key.get_secret_value(), Purpose.RECEIPT, notice.receipt_id)
    values: dict[str, Any] = {
        "notice": notice,
        "kind": _KINDS[notice.kind],
        "dossier_code": letter.dossier_code,
        "link": f"{head.public_url}/bien-lai/{token}",
        "support_phone": head.support_phone,
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
