"""VNPAY's refund, as a merchant asks for it and hears of it. Pure.

Written from the protocol's vectors alone and sharing nothing with the other side of the wire.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from mock_bank.adapters import orders
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.domain.payments import Channel
from mock_bank.domain.refunds import GivenBack, RefundState, RefundWanted
from shared.days import in_vietnam

BAD_SIGNATURE: Final = "97"
DUPLICATE: Final = "94"
NOT_FOUND: Final = "91"
_BAD_DATA: Final = "03"
_WANTED: Final = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
]
_ANSWER: Final = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
]
_STATUSES: Final = {RefundState.PAID_BACK: "00", RefundState.REFUSED: "09"}


def signature(message: Mapping[str, Any], names: list[str], secret: str) -> str:
    """Return HMAC-SHA512 over the ``|``-joined fields."""
    line = "|".join(orders.text(message, name) for name in names)
    return hmac.new(secret.encode(), line.encode(), hashlib.sha512).hexdigest()


def read_refund(message: Mapping[str, Any], *, secret: str) -> RefundWanted:
    """Return what a signed refund asks for; raise OrderRefusedError."""
    claimed = orders.text(message, "vnp_SecureHash").encode()
    if not hmac.compare_digest(claimed, signature(message, _WANTED, secret).encode()):
        raise OrderRefusedError(BAD_SIGNATURE)
    hundredths = orders.amount(orders.text(message, "vnp_Amount"), _BAD_DATA)
    if hundredths % 100 or orders.text(message, "vnp_TransactionType") not in {"02", "03"}:
        raise OrderRefusedError(_BAD_DATA)
    return RefundWanted(
        channel=Channel.VNPAY,
        partner=orders.text(message, "vnp_TmnCode"),
        key=orders.reference(orders.text(message, "vnp_RequestId"), _BAD_DATA),
        amount_vnd=hundredths // 100,
        reference=orders.reference(orders.text(message, "vnp_TxnRef"), _BAD_DATA),
    )


def answer(
    given: GivenBack, *, partner: str, reference: str, secret: str, asked: bool
) -> dict[str, str]:
    """Return what VNPAY says of a refund, signed; ``asked``: by querydr."""
    refused = given.state is RefundState.REFUSED and not asked
    message = {
        "vnp_ResponseId": given.number,
        "vnp_Command": "querydr" if asked else "refund",
        "vnp_ResponseCode": "95" if refused else "00",
        "vnp_Message": "refused" if refused else "Refund success",
        "vnp_TmnCode": partner,
        "vnp_TxnRef": reference,
        "vnp_Amount": str(given.amount_vnd * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": f"{in_vietnam(given.at):%Y%m%d%H%M%S}",
        "vnp_TransactionNo": given.number,
        "vnp_TransactionType": "02" if given.is_whole else "03",
        "vnp_TransactionStatus": _STATUSES[given.state],
        "vnp_OrderInfo": "",
        "vnp_PromotionCode": "",
        "vnp_PromotionAmount": "",
    }
    return {**message, "vnp_SecureHash": signature(message, _ANSWER, secret)}


def refuse(code: str, *, secret: str) -> dict[str, str]:
    """Return the signed answer to a refund that is not obeyed."""
    message = dict.fromkeys(_ANSWER, "") | {"vnp_Command": "refund", "vnp_ResponseCode": code}
    return {**message, "vnp_SecureHash": signature(message, _ANSWER, secret)}
