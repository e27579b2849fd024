"""What banks, wallets and the platform tell of payments: verified, stored, then answered."""

from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from payment_gateway.adapters.browser import Configured
from payment_gateway.adapters.channel import Call, Forged, Outcome, Pending, Told, Unusable
from payment_gateway.adapters.folders import listeners
from payment_gateway.domain.errors import ChannelUnknownError
from payment_gateway.domain.monies import Credit, Failure, Noted, Recorded
from payment_gateway.use_cases import keep, settle
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.db.database import Database
from shared.failpoints import hit
from shared.web.identity import public
from shared.web.request import RequestCause, database_of

router = APIRouter(dependencies=[public()])

_OF_FAILURE: Final = {
    Noted.CHANGED: Outcome.ACCEPTED,
    Noted.UNCHANGED: Outcome.REPEATED,
    Noted.UNKNOWN: Outcome.UNKNOWN_REFERENCE,
}


@router.get("/ipn/{channel}")
async def hear_by_get(
    request: Request, channel: str, cause: RequestCause, settings: Configured
) -> Response:
    """Hear from a channel that calls by GET that a payer has paid, or not. Safe to repeat."""
    return await _hear(request, channel, cause, settings)


@router.post("/ipn/{channel}")
async def hear_by_post(
    request: Request, channel: str, cause: RequestCause, settings: Configured
) -> Response:
    """Hear from a channel that calls by POST that a payer has paid, or not. Safe to repeat."""
    return await _hear(request, channel, cause, settings)


async def _hear(request: Request, code: str, cause: Cause, settings: Configured) -> Response:
    listener = listeners(settings).get(code)
    if listener is None:
        raise ChannelUnknownError("no such channel")
    if request.method != listener.method:
        return Response(status_code=405, headers={"Allow": listener.method})
    headers = {name.lower(): text for name, text in request.headers.items()}
    query: bytes = request.scope["query_string"]
    call = Call(query, await request.body(), headers, utc_now())
    told = listener.hear(call)
    hit("W1")
    outcome = await _act_on(database_of(request), PaymentChannel(code), told, call, cause=cause)
    hit("W3")
    answer = listener.answer(call, outcome)
    if answer.content is None:
        return Response(status_code=answer.status)
    return JSONResponse(answer.content, status_code=answer.status)


async def _act_on(
    database: Database, channel: PaymentChannel, told: Told, call: Call, *, cause: Cause
) -> Outcome:
    """Store what a genuine message says; nothing is opened for a forged one."""
    if isinstance(told, Forged):
        return Outcome.NOT_GENUINE
    if isinstance(told, Pending):
        return Outcome.ACCEPTED
    async with database.transaction() as session:
        if isinstance(told, Unusable):
            raw, reason = call.body or call.query, told.reason_code
            await keep.keep_callback(session, channel, raw, reason_code=reason, now=call.at)
            outcome = Outcome.UNREADABLE
        else:
            outcome = await _store(session, told, call, cause=cause)
        hit("W2")
    return outcome


async def _store(
    session: AsyncSession, told: Credit | Failure, call: Call, *, cause: Cause
) -> Outcome:
    if isinstance(told, Failure):
        noted = await settle.record_failure(session, told, cause=cause, now=call.at)
        return _OF_FAILURE[noted]
    return _outcome(await settle.record_credit(session, told, cause=cause, now=call.at))


def _outcome(recorded: Recorded) -> Outcome:
    if recorded.problem is UnmatchedKind.UNKNOWN:
        return Outcome.UNKNOWN_REFERENCE
    if not recorded.fits_attempt:
        return Outcome.AMOUNT_DIFFERS
    return Outcome.REPEATED if recorded.money_id is None else Outcome.ACCEPTED
