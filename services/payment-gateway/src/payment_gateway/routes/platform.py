"""What the national payment platform asks and tells, each in its dialect."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from payment_gateway.adapters.browser import Configured, LinkMaker
from payment_gateway.adapters.npsp import callback
from payment_gateway.adapters.npsp.callback import Reply
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.schemas import LookedUp, LookUp, looked_up
from payment_gateway.use_cases import keep, look, settle
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.db.database import Database
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.failpoints import hit
from shared.web.identity import public
from shared.web.limits import LookUpLimit
from shared.web.request import RequestCause, database_of

router = APIRouter(dependencies=[public()])


@router.post("/ipn/npsp")
async def receive_npsp(request: Request, cause: RequestCause, settings: Configured) -> JSONResponse:
    """Hear from the payment platform that a payer has paid, or not. Safe to repeat."""
    raw = await request.body()
    partner = callback.Partner(settings.npsp_partner, settings.npsp_secrets, settings.npsp_agency)
    told = callback.hear(raw, partner)
    hit("W1")
    reply = await _act_on(database_of(request), told, raw, cause=cause)
    hit("W3")
    return JSONResponse(callback.answer(raw, reply, partner, now=utc_now()))


@router.post("/tich-hop/thanh-toan/tra-cuu", response_model_exclude_none=True)
async def look_up(
    request: Request, body: LookUp, limits: LookUpLimit, links: LinkMaker
) -> LookedUp:
    """Tell the payment platform what is due for a dossier (dptracuuthanhtoanhs)."""
    try:
        code = parse_dossier_code(body.MaHoSo)
    except InvalidDossierCodeError:
        return LookedUp(error_code=-1, message="Ma ho so khong dung")
    await limits.check(request, code)
    async with database_of(request).transaction() as session:
        payable = await look.find_payable(session, code)
    if payable is None:
        await limits.miss(request, code)
    if payable is None or not payable.takes_money:
        return LookedUp(error_code=0, message="Khong co khoan phai nop", MaHoSo=code)
    return looked_up(payable, links.pay_url(payable.id))


async def _act_on(database: Database, told: callback.Told, raw: bytes, *, cause: Cause) -> Reply:
    """Store what a genuine message says; nothing is opened for a forged one."""
    if isinstance(told, callback.Forged):
        return Reply.NOT_GENUINE
    async with database.transaction() as session:
        reply = await _store(session, told, raw, cause=cause)
        hit("W2")
    return reply


async def _store(
    session: AsyncSession,
    told: Credit | Failure | callback.Unusable,
    raw: bytes,
    *,
    cause: Cause,
) -> Reply:
    now = utc_now()
    if isinstance(told, callback.Unusable):
        channel = PaymentChannel.NPSP
        await keep.keep_callback(session, channel, raw, reason_code=told.reason_code, now=now)
        return Reply.UNREADABLE
    if isinstance(told, Failure):
        known = await settle.record_failure(session, told, cause=cause, now=now)
        return Reply.ACCEPTED if known else Reply.UNKNOWN_REFERENCE
    recorded = await settle.record_credit(session, told, cause=cause, now=now)
    unknown = recorded.problem is UnmatchedKind.UNKNOWN
    return Reply.UNKNOWN_REFERENCE if unknown else Reply.ACCEPTED
