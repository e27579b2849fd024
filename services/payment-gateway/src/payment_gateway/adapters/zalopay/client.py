"""Calls to ZaloPay: create, query, refund. Network; only jobs may use it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import httpx

from payment_gateway.adapters.asking import LIMITS, in_full
from payment_gateway.adapters.channel import Unusable
from payment_gateway.adapters.links import come_back_url
from payment_gateway.adapters.reading import Fields, UnreadableError, read_fields
from payment_gateway.adapters.zalopay import dialect, refunds
from payment_gateway.adapters.zalopay.callback import App, app_of, read_credit
from payment_gateway.domain.channels import Begun, NotKnownYet, Order, Redirect, Refused, Standing
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.domain.monies import channel_reference
from payment_gateway.domain.refunds import Outcome, RefundOrder, Undecided
from payment_gateway.settings import Settings
from shared.outside import require_open
from shared.trust import authorities

_USER: Final = "nguoi-nop"
"""app_user: the payer's person stays with us (domain.md 12)."""
_SUCCEEDED: Final = "1"
_FAILED: Final = "2"
"""return_code; 3 is "in progress"."""
_NO_SUCH_ORDER: Final = ("-101", "-1")
"""sub_return_code of a question about an order that nobody has opened (to confirm)."""


class ZalopayClient:
    """Asks ZaloPay in the name of one app."""

    def __init__(self, settings: Settings, app: App) -> None:
        self._settings = settings
        self._app = app
        self._key1 = settings.zalopay_key1.get_secret_value()
        self._client = httpx.AsyncClient(timeout=LIMITS, trust_env=False, verify=authorities())

    async def begin(self, order: Order, *, now: datetime) -> Begun:  # noqa: ARG002 - the order has its own time
        """Create the order; raise ChannelUnavailableError.

        ZaloPay refuses an app_trans_id that it knows (-68): the payer then begins anew.
        """
        answer = await self._post("/v2/create", self._create(order))
        if answer.get("return_code") != _SUCCEEDED:
            return Refused(_failure_code(answer))
        url = answer.get("order_url", "")
        if not url.startswith(("http://", "https://")):
            raise ChannelUnavailableError("ZaloPay accepted without an address")
        return Redirect(url)

    async def ask(self, order: Order, *, now: datetime) -> Standing:  # noqa: ARG002 - of the interface
        """Send query; the answer has no mac: it is believed because we asked, over TLS."""
        transaction = dialect.transaction_id(order.reference, order.created_at)
        text = f"{self._app.id}|{transaction}|{self._key1}"
        message = {
            "app_id": self._app.id,
            "app_trans_id": transaction,
            "mac": dialect.mac(text, self._key1),
        }
        try:
            answer = await self._post("/v2/query", message)
        except ChannelUnavailableError:
            return NotKnownYet()
        code = answer.get("return_code")
        if code == _SUCCEEDED:
            known = {**answer, "app_id": self._app.id, "app_trans_id": transaction}
            credit = read_credit(known, self._app, json.dumps(known).encode())
            return NotKnownYet() if isinstance(credit, Unusable) else credit
        failed = code == _FAILED and answer.get("sub_return_code") not in _NO_SUCH_ORDER
        return Refused(_failure_code(answer)) if failed else NotKnownYet()

    async def refund(self, order: RefundOrder, *, now: datetime) -> Outcome:  # noqa: ARG002 - the order has its own time
        """Send the refund; ZaloPay gives back once per m_refund_id."""
        message = refunds.message(order, app_id=self._app.id, key1=self._key1)
        return await self._about_refund("/v2/refund", message)

    async def ask_refund(self, order: RefundOrder, *, now: datetime) -> Outcome:
        """Ask about a refund; the answer has no mac: it is believed because we asked, over TLS."""
        message = refunds.question(order, app_id=self._app.id, key1=self._key1, now=now)
        return await self._about_refund("/v2/query_refund", message)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _create(self, order: Order) -> dict[str, str]:
        public = self._settings.public_url
        come_back = {"redirecturl": come_back_url(public, order.reference)}
        message = {
            "app_id": self._app.id,
            "app_trans_id": dialect.transaction_id(order.reference, order.created_at),
            "app_user": _USER,
            "amount": str(order.amount_vnd),
            "app_time": str(int(order.created_at.timestamp() * 1000)),
            "embed_data": json.dumps(come_back, separators=(",", ":")),
            "item": "[]",
        }
        text = dialect.joined(message, dialect.CREATE_FIELDS)
        return {
            **message,
            "bank_code": "",
            "description": f"Thanh toan ho so {order.dossier_code}",
            "callback_url": f"{public}/ipn/zalopay",
            "mac": dialect.mac(text, self._key1),
        }

    async def _about_refund(self, path: str, message: Mapping[str, str]) -> Outcome:
        try:
            return refunds.read_answer(await self._post(path, message))
        except ChannelUnavailableError:
            return Undecided()

    async def _post(self, path: str, message: Mapping[str, str]) -> Fields:
        require_open("zalopay")
        url = f"{self._settings.zalopay_url}{path}"
        try:
            request = self._client.build_request("POST", url, data=dict(message))
            return read_fields(await in_full(self._client, request))
        except UnreadableError as error:
            raise ChannelUnavailableError("ZaloPay answered outside its protocol") from error


def client(settings: Settings) -> ZalopayClient:
    """Return who calls ZaloPay."""
    return ZalopayClient(settings, app_of(settings))


def _failure_code(answer: Fields) -> str:
    code = answer.get("sub_return_code") or answer.get("return_code", "none")
    return f"zalopay-{channel_reference(code)[:40]}"
