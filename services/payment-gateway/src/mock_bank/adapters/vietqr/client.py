"""The bank's feed of transfers; only jobs may use it."""

from datetime import datetime

import httpx

from mock_bank.adapters.channel import NOTHING_TO_TELL, TIMEOUT, heard_by, shown
from mock_bank.adapters.vietqr import dialect
from mock_bank.domain.tellings import Due, Result, UndeliverableError
from shared.trust import authorities


class FeedTeller:
    """Posts the feed to one address."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=authorities())

    async def tell(self, due: Due, *, now: datetime) -> str:
        """Post one transfer, or its reversal; a transfer that was never made is no news."""
        if due.result is Result.CANCELLED:
            return NOTHING_TO_TELL
        body = dialect.entry(due.told, due.result)
        headers = dialect.headers(
            str(due.id), body, secret=self._secret, now=now, forged=due.forged
        )
        request = self._client.build_request("POST", self._address, content=body, headers=headers)
        answer = await heard_by(self._client, request)
        if not dialect.is_accepted(answer.status_code):
            raise UndeliverableError(shown(answer))
        return shown(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
