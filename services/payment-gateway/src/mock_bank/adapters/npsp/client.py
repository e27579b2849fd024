"""Tells the partner about payments on the national platform; only jobs may use it."""

from datetime import datetime

import httpx

from mock_bank.adapters.channel import TIMEOUT, heard_by, shown
from mock_bank.adapters.npsp import dialect
from mock_bank.domain.tellings import Due, UndeliverableError
from shared.trust import authorities


class NpspTeller:
    """Posts callbacks to one address."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=authorities())

    async def tell(self, due: Due, *, now: datetime) -> str:  # noqa: ARG002 - the message has its own time
        """Post the callback and return the answer; UndeliverableError unless MaLoi is ``00``."""
        message = dialect.confirm(due.told, due.result, secret=self._secret, forged=due.forged)
        request = self._client.build_request("POST", self._address, json=message)
        answer = await heard_by(self._client, request)
        if not dialect.is_accepted(answer.status_code, answer.content):
            raise UndeliverableError(shown(answer))
        return shown(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
