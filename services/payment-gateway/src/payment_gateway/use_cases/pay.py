"""Attempts: begun by a payer, sent to the channel, asked about, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import attempts, facts
from payment_gateway.domain.attempts import ASK_PAUSES, LEASE, Attempt, Status
from payment_gateway.domain.channels import Begun, Order, Redirect
from payment_gateway.domain.errors import (
    AttemptLiveError,
    ChannelNotOfferedError,
    LinkNotGenuineError,
    NothingDueError,
)
from payment_gateway.domain.payables import Payable
from payment_gateway.repository import attempts as attempt_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.attempts import Claimed, NewAttempt
from payment_gateway.repository.channels import read_channel
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import AttemptOutcome
from shared.ids import new_id
from shared.outbox import Emission, emit_all

SUPERSEDED = "superseded"
UNANSWERED = "channel-unavailable"
GIVEN_UP = "no-answer"

Calling = Claimed
"""An attempt whose counterpart a job calls now."""

_BEGINS = (Status.CREATED,)
_ASKED_ABOUT = (Status.REDIRECTED, Status.UNKNOWN, Status.SUPERSEDED)


@dataclass(frozen=True)
class Choice:
    """What a payer chose."""

    payable_id: UUID
    channel: str
    bank_code: str | None


async def live_attempt(session: AsyncSession, payable_id: UUID) -> Attempt | None:
    """Return the attempt by which somebody may be paying just now."""
    return await attempt_rows.live_attempt(session, payable_id)


async def start_attempt(
    session: AsyncSession, choice: Choice, *, supersedes: UUID | None, cause: Cause, now: datetime
) -> Attempt:
    """Store an attempt, due at once; one attempt of a payable lives.

    ``supersedes`` was asked about a moment ago and had no money; another that came between raises
    AttemptLiveError, so that it is asked too. Raises NothingDueError, ChannelNotOfferedError.
    """
    payable = await payable_rows.lock_payable(session, choice.payable_id)
    if payable is None:
        raise LinkNotGenuineError("no such payable")
    if not payable.takes_money:
        raise NothingDueError(f"the payable takes no money: {payable.public_status.value}")
    channel = await _offered(session, choice, payable.remaining_vnd)
    said = await supersede(session, payable, supersedes, cause=cause, now=now)
    ordinal = await attempt_rows.next_ordinal(session, payable.id)
    attempt = Attempt(
        id=new_id(),
        payable_id=payable.id,
        channel=channel,
        reference=attempts.attempt_reference(payable.reference, ordinal),
        bank_code=choice.bank_code,
        amount_vnd=payable.remaining_vnd,
        status=attempts.LIFECYCLE.initial,
        code=None,
        redirect_url=None,
        created_at=now,
    )
    await attempt_rows.insert_attempt(session, NewAttempt(attempt, ordinal, cause))
    said.append(Emission(facts.attempted(payable, attempt), cause, payable.context.agency_code))
    await emit_all(session, said, now=now)
    return attempt


async def _offered(session: AsyncSession, choice: Choice, amount_vnd: int) -> PaymentChannel:
    found = await read_channel(session, choice.channel, choice.bank_code)
    known_bank = choice.bank_code is None or (
        found is not None and found.bank(choice.bank_code) is not None
    )
    if found is None or not known_bank or not found.covers(amount_vnd):
        raise ChannelNotOfferedError("no such channel or bank for this amount")
    return found.code


async def supersede(
    session: AsyncSession, payable: Payable, expected: UUID | None, *, cause: Cause, now: datetime
) -> list[Emission]:
    """Let the live attempt end for another; return what to say. The payable is locked.

    Raises AttemptLiveError if it is not the ``expected`` one, which was asked about.
    """
    live = await attempt_rows.live_attempt(session, payable.id)
    if live is None:
        return []
    if live.id != expected:
        raise AttemptLiveError("another attempt lives and was not asked about")
    status = attempts.LIFECYCLE.next(live.status, attempts.Trigger.SUPERSEDE)
    await attempt_rows.end_attempt(session, live.id, status, code=SUPERSEDED, now=now)
    ended = facts.attempt_ended(payable, live, AttemptOutcome.SUPERSEDED, code=SUPERSEDED)
    return [Emission(ended, cause, payable.context.agency_code)]


async def take_attempt_to_begin(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Claimed | None:
    """Return an attempt whose counterpart has not been called yet, held for a while."""
    return await attempt_rows.claim_due_attempt(session, _BEGINS, only, now=now, lease=LEASE)


async def take_attempt_to_ask(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Claimed | None:
    """Return an attempt to ask about: the one that is due, or ``only`` because a person waits."""
    if only is None:
        return await attempt_rows.claim_due_attempt(
            session, _ASKED_ABOUT, None, now=now, lease=LEASE
        )
    claimed = await attempt_rows.read_claimed(session, only)
    return claimed if claimed is not None and claimed.attempt.status in _ASKED_ABOUT else None


def order_of(claimed: Claimed) -> Order:
    """Return what the counterpart is asked to take, or asked about."""
    attempt, payable = claimed.attempt, claimed.payable
    return Order(
        attempt_id=attempt.id,
        payable_id=attempt.payable_id,
        channel=attempt.channel,
        reference=attempt.reference,
        amount_vnd=attempt.amount_vnd,
        bank_code=attempt.bank_code,
        dossier_code=payable.dossier_code,
        context=payable.context,
        payee=payable.payee,
        lines=payable.lines,
        created_at=attempt.created_at,
    )


async def mark_begun(
    session: AsyncSession, claimed: Claimed, begun: Begun, *, now: datetime
) -> None:
    """Store the counterpart's first answer: where the payer goes on, or a refusal."""
    attempt = await _locked(session, claimed)
    if isinstance(begun, Redirect):
        if attempts.LIFECYCLE.allows(attempt.status, attempts.Trigger.REDIRECT):
            status = attempts.LIFECYCLE.next(attempt.status, attempts.Trigger.REDIRECT)
            await attempt_rows.store_redirect(
                session, attempt.id, status, url=begun.url, due_at=now + ASK_PAUSES[0]
            )
        return
    await _fail(session, claimed, attempt, code=begun.code, now=now)


