"""Thu tiền: what came in, and what waits for a person, for the agency's accountants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.repository import cases as case_rows
from payment_gateway.repository import decisions, lists, reversals
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.cases import OpenCase
from payment_gateway.repository.lists import LooseMoney, PaidLine
from payment_gateway.repository.loose import PlacedMoney
from payment_gateway.repository.reversals import WaitingReversal
from payment_gateway.use_cases import deciding, matching
from payment_gateway.use_cases.refunding import Acting
from shared import approvals
from shared.approvals import ApprovalNotFoundError
from shared.db.tables import ApprovalRow

_PAGE = 50
_SHORT = 100
_ACTS: Final = (matching.ACT, deciding.ACT)


@dataclass(frozen=True)
class Kept:
    """A genuine message that nobody could act on."""

    reason_code: str
    received_at: datetime


@dataclass(frozen=True)
class Takings:
    """What the page of *Thu tiền* shows."""

    paid: Sequence[PaidLine]
    next_after: UUID | None


@dataclass(frozen=True)
class Todo:
    """What waits for a person."""

    requests: Sequence[ApprovalRow]
    loose: Sequence[LooseMoney]
    cases: Sequence[OpenCase]
    kept: Sequence[Kept]
    reversals: Sequence[WaitingReversal]

    @property
    def lists(self) -> tuple[Sequence[object], ...]:
        """Return each list of what waits."""
        return self.requests, self.loose, self.cases, self.kept, self.reversals

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits."""
        return not any(self.lists)

    @property
    def is_cut(self) -> bool:
        """Tell whether a list was too long to be shown whole: what follows waits behind it."""
        return any(len(each) >= _SHORT for each in self.lists)

    def waits(self, subject: UUID) -> bool:
        """Tell whether a request about ``subject`` waits for its second person."""
        return any(row.subject == str(subject) for row in self.requests)


@dataclass(frozen=True)
class ShownMoney:
    """One money, the dossier it came for, and the request that waits about it."""

    money: PlacedMoney
    dossier_code: str | None
    waiting: ApprovalRow | None


async def takings_of(
    session: AsyncSession, agencies: Sequence[str], *, after: UUID | None
) -> Takings:
    """Return the payments of ``agencies``, a page at a time."""
    paid = await lists.paid_lines(session, agencies, after=after, limit=_PAGE)
    return Takings(paid=paid, next_after=paid[-1].id if len(paid) == _PAGE else None)


async def todo_of(session: AsyncSession, agencies: Sequence[str]) -> Todo:
    """Return what waits for a person at ``agencies``."""
    mine = frozenset(agencies)
    requests = [
        row
        for act in _ACTS
        for row in await approvals.open_requests(session, act, agencies=mine, limit=_SHORT)
    ]
    return Todo(
        requests=sorted(requests, key=lambda row: row.requested_at),
        loose=await lists.loose_monies(session, agencies, limit=_SHORT),
        cases=await case_rows.open_cases(session, agencies, limit=_SHORT),
        kept=[
            Kept(row.reason_code, row.received_at)
            for row in await decisions.kept_callbacks(session, limit=_SHORT)
        ],
        reversals=await reversals.waiting(session, agencies, limit=_SHORT),
    )


async def count_waiting(session: AsyncSession, agencies: Sequence[str]) -> int:
    """Return how many lines the list of what waits has."""
    todo = await todo_of(session, agencies)
    return sum(len(each) for each in todo.lists)


async def money_at(session: AsyncSession, money_id: UUID, *, acting: Acting) -> ShownMoney:
    """Return one money with what is known of it; raise MoneyNotFoundError."""
    money = await matching.read_money(session, money_id, acting=acting)
    payable = None
    if money.payable_id is not None:
        payable = await payable_rows.read_payable(session, money.payable_id)
    waiting = await waiting_for(session, matching.ACT, str(money_id), acting=acting)
    return ShownMoney(money, None if payable is None else payable.dossier_code, waiting)


async def waiting_for(
    session: AsyncSession, act: str, subject: str, *, acting: Acting
) -> ApprovalRow | None:
    """Return the request of ``act`` about ``subject`` that waits for its second person."""
    return await approvals.open_request(session, act, subject, agencies=acting.by.agencies)


async def request_of(session: AsyncSession, approval_id: UUID, *, acting: Acting) -> ApprovalRow:
    """Return a request about money; raise ApprovalNotFoundError."""
    for act in _ACTS:
        try:
            return await approvals.find(session, act, approval_id, agencies=acting.by.agencies)
        except ApprovalNotFoundError:
            continue
    raise ApprovalNotFoundError("no request of this id")
