"""ZaloPay's callback; only jobs may use it."""

from datetime import datetime

import httpx

from mock_bank.adapters.channel import NOTHING_TO_TELL, TIMEOUT, heard_by, shown
from mock_bank.adapters.zalopay import dialect
from mock_bank.domain.tellings import Due, Result, UndeliverableError
from shared.trust import authorities


class ZalopayTeller:
    """Posts to one address."""

    def __init__(self, address: str, key2: str) -> None:
        self._address = address
        self._key2 = key2
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=authorities())

    async def tell(self, due: Due, *, now: datetime) -> str:  # noqa: ARG002 - the message has its own time
        """Post the callback of a success; ZaloPay has none for a failure."""
        if due.result is not Result.SUCCESS:
            return NOTHING_TO_TELL
        body = dialect.callback(due.told, key2=self._key2, forged=due.forged)
        headers = {"content-type": "application/json"}
        request = self._client.build_request("POST", self._address, content=body, headers=headers)
        answer = await heard_by(self._client, request)
        if not dialect.is_accepted(answer.status_code, answer.content):
            raise UndeliverableError(shown(answer))
        return shown(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
