"""The clock door: counterparts that have to be called, and days to be reconciled."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from payment_gateway.adapters.channel import ChannelClient, Refunder
from payment_gateway.adapters.paying import ASK, BEGIN
from payment_gateway.adapters.settlements.desk import Desk
from payment_gateway.adapters.settlements.files import RECONCILE, fetched
from payment_gateway.domain.channels import NotKnownYet, Refused, Standing
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.domain.refunds import NeverAsked, Outcome, Undecided
from payment_gateway.domain.statements import StatementUnavailableError
from payment_gateway.use_cases import pay, reconciling, refund_sending, settle, statements
from payment_gateway.use_cases.pay import Calling
from payment_gateway.use_cases.reconciling import Missing, Run
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


async def reconcile_day(
    database: Database, only: UUID | None, *, clients: Clients, desk: Desk
) -> bool:
    """Do one run over a channel's day; False when none is due.

    The file is fetched and kept first. What it names and we do not know is asked at its bank, and
    comes in by the normal door. Then both sides are compared. Dying anywhere repeats the run.
    """
    async with database.transaction() as session:
        run = await reconciling.take_due_run(session, only, channels=desk.channels, now=utc_now())
    if run is None:
        return False
    error = await _fetch(database, run, desk)
    if error is not None:
        async with database.transaction() as session:
            if await reconciling.put_off(session, run, error=error, now=utc_now()):
                return True
    owner = desk.owners[run.channel]
    async with database.transaction() as session:
        missing = await reconciling.missing_here(session, run, owner=owner)
    for each in missing:
        await _ask_about(database, run, each, clients=clients, desk=desk)
    async with database.transaction() as session:
        await reconciling.close_day(session, run, owner=owner, error=error, now=utc_now())
    return True


async def _fetch(database: Database, run: Run, desk: Desk) -> str | None:
    """Fetch and keep the file of a run; return why there is no new one, None if all is well."""
    if not (run.fetches and desk.client.is_reachable):
        return None
    try:
        raw = await desk.client.fetch(run.channel, run.day_on)
    except StatementUnavailableError as error:
        return error.code
    async with database.transaction() as session:
        came = fetched(run.channel, run.day_on, raw)
        fault = await statements.keep_file(session, came, now=utc_now())
    return fault.value if fault is not None else None


async def _ask_about(
    database: Database, run: Run, missing: Missing, *, clients: Clients, desk: Desk
) -> None:
    standing: Standing = NotKnownYet()
    if missing.claimed is not None:
        order = pay.order_of(missing.claimed)
        standing = await clients[order.channel].ask(order, now=utc_now())
    if isinstance(standing, NotKnownYet):
        standing = desk.told_by_statement(run.channel, missing) or standing
    if isinstance(standing, Credit):
        async with database.transaction() as session:
            await settle.record_credit(session, standing, cause=run.cause, now=utc_now())


def jobs(clients: Clients, desk: Desk) -> tuple[Job, ...]:
    """Return the jobs of this service."""
    return (
        Job(BEGIN, partial(begin_attempt, clients=clients), pause=timedelta(seconds=1)),
        Job(ASK, partial(ask_attempt, clients=clients), pause=timedelta(seconds=5)),
        Job(PAY, partial(pay_refund, clients=clients), pause=timedelta(seconds=5)),
        Job(
            RECONCILE,
            partial(reconcile_day, clients=clients, desk=desk),
            pause=timedelta(seconds=30),
        ),
    )
