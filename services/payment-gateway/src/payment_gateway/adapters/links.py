"""Links with capabilities: what a QR, a cookie and a button hold. Pure."""

from dataclasses import dataclass
from uuid import UUID

from payment_gateway.domain.errors import LinkNotGenuineError
from shared.links import Purpose, make_token, read_token


@dataclass(frozen=True)
class Links:
    """Makes and reads the tokens of one key, and addresses that begin at the front door."""

    key: str
    public_url: str

    def token(self, purpose: Purpose, subject: UUID) -> str:
        """Return the token that opens ``subject`` for ``purpose``."""
        return make_token(self.key, purpose, subject)

    def read(self, purpose: Purpose, token: str) -> UUID:
        """Return what ``token`` opens; raise LinkNotGenuineError if it is not ours."""
        subject = read_token(self.key, purpose, token)
        if subject is None:
            raise LinkNotGenuineError("not a token of this purpose")
        return subject

    def pay_url(self, payable_id: UUID) -> str:
        """Return what the counter's QR holds."""
        return f"{self.public_url}/p/{self.token(Purpose.PAYABLE, payable_id)}"

    def transfer_url(self, payable_id: UUID) -> str:
        """Return the page with the QR of a bank transfer."""
        return f"{self.pay_url(payable_id)}/chuyen-khoan"

    def receipt_url(self, receipt_id: UUID) -> str:
        """Return where a payer opens a receipt."""
        return f"{self.public_url}/bien-lai/{self.token(Purpose.RECEIPT, receipt_id)}"


def come_back_url(public_url: str, reference: str) -> str:
    """Return where a browser comes back to from a channel's page; it changes nothing."""
    return f"{public_url}/thanh-toan/tro-ve?ref={reference}"


def payer_cookie(payable_id: UUID, *, is_secure: bool) -> str:
    """Return the name of the cookie that holds the ``a`` tokens of a browser for one payable.

    Not ``lephi-…``: that is how cookies of people who are signed in begin.
    """
    name = f"payer-{payable_id.hex[-12:]}"
    return f"__Host-{name}" if is_secure else name


_REMEMBERED = 3
"""Attempts of one browser that its cookie holds: money on a superseded one counts too."""


def remember_attempt(value: str, token: str) -> str:
    """Return the cookie's new value: ``token`` first, then the latest before it."""
    others = [each for each in value.split(".") if each and each != token]
    return ".".join([token, *others][:_REMEMBERED])
