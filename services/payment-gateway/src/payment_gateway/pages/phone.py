"""The payer's phone: banks and wallets, THANH TOÁN, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.adapters import paying
from payment_gateway.adapters.browser import (
    LinkMaker,
    attempts_of_browser,
    hall_of,
    last_bank,
    remember_bank,
    remember_payer,
)
from payment_gateway.adapters.links import Links
from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.channels import Bank, ChannelInfo
from payment_gateway.domain.errors import (
    AttemptLiveError,
    ChannelNotOfferedError,
    NothingDueError,
)
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.waiting import SilentChannel
from payment_gateway.use_cases import look, pay, waiting
from payment_gateway.use_cases.look import Paid
from payment_gateway.use_cases.pay import Choice
from payment_gateway.views.receipts import KnownReceipt, receipts_of
from shared.clock import utc_now
from shared.links import Purpose
from shared.web.identity import public
from shared.web.live import event_stream
from shared.web.pages import render
from shared.web.request import database_of

router = APIRouter(dependencies=[public()], include_in_schema=False)

_SEPARATOR: Final = "/"
"""Between channel and bank in the value of a row of the list."""


@dataclass(frozen=True)
class BankRow:
    """One row of the list: a bank or wallet on a channel."""

    channel: ChannelInfo
    bank: Bank | None
    """None: any bank, where the channel asks for none."""
    used_last: bool

    @property
    def value(self) -> str:
        """Return what the form sends for it."""
        return f"{self.channel.code.value}{_SEPARATOR}{self.bank.code if self.bank else ''}"

    @property
    def is_transfer(self) -> bool:
        """Tell whether the payer makes a transfer by QR."""
        return self.channel.is_transfer


@dataclass(frozen=True)
class Phone:
    """What the phone of one payer shows."""

    payable: Payable
    mine: Sequence[Paid]
    """The attempts that this browser made, the newest first."""
    live: Attempt | None
    receipts: Sequence[KnownReceipt]
    rows: Sequence[BankRow]
    silent: Sequence[SilentChannel] = ()
    """Channels that do not answer just now; the others are open."""

    def is_silent(self, row: BankRow) -> bool:
        """Tell whether the channel of ``row`` does not answer just now."""
        return any(each.code is row.channel.code for each in self.silent)

    @property
    def paid(self) -> Paid | None:
        """Return my attempt whose money settled the payable."""
        return next((each for each in self.mine if each.settled_it), None)

    @property
    def surplus(self) -> Paid | None:
        """Return my attempt whose money came too late, or a second time."""
        found = (each for each in self.mine if each.money is not None and not each.settled_it)
        return next(found, None) if not self.payable.takes_money else None

    @property
    def is_live_mine(self) -> bool:
        """Tell whether the attempt that lives is this browser's."""
        mine = {each.attempt.id for each in self.mine}
        return self.live is not None and self.live.id in mine

    @property
    def has_failed(self) -> bool:
        """Tell whether this browser's last attempt came to nothing."""
        return self.live is None and bool(self.mine) and self.mine[0].attempt.has_failed

    def bank_name(self, attempt: Attempt) -> str:
        """Return the name of the bank of an attempt, as the list has it."""
        names = {row.bank.code: row.bank.name for row in self.rows if row.bank is not None}
        return names.get(attempt.bank_code or "", "")

    def signature(self) -> str:
        """Return what changes when the page has to be drawn again."""
        attempts = [(str(each.attempt.id), each.attempt.status.value) for each in self.mine]
        live = [str(self.live.id), self.live.redirect_url] if self.live is not None else None
        status, held = self.payable.status.value, self.payable.held_vnd
        amount = self.payable.amount_vnd
        receipts = [each.has_file for each in self.receipts]
        silent = [each.code.value for each in self.silent]
        return json.dumps([status, amount, held, attempts, live, receipts, silent])


@router.get("/p/{token}")
async def show_phone(request: Request, token: str, links: LinkMaker) -> Response:
    """Show code, amount and banks; or what became of the payment."""
    payable_id = links.read(Purpose.PAYABLE, token)
    async with database_of(request).transaction() as session:
        phone = await _phone(session, request, payable_id, links)
    return _page(request, phone, token, links)


