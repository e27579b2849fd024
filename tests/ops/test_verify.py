"""``python -m ops verify`` on real databases and a Kafka of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from ops.adapters.prover.client import DatabaseUnavailableError
from ops.domain.proofs import PROVE
from ops.handlers import SUBSCRIPTIONS
from ops.jobs import jobs
from ops.main import make_service
from ops.settings import Settings
from ops.use_cases import ask_for_proof, show_board, show_proof, take_due_proof
from payment_gateway.domain.payables import Status as PayableStatus
from payment_gateway.tables.monies import MoneyRow
from payment_gateway.tables.payables import PayableRow
from receipt.tables import ReceiptRow, SeriesRow
from shared.clock import utc_now
from shared.contracts.catalogue import KEPT_TOPICS
from shared.contracts.parts import FeeKind, PaymentChannel
from shared.contracts.receipt import ReceiptIssued
from shared.db.database import Database
from shared.jobs import Job
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.loops import restarting
from shared.kafka.relay import Relay
from shared.kafka.topics import ensure_topics
from shared.outbox import Emission, emit, emit_all
from shared.service import Service
from tests.conftest import NewDatabase
from tests.ops.builders import CODE, DUE, PAYMENT_ID, SERIES, a_receipt, a_settled_payment, an_id
from tests.support.facts import a_cause
from tests.support.servers import start_servers
from tests.support.waiting import eventually


@dataclass(frozen=True)
class World:
    """The databases of the proof, and ops that reads them."""

    payments: Database
    receipts: Database
    ops: Database
    service: Service
    kafka: str


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker on which no other test says anything: the proof reads every stream whole."""
    with start_servers(tmp_path_factory.mktemp("proof")) as running:
        yield running.kafka


@pytest.fixture
async def world(database_of: NewDatabase, own_kafka: str, monkeypatch: pytest.MonkeyPatch) -> World:
    payments, receipts, ops = [
        await database_of(package) for package in ("payment_gateway", "receipt", "ops")
    ]
    monkeypatch.setenv("KAFKA_BOOTSTRAP", own_kafka)
    monkeypatch.setenv("OPS_DATABASE_URL", ops.dsn)
    monkeypatch.setenv("PROVER_PAYMENT_GATEWAY_DATABASE_URL", payments.dsn)
    monkeypatch.setenv("PROVER_RECEIPT_DATABASE_URL", receipts.dsn)
    await ensure_topics(own_kafka, set(KEPT_TOPICS), replication=1)
    return World(payments, receipts, ops, make_service(), own_kafka)


