"""Calls to MoMo: create, query, refund. Network; only jobs may use it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import httpx

from payment_gateway.adapters.asking import LIMITS, in_full
from payment_gateway.adapters.links import come_back_url
from payment_gateway.adapters.momo import dialect, refunds
from payment_gateway.adapters.momo.callback import (
    Merchant,
    failure_code,
    merchant_of,
    read_told,
)
from payment_gateway.adapters.reading import Fields, UnreadableError, read_fields
from payment_gateway.domain.channels import Begun, NotKnownYet, Order, Redirect, Refused, Standing
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.domain.refunds import Outcome, RefundOrder, Undecided
from payment_gateway.settings import Settings
from shared.outside import require_open
from shared.trust import authorities

_TYPE: Final = "captureWallet"
_FINAL: Final = (range(1001, 1100), range(4001, 4101))
"""resultCode of a payment that came to nothing; others are about the question (to confirm)."""


class MomoClient:
    """Asks MoMo in the name of one merchant."""

    def __init__(self, settings: Settings, merchant: Merchant) -> None:
        self._settings = settings
        self._merchant = merchant
        self._client = httpx.AsyncClient(timeout=LIMITS, trust_env=False, verify=authorities())

    async def begin(self, order: Order, *, now: datetime) -> Begun:  # noqa: ARG002 - of the interface
        """Create the payment; raise ChannelUnavailableError.

        MoMo refuses a reference that it knows (40, 41): the payer then begins anew.
        """
        answer = await self._post("/v2/gateway/api/create", self._create(order))
        if answer.get("resultCode") != dialect.SUCCESS:
            return Refused(failure_code(answer.get("resultCode", "")))
        url = answer.get("payUrl", "")
        if not url.startswith(("http://", "https://")):
            raise ChannelUnavailableError("MoMo accepted without an address")
        return Redirect(url)

    async def ask(self, order: Order, *, now: datetime) -> Standing:
        """Send query; what is about the question and not the payment is "not known yet".

        The answer has no signature: it is believed because we asked, over TLS.
        """
        message = {
            "partnerCode": self._merchant.code,
            "requestId": f"{order.attempt_id}-{now:%H%M%S%f}",
            "orderId": order.reference,
        }
        try:
            answer = await self._post(
                "/v2/gateway/api/query", self._signed(message, dialect.QUERY_FIELDS)
            )
        except (ChannelUnavailableError, UnreadableError):
            return NotKnownYet()
        if answer.get("orderId") != order.reference:
            return NotKnownYet()
        told = read_told(answer, self._merchant, answer.get("transId", "").encode())
        if isinstance(told, Credit):
            return told
        code = answer.get("resultCode", "")
        failed = code.isdigit() and any(int(code) in codes for codes in _FINAL)
        return Refused(told.code) if failed and isinstance(told, Failure) else NotKnownYet()

    async def refund(self, order: RefundOrder, *, now: datetime) -> Outcome:  # noqa: ARG002 - the order has its own key
        """Send the refund; MoMo gives back once per orderId."""
        message = refunds.message(order, partner=self._merchant.code)
        signed = self._signed(message, dialect.REFUND_FIELDS)
        whole = {"amount": order.amount_vnd, "transId": _number(order.channel_reference)}
        try:
            answer = await self._post("/v2/gateway/api/refund", {**signed, **whole})
        except ChannelUnavailableError:
            return Undecided()
        return refunds.read_answer(answer, order)

    async def ask_refund(self, order: RefundOrder, *, now: datetime) -> Outcome:
        """Ask about a refund; the answer has no signature: we asked, over TLS."""
        message = {
            "partnerCode": self._merchant.code,
            "requestId": f"{order.refund_id}-{now:%H%M%S%f}",
            "orderId": order.key.hex,
        }
        signed = self._signed(message, dialect.QUERY_FIELDS)
        try:
            answer = await self._post("/v2/gateway/api/refund/query", signed)
        except ChannelUnavailableError:
            return Undecided()
        return refunds.read_answer(answer, order)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _create(self, order: Order) -> dict[str, object]:
        public = self._settings.public_url
        message = {
            "partnerCode": self._merchant.code,
            "requestId": str(order.attempt_id),
            "orderId": order.reference,
            "amount": str(order.amount_vnd),
            "orderInfo": f"Thanh toan ho so {order.dossier_code}",
            "redirectUrl": come_back_url(public, order.reference),
            "ipnUrl": f"{public}/ipn/momo",
            "requestType": _TYPE,
            "extraData": "",
        }
        access, secret = self._merchant.keys[0]
        text = dialect.signed_text({**message, "accessKey": access}, dialect.CREATE_FIELDS)
        signature = dialect.sign(text, secret)
        return {**message, "amount": order.amount_vnd, "signature": signature, "lang": "vi"}

    def _signed(self, message: dict[str, str], fields: Sequence[str]) -> dict[str, object]:
        access, secret = self._merchant.keys[0]
        text = dialect.signed_text({**message, "accessKey": access}, fields)
        return {**message, "signature": dialect.sign(text, secret), "lang": "vi"}

    async def _post(self, path: str, message: dict[str, object]) -> Fields:
        require_open("momo")
        url = f"{self._settings.momo_url}{path}"
        try:
            request = self._client.build_request("POST", url, json=message)
            return read_fields(await in_full(self._client, request))
        except UnreadableError as error:
            raise ChannelUnavailableError("MoMo answered outside its protocol") from error


def client(settings: Settings) -> MomoClient:
    """Return who calls MoMo."""
    return MomoClient(settings, merchant_of(settings))


def _number(text: str) -> int | str:
    """Return MoMo's own number as it writes it."""
    return int(text) if text.isdecimal() else text
