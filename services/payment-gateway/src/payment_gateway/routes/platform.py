"""What the national payment platform asks of us."""

from fastapi import APIRouter, Request

from payment_gateway.adapters.browser import LinkMaker
from payment_gateway.schemas import LookedUp, LookUp, looked_up
from payment_gateway.use_cases import look
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import public
from shared.web.limits import count_look_up, count_miss
from shared.web.request import database_of

router = APIRouter(dependencies=[public()])


@router.post("/tich-hop/thanh-toan/tra-cuu", response_model_exclude_none=True)
async def look_up(request: Request, body: LookUp, links: LinkMaker) -> LookedUp:
    """Tell the payment platform what is due for a dossier (dptracuuthanhtoanhs)."""
    try:
        code = parse_dossier_code(body.MaHoSo)
    except InvalidDossierCodeError:
        return LookedUp(error_code=-1, message="Ma ho so khong dung")
    await count_look_up(request, code)
    async with database_of(request).transaction() as session:
        payable = await look.find_payable(session, code)
    if payable is None:
        await count_miss(request, code)
    if payable is None or not payable.takes_money:
        return LookedUp(error_code=0, message="Khong co khoan phai nop", MaHoSo=code)
    return looked_up(payable, links.pay_url(payable.id))