@asynccontextmanager
async def flowing(world: World) -> AsyncIterator[None]:
    """Run both relays, and the consumer that archives."""
    reader = Reader(
        consumer="ops", instance="0", subscriptions=SUBSCRIPTIONS,
        topic="lephi.ops", source="/lephi/ops",
    )  # fmt: skip
    loops = [
        Relay(world.payments, bootstrap=world.kafka, name="payment-gateway").run,
        Relay(world.receipts, bootstrap=world.kafka, name="receipt").run,
        Consumer(world.ops, reader, bootstrap=world.kafka).run,
    ]
    tasks = [asyncio.create_task(restarting("test", loop)) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def given_a_paid_dossier(world: World) -> UUID:
    """Store a settled payable with its money; return the id of its PaymentSettled."""
    now, fact = utc_now(), a_settled_payment()
    payable = PayableRow(
        id=PAYMENT_ID, dossier_code=CODE, reference="LP1", assessment_id=an_id(1), version=1,
        status=PayableStatus.SETTLED, amount_vnd=fact.amount_vnd, applied_vnd=fact.amount_vnd,
        agency_code="H34.10", collector_code="H34.10", context={}, payee={}, lines=[],
        correlation_id=an_id(1), opened_at=now, settled_at=now,
    )  # fmt: skip
    money = MoneyRow(
        id=an_id(50), channel=PaymentChannel.NPSP, channel_reference="R-1",
        amount_vnd=fact.amount_vnd, applied_vnd=fact.amount_vnd, unmatched_vnd=0,
        status="matched", payable_id=PAYMENT_ID, agency_code="H34.10", booked_at=now,
        received_at=now, raw=b"{}",
    )  # fmt: skip
    async with world.payments.transaction() as session:
        session.add(payable)
        await session.flush()
        session.add(money)
        return await emit(session, fact, cause=a_cause(), agency="H34.10", now=now)


async def given_its_receipts(world: World, settled: UUID) -> None:
    """Issue both receipts, as the handler of PaymentSettled would."""
    now = utc_now()
    facts = [a_receipt(kind).model_copy(update={"issued_at": now}) for kind in DUE]
    async with world.receipts.transaction() as session:
        session.add_all([_series(kind, series_id) for kind, series_id in SERIES.items()])
        await session.flush()
        session.add_all([_receipt(fact, settled) for fact in facts])
        await session.execute(
            text("INSERT INTO inbox (consumer, event_id) VALUES ('receipt', :id)"), {"id": settled}
        )
        cause = a_cause()
        cause = type(cause)(cause.correlation_id, settled)
        emissions = [Emission(fact, cause, "H34.10") for fact in facts]
        await emit_all(session, emissions, now=now)


def _series(kind: str, series_id: UUID) -> SeriesRow:
    return SeriesRow(
        id=series_id, tax_code="6101234567", form_symbol="EBL01",
        serial_symbol="26TAA" if kind == "phi" else "26TAB", year=utc_now().year,
        kind=FeeKind(kind), agency_code="H34.10", last_number=1, opened_at=utc_now(),
    )  # fmt: skip


def _receipt(fact: ReceiptIssued, settled: UUID) -> ReceiptRow:
    return ReceiptRow(
        id=fact.receipt_id, payment_id=fact.payment_id, kind=fact.kind, dossier_code=CODE,
        agency_code="H34.10", collector_code="H34.10", series_id=fact.series_id,
        number=fact.number, total_vnd=fact.total_vnd, issued_at=fact.issued_at, fact={},
        status="issued", correlation_id=an_id(1), causation_id=settled,
    )  # fmt: skip


async def verified(world: World, *words: str) -> int:
    return await world.service.commands["verify"](world.service, words)


async def quiet(world: World) -> bool:
    return await verified(world, "--quiet") == 0


async def test_given_a_paid_dossier_when_receipts_come_and_go_then_verify_follows(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    settled = await given_a_paid_dossier(world)
    async with flowing(world):
        await eventually(lambda: archived(world, 1))
        assert await verified(world, "--quiet") == 1
        assert "receipt-missing: H34.10-261124-0007" in capsys.readouterr().out
        assert await verified(world) == 0
        assert "đang trên đường" in capsys.readouterr().out

        await given_its_receipts(world, settled)
        await eventually(lambda: quiet(world), pause=0.3)
    capsys.readouterr()
    assert await verified(world, "--json", "--quiet") == 0
    assert json.loads(capsys.readouterr().out)["invariants"][0]["counts"]["payments"] == 1

    await deleted_by_hand(world)

    assert await verified(world, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    red = {each["invariant"] for each in told["invariants"] if not each["holds"]}
    assert red == {"I6", "I7"}


async def archived(world: World, count: int) -> bool:
    async with world.ops.transaction() as session:
        return (await show_board(session)).events == count


async def deleted_by_hand(world: World) -> None:
    async with world.receipts.transaction() as session:
        gone = await session.execute(
            text("DELETE FROM receipt WHERE kind = 'phi' RETURNING number")
        )
        assert gone.scalars().all() == [1]


async def test_given_a_request_when_the_jobs_run_then_the_proof_and_the_figures_are_kept(
    world: World,
) -> None:
    settings = world.service.settings
    assert isinstance(settings, Settings)
    by_name: dict[str, Job] = {job.name: job for job in jobs(settings)}
    async with world.ops.transaction() as session:
        await ask_for_proof(session, by="someone", now=utc_now() - timedelta(seconds=1))

    assert await by_name["prove"].run(world.ops, None)
    assert not await by_name["prove"].run(world.ops, None)
    await by_name["measure-figures"].run(world.ops, None)

    async with world.ops.transaction() as session:
        proof = await show_proof(session)
        board = await show_board(session)
    assert proof.report is not None
    assert len(proof.report["invariants"]) == 11
    assert {unsent.service for unsent in board.unsent} == {"ops", "payment-gateway", "receipt"}


async def test_given_a_database_that_does_not_answer_when_verified_then_it_is_not_called_passed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    monkeypatch.setenv("PROVER_RECEIPT_DATABASE_URL", nowhere)
    unreachable = World(world.payments, world.receipts, world.ops, make_service(), world.kafka)

    assert await verified(unreachable) == 2
    assert "receipt" in capsys.readouterr().err
    proof_job = next(job for job in unreachable.service.jobs if job.name == PROVE)
    now = utc_now()
    async with world.ops.transaction() as session:
        proof_id = await ask_for_proof(session, by="someone", now=now - timedelta(seconds=1))
    with pytest.raises(DatabaseUnavailableError):
        await proof_job.run(world.ops, None)
    async with world.ops.transaction() as session:
        assert await take_due_proof(session, None, now=now) is None
        assert await take_due_proof(session, None, now=now + timedelta(minutes=1)) == proof_id
