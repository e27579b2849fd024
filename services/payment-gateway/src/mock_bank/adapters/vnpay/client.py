"""VNPAY's IPN; only jobs may use it."""

from datetime import datetime

import httpx

from mock_bank.adapters.channel import TIMEOUT, heard_by, shown
from mock_bank.adapters.vnpay import dialect
from mock_bank.domain.tellings import Due, UndeliverableError
from shared.trust import authorities


class VnpayTeller:
    """Calls one address by GET."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=authorities())

    async def tell(self, due: Due, *, now: datetime) -> str:  # noqa: ARG002 - the message has its own time
        """Call the IPN; UndeliverableError unless RspCode is ``00`` or ``02``."""
        query = dialect.ipn(due.told, due.result, secret=self._secret, forged=due.forged)
        request = self._client.build_request("GET", f"{self._address}?{query}")
        answer = await heard_by(self._client, request)
        if not dialect.is_accepted(answer.status_code, answer.content):
            raise UndeliverableError(shown(answer))
        return shown(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
