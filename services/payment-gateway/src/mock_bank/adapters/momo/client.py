"""MoMo's IPN; only jobs may use it."""

from datetime import datetime
from http import HTTPStatus

import httpx

from mock_bank.adapters.channel import TIMEOUT, heard_by, shown
from mock_bank.adapters.momo import dialect
from mock_bank.domain.tellings import Due, UndeliverableError
from shared.trust import authorities


class MomoTeller:
    """Posts to one address; ``keys``: access, secret."""

    def __init__(self, address: str, keys: tuple[str, str]) -> None:
        self._address = address
        self._keys = keys
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=authorities())

    async def tell(self, due: Due, *, now: datetime) -> str:  # noqa: ARG002 - the message has its own time
        """Post the IPN; UndeliverableError unless the answer is 204."""
        message = dialect.ipn(due.told, due.result, keys=self._keys, forged=due.forged)
        request = self._client.build_request("POST", self._address, json=message)
        answer = await heard_by(self._client, request)
        if answer.status_code != HTTPStatus.NO_CONTENT:
            raise UndeliverableError(shown(answer))
        return shown(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
