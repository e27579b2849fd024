"""Calls to VNPAY: a payment's signed address, querydr, refund. Network; only jobs may use it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from payment_gateway.adapters.asking import LIMITS, in_full
from payment_gateway.adapters.links import come_back_url
from payment_gateway.adapters.reading import Fields, UnreadableError, read_fields
from payment_gateway.adapters.vnpay import dialect, refunds
from payment_gateway.adapters.vnpay.callback import (
    Terminal,
    failure_code,
    read_told,
    terminal_of,
)
from payment_gateway.domain.channels import Begun, NotKnownYet, Order, Redirect, Refused, Standing
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.domain.refunds import Outcome, RefundOrder, Undecided
from payment_gateway.settings import Settings
from shared.outside import require_open
from shared.trust import authorities

_LIFE: Final = timedelta(minutes=15)
"""How long VNPAY's page takes the money (vnp_ExpireDate)."""


class VnpayClient:
    """Asks VNPAY in the name of one terminal."""

    def __init__(self, settings: Settings, terminal: Terminal) -> None:
        self._settings = settings
        self._terminal = terminal
        self._client = httpx.AsyncClient(timeout=LIMITS, trust_env=False, verify=authorities())

    async def begin(self, order: Order, *, now: datetime) -> Begun:  # noqa: ARG002 - the order has its own time
        """Open the signed address once: VNPAY answers with its own page, or with its refusal.

        The address is made of the attempt alone, so opening it again opens the same payment.
        Raises ChannelUnavailableError.
        """
        require_open("vnpay")
        text = dialect.query_of(self._payment(order))
        signed = f"{text}&vnp_SecureHash={dialect.sign(text, self._terminal.secrets[0])}"
        url = f"{self._settings.vnpay_url}?{signed}"
        try:
            answer = await self._client.get(url, follow_redirects=False)
        except httpx.HTTPError as error:
            raise ChannelUnavailableError(f"no answer: {type(error).__name__}") from error
        if answer.is_redirect:
            return _page_or_refusal(str(answer.headers.get("location", "")))
        if not answer.is_success:
            raise ChannelUnavailableError(f"HTTP {answer.status_code}")
        return Redirect(url)

    async def ask(self, order: Order, *, now: datetime) -> Standing:
        """Send querydr; whatever is not a signed yes or no is "not known yet"."""
        try:
            raw = await self._post(self._question(order, now), dialect.ASK_FIELDS)
            return self._standing(raw, order)
        except (ChannelUnavailableError, UnreadableError):
            return NotKnownYet()

    async def refund(self, order: RefundOrder, *, now: datetime) -> Outcome:  # noqa: ARG002 - the order has its own time
        """Send the refund; whatever is not a signed yes or no is undecided."""
        message = refunds.message(order, terminal=self._terminal.code, ip=self._settings.vnpay_ip)
        try:
            raw = await self._post(message, refunds.REFUND_FIELDS)
            answer = self._genuine(raw)
        except (ChannelUnavailableError, UnreadableError):
            return Undecided()
        return Undecided() if answer is None else refunds.read_answer(answer, order)

    async def ask_refund(self, order: RefundOrder, *, now: datetime) -> Outcome:
        """Send querydr about the payment that is given back."""
        ip = self._settings.vnpay_ip
        message = refunds.question(order, terminal=self._terminal.code, ip=ip, now=now)
        try:
            answer = self._genuine(await self._post(message, dialect.ASK_FIELDS))
        except (ChannelUnavailableError, UnreadableError):
            return Undecided()
        return Undecided() if answer is None else refunds.read_standing(answer, order)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, message: Mapping[str, str], fields: Sequence[str]) -> bytes:
        text = dialect.joined(message, fields)
        signed = {**message, "vnp_SecureHash": dialect.sign(text, self._terminal.secrets[0])}
        require_open("vnpay")
        request = self._client.build_request("POST", self._settings.vnpay_query_url, json=signed)
        return await in_full(self._client, request)

    def _genuine(self, raw: bytes) -> Fields | None:
        """Return an answer that VNPAY signed; None where it did not."""
        answer = read_fields(raw)
        text = dialect.joined(answer, dialect.ASKED_FIELDS)
        signature = answer.get("vnp_SecureHash", "")
        return answer if dialect.is_genuine(text, signature, self._terminal.secrets) else None

    def _standing(self, raw: bytes, order: Order) -> Standing:
        answer = self._genuine(raw)
        found = answer is not None and answer.get("vnp_ResponseCode") == dialect.SUCCESS
        if answer is None or not found or answer.get("vnp_TxnRef") != order.reference:
            return NotKnownYet()
        told = read_told(answer, self._terminal, raw)
        if isinstance(told, Credit):
            return told
        return Refused(told.code) if isinstance(told, Failure) else NotKnownYet()

    def _payment(self, order: Order) -> Mapping[str, str]:
        return {
            "vnp_Version": dialect.VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": self._terminal.code,
            "vnp_Amount": str(order.amount_vnd * dialect.HUNDREDTHS),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": order.reference,
            "vnp_OrderInfo": f"Thanh toan ho so {order.dossier_code}",
            "vnp_OrderType": "other",
            "vnp_Locale": "vn",
            "vnp_ReturnUrl": come_back_url(self._settings.public_url, order.reference),
            "vnp_IpAddr": self._settings.vnpay_ip,
            "vnp_CreateDate": dialect.wire_time(order.created_at),
            "vnp_ExpireDate": dialect.wire_time(order.created_at + _LIFE),
        }

    def _question(self, order: Order, now: datetime) -> dict[str, str]:
        return {
            "vnp_RequestId": f"{order.attempt_id.hex[:20]}{now:%H%M%S%f}",
            "vnp_Version": dialect.VERSION,
            "vnp_Command": "querydr",
            "vnp_TmnCode": self._terminal.code,
            "vnp_TxnRef": order.reference,
            "vnp_TransactionDate": dialect.wire_time(order.created_at),
            "vnp_CreateDate": dialect.wire_time(now),
            "vnp_IpAddr": self._settings.vnpay_ip,
            "vnp_OrderInfo": f"Hoi ho so {order.dossier_code}",
        }


def client(settings: Settings) -> VnpayClient:
    """Return who calls VNPAY."""
    return VnpayClient(settings, terminal_of(settings))


def _page_or_refusal(location: str) -> Begun:
    parts = urlsplit(location)
    if parts.scheme not in {"http", "https"}:
        raise ChannelUnavailableError("VNPAY answered without an address")
    if parts.path.endswith("/Error.html"):
        return Refused(failure_code(parse_qs(parts.query).get("code", [""])[0]))
    return Redirect(location)