async def mark_unanswered(session: AsyncSession, claimed: Claimed, *, now: datetime) -> None:
    """Store that the counterpart did not answer the first call: again soon, or failed."""
    attempt = await _locked(session, claimed)
    due_at = attempts.begin_again(claimed.calls, now=now)
    if due_at is None:
        await _fail(session, claimed, attempt, code=UNANSWERED, now=now)
    elif attempt.is_live:
        await attempt_rows.put_off(session, attempt.id, attempt.status, due_at=due_at)


async def mark_unknown(session: AsyncSession, claimed: Claimed, *, now: datetime) -> None:
    """Store that the counterpart does not know yet: asked again by schedule, at last given up."""
    attempt = await _locked(session, claimed)
    due_at = attempts.ask_again(claimed.calls, now=now)
    status = attempt.status
    if attempts.LIFECYCLE.allows(status, attempts.Trigger.ASK_IN_VAIN):
        status = attempts.LIFECYCLE.next(status, attempts.Trigger.ASK_IN_VAIN)
    if due_at is None and attempts.LIFECYCLE.allows(status, attempts.Trigger.GIVE_UP):
        status = attempts.LIFECYCLE.next(status, attempts.Trigger.GIVE_UP)
        await attempt_rows.end_attempt(session, attempt.id, status, code=GIVEN_UP, now=now)
        payable = claimed.payable
        ended = facts.attempt_ended(payable, attempt, AttemptOutcome.GIVEN_UP, code=GIVEN_UP)
        said = [Emission(ended, claimed.cause, payable.context.agency_code)]
        await emit_all(session, said, now=now)
    elif status in _ASKED_ABOUT:
        await attempt_rows.put_off(session, attempt.id, status, due_at=due_at)


async def _locked(session: AsyncSession, claimed: Claimed) -> Attempt:
    """Return the attempt as it is now, its payable locked."""
    await payable_rows.lock_payable(session, claimed.payable.id)
    found = await attempt_rows.read_attempt(session, claimed.attempt.id)
    return found[1] if found is not None else claimed.attempt  # Attempts are never deleted.


async def _fail(
    session: AsyncSession, claimed: Claimed, attempt: Attempt, *, code: str, now: datetime
) -> None:
    if not attempts.LIFECYCLE.allows(attempt.status, attempts.Trigger.FAIL):
        return
    status = attempts.LIFECYCLE.next(attempt.status, attempts.Trigger.FAIL)
    await attempt_rows.end_attempt(session, attempt.id, status, code=code, now=now)
    payable = claimed.payable
    ended = facts.attempt_ended(payable, attempt, AttemptOutcome.FAILED, code=code)
    await emit_all(session, [Emission(ended, claimed.cause, payable.context.agency_code)], now=now)
