"""The clock door: attempts and refunds whose counterpart has to be called."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from payment_gateway.adapters.channel import ChannelClient, Refunder
from payment_gateway.adapters.paying import ASK, BEGIN
from payment_gateway.domain.channels import NotKnownYet, Refused, Standing
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.domain.refunds import NeverAsked, Outcome, Undecided
from payment_gateway.use_cases import pay, refund_sending, settle
from payment_gateway.use_cases.pay import Calling
from payment_gateway.use_cases.refund_sending import PAY
from shared.clock import utc_now
from shared.contracts.parts import PaymentChannel
from shared.db.database import Database
from shared.failpoints import hit
from shared.jobs import Job

Clients = Mapping[PaymentChannel, ChannelClient]


async def begin_attempt(database: Database, only: UUID | None, *, clients: Clients) -> bool:
    """Tell the counterpart of one new attempt; False when there is none.

    Dying after the call repeats it with the same reference, and the counterpart begins once.
    """
    async with database.transaction() as session:
        claimed = await pay.take_attempt_to_begin(session, only, now=utc_now())
    if claimed is None:
        return False
    order = pay.order_of(claimed)
    try:
        begun = await clients[order.channel].begin(order, now=utc_now())
    except ChannelUnavailableError:
        begun = None
    hit("W16")
    async with database.transaction() as session:
        if begun is None:
            await pay.mark_unanswered(session, claimed, now=utc_now())
        else:
            await pay.mark_begun(session, claimed, begun, now=utc_now())
    return True


async def ask_attempt(database: Database, only: UUID | None, *, clients: Clients) -> bool:
    """Ask what became of one attempt; False when none is due.

    ``only``: a person waits; the schedule stays as it is.
    """
    async with database.transaction() as session:
        claimed = await pay.take_attempt_to_ask(session, only, now=utc_now())
    if claimed is None:
        return False
    order = pay.order_of(claimed)
    standing = await clients[order.channel].ask(order, now=utc_now())
    if isinstance(standing, NotKnownYet) and only is not None:
        return True
    await _learn(database, claimed, standing)
    return True


async def _learn(database: Database, claimed: Calling, standing: Standing) -> None:
    attempt, now = claimed.attempt, utc_now()
    async with database.transaction() as session:
        if isinstance(standing, Credit):
            await settle.record_credit(session, standing, cause=claimed.cause, now=now)
        elif isinstance(standing, Refused):
            failure = Failure(attempt.channel, attempt.reference, standing.code)
            await settle.record_failure(session, failure, cause=claimed.cause, now=now)
        else:
            await pay.mark_unknown(session, claimed, now=now)


async def pay_refund(database: Database, only: UUID | None, *, clients: Clients) -> bool:
    """Have one approved refund given back by its channel; False when none is due.

    One that was called before is asked about first, and sent again only if its channel has never
    heard of it; the key is the same.
    """
    async with database.transaction() as session:
        claimed = await refund_sending.take_due_refund(session, only, now=utc_now())
    if claimed is None:
        return False
    order = claimed.order
    client = clients[order.channel]
    outcome: Outcome = Undecided()
    if isinstance(client, Refunder):
        outcome = NeverAsked()
        if claimed.asks_first:
            outcome = await client.ask_refund(order, now=utc_now())
        if isinstance(outcome, NeverAsked):
            outcome = await client.refund(order, now=utc_now())
    hit("W16")
    async with database.transaction() as session:
        await refund_sending.record_outcome(session, claimed, outcome, now=utc_now())
    return True


def jobs(clients: Clients) -> tuple[Job, ...]:
    """Return the jobs of this service."""
    return (
        Job(BEGIN, partial(begin_attempt, clients=clients), pause=timedelta(seconds=1)),
        Job(ASK, partial(ask_attempt, clients=clients), pause=timedelta(seconds=5)),
        Job(PAY, partial(pay_refund, clients=clients), pause=timedelta(seconds=5)),
    )