@router.post("/p/{token}")
async def choose_bank(
    request: Request,
    token: str,
    links: LinkMaker,
    bank: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Begin to pay at the bank that was chosen, and send the browser there."""
    payable_id = links.read(Purpose.PAYABLE, token)
    channel, _, bank_code = bank.partition(_SEPARATOR)
    choice = Choice(payable_id, channel, bank_code or None)
    back = RedirectResponse(f"/p/{token}", status_code=303)
    try:
        attempt = await paying.begin_attempt(hall_of(request, utc_now), choice)
    except (NothingDueError, AttemptLiveError):
        return back  # The page says what is so.
    except ChannelNotOfferedError:
        return await _choose_again(request, token, links)
    answer = back
    if attempt.redirect_url is not None:
        answer = RedirectResponse(attempt.redirect_url, status_code=303)
    remember_payer(request, answer, payable_id, links.token(Purpose.ATTEMPT, attempt.id))
    remember_bank(request, answer, bank_code or channel)
    return answer


@router.post("/p/{token}/hoi-lai")
async def ask_again(request: Request, token: str, links: LinkMaker) -> Response:
    """Ask the bank now: the payer says that they have paid."""
    await paying.ask_live(hall_of(request, utc_now), links.read(Purpose.PAYABLE, token))
    return RedirectResponse(f"/p/{token}", status_code=303)


@router.get("/p/{token}/events")
async def follow_phone(request: Request, token: str, links: LinkMaker) -> Response:
    """Tell the page when it has to be drawn again (server-sent events, ``status``)."""
    payable_id = links.read(Purpose.PAYABLE, token)
    database = database_of(request)
    async with database.transaction() as session:
        payable = await look.read_payable(session, payable_id)

    async def read() -> str | None:
        async with database.transaction() as session:
            return (await _phone(session, request, payable_id, links)).signature()

    return event_stream(request, payable.dossier_code, read)


async def _phone(session: AsyncSession, request: Request, payable_id: UUID, links: Links) -> Phone:
    payable = await look.read_payable(session, payable_id)
    ids = attempts_of_browser(request, payable_id, links)
    mine = [await look.read_paid(session, attempt_id) for attempt_id in ids]
    mine = [each for each in mine if each.payable.id == payable_id]
    settled = any(each.settled_it for each in mine)
    receipts = await receipts_of(session, payable_id) if settled else []
    live = await pay.live_attempt(session, payable_id) if payable.takes_money else None
    channels = await look.offered_channels(session, payable.remaining_vnd or payable.amount_vnd)
    due = payable.takes_money
    silent = await waiting.silent_channels(session, now=utc_now()) if due else ()
    return Phone(payable, mine, live, receipts, _rows(channels, last_bank(request)), silent)


def _rows(channels: Sequence[ChannelInfo], last: str | None) -> Sequence[BankRow]:
    """Return each bank once, by the first channel that reaches it; the one used last comes first.

    Banks come before wallets; a transfer from any other bank closes the list.
    """
    rows: dict[str, BankRow] = {}
    for channel in channels:
        for bank in channel.banks:
            rows.setdefault(bank.code, BankRow(channel, bank, bank.code == last))
    others = [
        BankRow(channel, None, channel.code.value == last)
        for channel in channels
        if channel.is_transfer
    ]
    ordered = sorted(rows.values(), key=lambda row: row.bank is not None and row.bank.is_wallet)
    return sorted([*ordered, *others], key=lambda row: not row.used_last)


def _page(
    request: Request, phone: Phone, token: str, links: Links, *, error: bool = False
) -> Response:
    return render(
        request,
        "phone.html" if phone.payable.takes_money else "phone_done.html",
        phone=phone,
        payable=phone.payable,
        token=token,
        receipt_url=links.receipt_url,
        choice_missing=error,
        status=422 if error else 200,
    )


async def _choose_again(request: Request, token: str, links: Links) -> Response:
    payable_id = links.read(Purpose.PAYABLE, token)
    async with database_of(request).transaction() as session:
        phone = await _phone(session, request, payable_id, links)
    return _page(request, phone, token, links, error=True)
