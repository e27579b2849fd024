"""Pay links and attempts: how a payer's program, or browser, pays."""

import json
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from payment_gateway.adapters import paying
from payment_gateway.adapters.browser import LinkMaker, hall_of, remember_payer
from payment_gateway.adapters.links import Links
from payment_gateway.domain.attempts import Attempt
from payment_gateway.schemas import (
    AttemptBegun,
    AttemptRequest,
    AttemptState,
    PayLink,
    ReceiptLink,
    channel_choice,
    public_payable,
)
from payment_gateway.use_cases import look
from payment_gateway.use_cases.pay import Choice
from payment_gateway.views.receipts import receipts_of
from shared.clock import utc_now
from shared.links import Purpose
from shared.web.idempotency import Idempotent
from shared.web.identity import public
from shared.web.request import Transaction

_API: Final = "/api/payment-gateway/v1"

router = APIRouter(dependencies=[public()])


class _AnsweredBeforeError(Exception):
    """The Idempotency-Key was used before: the first answer is given again."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__("answered before")
        self.answer = answer


@router.get(f"{_API}/pay-links/{{token}}")
async def show_pay_link(session: Transaction, token: str, links: LinkMaker) -> PayLink:
    """Tell what the bearer of a pay link may pay, and how."""
    payable = await look.read_payable(session, links.read(Purpose.PAYABLE, token))
    channels = await look.offered_channels(session, payable.remaining_vnd)
    facts = public_payable(payable, payable.public_status, pay_url=links.pay_url(payable.id))
    return PayLink(**dict(facts), channels=[channel_choice(each) for each in channels])


@router.post(f"{_API}/pay-links/{{token}}/attempts", status_code=201, response_model=AttemptBegun)
async def begin_attempt(
    request: Request, token: str, body: AttemptRequest, once: Idempotent, links: LinkMaker
) -> Response:
    """Begin to pay by a channel; sent again under its key it gives the same answer."""
    choice = Choice(links.read(Purpose.PAYABLE, token), body.channel, body.bank)
    kept: list[JSONResponse] = []

    async def before(session: AsyncSession) -> None:
        earlier = await once.earlier(session)
        if earlier is not None:
            raise _AnsweredBeforeError(earlier)

    async def after(session: AsyncSession, attempt: Attempt) -> None:
        kept.append(await once.keep(session, _begun(attempt, links)))

    hall = replace(hall_of(request, utc_now), before=before, after=after)
    try:
        await paying.begin_attempt(hall, choice)
        answer = kept[-1]
    except _AnsweredBeforeError as repeated:
        answer = repeated.answer
    payer_token = str(json.loads(bytes(answer.body))["payer_token"])
    remember_payer(request, answer, choice.payable_id, payer_token)
    return answer


@router.get(f"{_API}/attempts/{{payer_token}}")
async def show_attempt(session: Transaction, payer_token: str, links: LinkMaker) -> AttemptState:
    """Tell the payer's own browser what became of its attempt, and where the receipts are."""
    paid = await look.read_paid(session, links.read(Purpose.ATTEMPT, payer_token))
    receipts = await receipts_of(session, paid.payable.id) if paid.settled_it else []
    return AttemptState(
        status=paid.attempt.status,
        dossier_code=paid.payable.dossier_code,
        amount_vnd=paid.attempt.amount_vnd,
        receipts=[
            ReceiptLink(
                kind=each.kind, form_symbol=each.form_symbol, serial_symbol=each.serial_symbol,
                number=each.number, url=links.receipt_url(each.receipt_id),
            )
            for each in receipts
        ],
    )  # fmt: skip


def _begun(attempt: Attempt, links: Links) -> AttemptBegun:
    """Return where the payer goes on: the bank's page, or ours until the bank has answered."""
    return AttemptBegun(
        attempt_id=str(attempt.id),
        payer_token=links.token(Purpose.ATTEMPT, attempt.id),
        redirect_url=attempt.redirect_url or links.pay_url(attempt.payable_id),
    )
