"""A JSON POST that may be sent again: the first answer is kept, and given to every repetition."""

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from shared.clock import utc_now
from shared.db import driver
from shared.errors import DomainError, Kind

_KEPT: Final = timedelta(days=2)
_HEADER: Final = "Idempotency-Key"

_EARLIER: Final = """SELECT body_hash, status, answer FROM idempotency_key
 WHERE scope = $1 AND key = $2"""
_KEEP: Final = """
WITH forgotten AS (DELETE FROM idempotency_key WHERE created_at < $6)
INSERT INTO idempotency_key (scope, key, body_hash, status, answer)
VALUES ($1, $2, $3, $4, $5::text::jsonb)
ON CONFLICT (scope, key) DO UPDATE SET status = excluded.status, answer = excluded.answer
"""


class KeyMissingError(DomainError):
    """The address demands an Idempotency-Key."""

    kind = Kind.INVALID
    code = "idempotency-key-missing"
    title = "Thiếu khóa chống gửi lặp"
    status = 400


class KeyInUseError(DomainError):
    """The first request under this key is still running."""

    kind = Kind.CONFLICT
    code = "idempotency-key-in-use"
    title = "Yêu cầu trước đang được xử lý"


class KeyReusedError(DomainError):
    """The key was used for another body."""

    kind = Kind.INVALID
    code = "idempotency-key-reused"
    title = "Khóa chống gửi lặp đã dùng cho nội dung khác"
    status = 422


class Once:
    """One request under its key.

    In the transaction of the effect: ask ``earlier`` first and return what it gives; else do the
    work, and return what ``keep`` gives. Whoever comes with the same key while that transaction is
    open gets KeyInUseError. A route that commits first and then waits for a counterpart (see
    ``run_now``) may ``keep`` twice: the later answer replaces the earlier.
    """

    def __init__(self, scope: str, key: str, body_hash: str) -> None:
        self._scope = scope
        self._key = key
        self._body_hash = body_hash

    async def earlier(self, session: AsyncSession) -> JSONResponse | None:
        """Return the answer kept before; None for a new key, which is then ours.

        Raises KeyInUseError and KeyReusedError.
        """
        lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
        if not await driver.fetchval(session, lock, f"{self._scope} {self._key}"):
            raise KeyInUseError("a request with this key is running")
        row = await driver.fetchrow(session, _EARLIER, self._scope, self._key)
        if row is None:
            return None
        if row["body_hash"] != self._body_hash:
            raise KeyReusedError("this key came with another body before")
        return JSONResponse(row["answer"], status_code=row["status"])

    async def keep(
        self, session: AsyncSession, answer: dict[str, Any] | object, *, status: int = 201
    ) -> JSONResponse:
        """Store ``answer``, a model or a mapping, under the key; return it as a response."""
        content = jsonable_encoder(answer)
        await driver.execute(
            session,
            _KEEP,
            self._scope,
            self._key,
            self._body_hash,
            status,
            json.dumps(content),
            utc_now() - _KEPT,
        )
        return JSONResponse(content, status_code=status)


async def _once(
    request: Request,
    idempotency_key: Annotated[str | None, Header(alias=_HEADER, max_length=200)] = None,
) -> Once:
    if not idempotency_key:
        raise KeyMissingError(f"send the header {_HEADER}")
    digest = hashlib.sha256(await request.body()).hexdigest()
    return Once(f"{request.method} {request.url.path}", idempotency_key, digest)


Idempotent = Annotated[Once, Depends(_once)]
"""``once: Idempotent`` in a route makes the header obligatory."""
