"""Sends a form to the tax authority and reads its answer. Network; only jobs may use it.

The wire is ours until the authority's own is known (docs/tax-authority.md).
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Final
from uuid import UUID

import httpx

from receipt.domain.tax import Acknowledgement, TaxForm, TaxRefusedError, TaxUnavailableError
from shared.outside import require_open
from shared.trust import authorities

_LIMITS: Final = httpx.Timeout(30.0, connect=3.0)
_PATHS: Final = {
    TaxForm.DAILY_TABLE: "bang-tong-hop",
    TaxForm.ERROR_NOTICE: "thong-bao-sai-sot",
}
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
_REASON: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MOST_CODES: Final = 5
_MOST_LINES: Final = 1_000
_REFUSALS: Final = frozenset({httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY})


class TaxClient:
    """One address takes every form; ``{address}/{form}`` with the row's id as its key."""

    def __init__(
        self, address: str, secret: str, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._address = address
        self._secret = secret.encode()
        self._client = httpx.AsyncClient(
            timeout=_LIMITS, trust_env=False, transport=transport, verify=authorities()
        )

    @property
    def is_reachable(self) -> bool:
        """Tell whether there is an address to send to; else what is to be sent waits."""
        return bool(self._address)

    async def submit(
        self, form: TaxForm, key: UUID, body: bytes, *, now: datetime
    ) -> Acknowledgement:
        """Send ``body``, a signed form; equal keys are taken once. ``now`` is signed.

        Raises TaxUnavailableError when later may help, TaxRefusedError when it does not.
        """
        require_open("tax")
        try:
            answer = await self._client.post(
                f"{self._address}/{_PATHS[form]}",
                content=body,
                headers=self._headers(key, body, now),
            )
        except httpx.HTTPError as error:
            raise TaxUnavailableError(f"no answer: {type(error).__name__}") from error
        if answer.status_code in _REFUSALS:
            raise TaxRefusedError(_reasons(answer), _lines(answer))
        if not answer.is_success:
            raise TaxUnavailableError(f"HTTP {answer.status_code}")
        return _acknowledged(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _headers(self, key: UUID, body: bytes, now: datetime) -> dict[str, str]:
        at = str(int(now.timestamp()))
        signed = b".".join([str(key).encode(), at.encode(), body])
        digest = base64.b64encode(hmac.digest(self._secret, signed, hashlib.sha256)).decode()
        return {
            "content-type": "application/xml",
            "webhook-id": str(key),
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{digest}",
        }


def _acknowledged(answer: httpx.Response) -> Acknowledgement:
    reference = str(_fields(answer).get("ma_tiep_nhan", ""))
    if not _REFERENCE.fullmatch(reference):
        raise TaxUnavailableError("an answer without a reference")
    return Acknowledgement(reference)


def _reasons(answer: httpx.Response) -> str:
    """Return the codes of a refusal; what is no code is not repeated."""
    return ",".join(_codes(_fields(answer).get("ly_do"))) or "khong-ro"


def _lines(answer: httpx.Response) -> dict[int, list[str]]:
    """Return the codes of a refusal by line, where it names lines."""
    said = _fields(answer).get("dong")
    named = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    return {
        each["stt"]: codes
        for each in named[:_MOST_LINES]
        if isinstance(each.get("stt"), int) and (codes := _codes(each.get("ly_do")))
    }


def _codes(said: object) -> list[str]:
    codes = [str(each) for each in said] if isinstance(said, list) else []
    return [each for each in codes if _REASON.fullmatch(each)][:_MOST_CODES]


def _fields(answer: httpx.Response) -> dict[str, object]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
