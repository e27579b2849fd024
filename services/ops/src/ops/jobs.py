"""The clock door of ops: checkpoints each minute, figures, the proof."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from ops import use_cases
from ops.adapters.kafka.client import Broker
from ops.adapters.prover.client import Snapshots, open_snapshots
from ops.domain import report
from ops.domain.archive import read_head
from ops.domain.delivery import DECIDING
from ops.domain.evidence import Evidence, Streams
from ops.domain.figures import Backlog
from ops.domain.findings import Finding
from ops.domain.proofs import PROVE
from ops.settings import Settings
from shared.clock import utc_now
from shared.contracts.catalogue import KEPT_TOPICS
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.errors import DomainError
from shared.ids import new_id
from shared.jobs import Job

_SERVICES: Final = ("dossier", "fee", "payment-gateway", "receipt", "notifier", "ops")
_CONSUMERS: Final = (*_SERVICES, *(f"{service}.views" for service in _SERVICES))

_NOT_RUN: Final = 2
"""Exit status of a proof that could not look: neither held nor violated."""


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Return the jobs of ops."""
    broker = Broker(settings.kafka_bootstrap)
    measure = partial(measure_figures, broker=broker, urls=settings.prover_urls())
    return (
        Job(name="say-checkpoints", run=say_checkpoints, pause=timedelta(minutes=1)),
        Job(name="measure-figures", run=measure, pause=timedelta(seconds=15)),
        Job(name="ask-hourly", run=ask_hourly, pause=timedelta(minutes=1)),
        Job(name=PROVE, run=partial(run_proof, settings=settings), pause=timedelta(seconds=2)),
    )


async def say_checkpoints(database: Database, _only: UUID | None) -> bool:
    """Tell owners how far their streams are archived; never due twice at once."""
    cause = Cause(correlation_id=new_id(), causation_id=new_id())
    async with database.transaction() as session:
        await use_cases.say_checkpoints(session, cause=cause, now=utc_now())
    return False


async def measure_figures(
    database: Database, _only: UUID | None, *, broker: Broker, urls: dict[str, str]
) -> bool:
    """Ask the broker and every outbox how much waits there, and keep the answer."""
    lags = await broker.lags(_CONSUMERS)
    now = utc_now()
    async with open_snapshots(urls) as snapshots:
        unsent = [await snapshots.unsent(name, now=now) for name in snapshots.services]
        unanswered = await snapshots.unanswered(now=now)
        held_up = await snapshots.held_up(now=now)
    backlog = [Backlog(consumer, topic, lag, now) for (consumer, topic), lag in lags.items()]
    async with database.transaction() as session:
        await use_cases.record_figures(
            session, backlog=backlog, unsent=unsent, unanswered=unanswered, held_up=held_up
        )
    return False


async def ask_hourly(database: Database, _only: UUID | None) -> bool:
    """Have the proof run by itself in operation."""
    async with database.transaction() as session:
        await use_cases.ask_hourly(session, now=utc_now())
    return False


async def run_proof(database: Database, only: UUID | None, *, settings: Settings) -> bool:
    """Run the proof that is due; False when there is none."""
    async with database.transaction() as session:
        proof_id = await use_cases.take_due_proof(session, only, now=utc_now())
    if proof_id is None:
        return False

    try:
        evidence = await gather(settings, grace=settings.proof_grace)
    except DomainError:
        async with database.transaction() as session:
            await use_cases.put_off_proof(session, proof_id, now=utc_now())
        raise
    found = report.as_json(report.prove(evidence), at=evidence.at)

    async with database.transaction() as session:
        await use_cases.finish_proof(session, proof_id, found, now=utc_now())
    return True


async def verify(settings: Settings, argv: Sequence[str]) -> int:
    """``python -m ops verify``: prove once, print one line per invariant; 1 if any is violated."""
    options = _options(argv)
    try:
        evidence = await gather(settings, grace=timedelta(seconds=options.grace))
    except DomainError as error:
        sys.stderr.write(f"{error.title}: {error.detail}\n")
        return _NOT_RUN
    findings = report.prove(evidence, quiet=options.quiet)
    sys.stdout.write(_printed(findings, evidence, as_json=options.json))
    return 0 if report.holds(findings) else 1


async def gather(settings: Settings, *, grace: timedelta) -> Evidence:
    """Note the ends, open the snapshots, fold the streams up to the ends, read the tables.

    The order matters: whatever a stream holds below its end was committed before the snapshots.
    """
    broker = Broker(settings.kafka_bootstrap)
    ends = await broker.ends(KEPT_TOPICS)
    async with open_snapshots(settings.prover_urls()) as snapshots:
        at = utc_now()
        streams = Streams(ends)
        async for record in broker.records(ends):
            streams.add(record.place, record.offset, record.value, read_head(record.value))
        return await _evidence(snapshots, streams, at=at, grace=grace)


async def _evidence(
    snapshots: Snapshots, streams: Streams, *, at: datetime, grace: timedelta
) -> Evidence:
    names = snapshots.services
    return Evidence(
        at=at,
        grace=grace,
        streams=streams,
        outboxes={name: await snapshots.outbox(name) for name in names},
        archive=await snapshots.archive(streams.ends),
        checkpoints=await snapshots.checkpoints(),
        receipts=await snapshots.receipts(),
        series=await snapshots.series(),
        payables=await snapshots.payables(),
        monies=await snapshots.monies(),
        refunds=await snapshots.refunds(),
        refunded_monies=await snapshots.refunded_monies(),
        ledger=await snapshots.ledger(),
        files=await snapshots.files(),
        awaiting=await snapshots.awaiting_numbers(),
        deliveries={name: await snapshots.deliveries(name) for name in names if name in DECIDING},
    )


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops verify", description=verify.__doc__)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--quiet", action="store_true", help="nothing may be on its way")
    parser.add_argument("--grace", type=float, default=60.0, metavar="SECONDS")
    return parser.parse_args(argv)


def _printed(findings: Sequence[Finding], evidence: Evidence, *, as_json: bool) -> str:
    if not as_json:
        return report.as_text(findings)
    return json.dumps(report.as_json(findings, at=evidence.at), ensure_ascii=False) + "\n"
