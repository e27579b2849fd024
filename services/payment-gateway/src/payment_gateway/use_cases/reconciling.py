"""Reconcile a channel's day: run again at any time, and nothing changes but the run's number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import nights, reconciling
from payment_gateway.domain.debits import compare_debits
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.reconciling import (
    Act,
    DayOfAgency,
    Finding,
    OurSide,
    Trigger,
    act_of,
    by_agency,
)
from payment_gateway.domain.statements import Source, StatementLine
from payment_gateway.repository import attempts as attempt_rows
from payment_gateway.repository import reconciling as rows
from payment_gateway.repository import refund_lists, statements
from payment_gateway.repository.attempts import Claimed
from payment_gateway.repository.reconciling import Close, NewRun
from payment_gateway.tables.statements import DifferenceRow, ReconciliationRow
from shared.contracts.envelope import Cause
from shared.contracts.money import DayReconciled, Difference, DifferenceKind
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id
from shared.outbox import Emission, emit_all

WITHOUT_FILE = frozenset({PaymentChannel.CASH})
"""Channels whose only books are our own."""


@dataclass(frozen=True)
class Run:
    """One run over a channel's day, as a job does it."""

    id: UUID
    channel: PaymentChannel
    day_on: date
    is_nightly: bool
    fetches: bool
    tries: int
    cause: Cause


@dataclass(frozen=True)
class Missing:
    """Money that the channel's file names and we do not know, though we know what it is for."""

    line: StatementLine
    claimed: Claimed | None
    """The attempt to ask about; None for a transfer that names the payable itself."""
    source: Source


@dataclass(frozen=True)
class Wanted:
    """A run that a person asks for."""

    channel: PaymentChannel
    day_on: date
    by: str
    fetches: bool


async def take_due_run(
    session: AsyncSession,
    only: UUID | None,
    *,
    channels: Sequence[PaymentChannel],
    now: datetime,
) -> Run | None:
    """Return a run to do, held for a while; the runs of each night that has passed are stored."""
    if only is None:
        await _plan_nights(session, channels, now=now)
    row = await rows.claim_due_run(session, only, now=now)
    return None if row is None else _run(row)


async def request_run(
    session: AsyncSession, wanted: Wanted, *, cause: Cause, now: datetime
) -> UUID:
    """Store a run that a person asks for; a job does it."""
    fetches = wanted.fetches and wanted.channel not in WITHOUT_FILE
    run = NewRun(
        wanted.channel, wanted.day_on, None, wanted.by, fetches, now,
        cause.correlation_id, cause.causation_id,
    )  # fmt: skip
    (run_id,) = await rows.insert_runs(session, [run], now=now)
    return run_id


async def put_off(session: AsyncSession, run: Run, *, error: str, now: datetime) -> bool:
    """Let a night's run fetch its file later; False where it has tried often enough."""
    due_at = nights.fetch_again(run.tries, now=now)
    if not run.is_nightly or due_at is None:
        return False
    row = await rows.read_run(session, run.id)
    row.due_at, row.error_code = due_at, error
    return True


async def missing_here(session: AsyncSession, run: Run, *, owner: str) -> list[Missing]:
    """Return the money that stands in the file and not with us, whose payment we know."""
    compared = await _compare(session, run, owner)
    found: list[Missing] = []
    for finding in compared.findings:
        alone = finding.kind is DifferenceKind.THERE_NOT_HERE
        if not alone or finding.line is None or finding.known is None:
            continue
        attempt_id = finding.known.attempt_id
        claimed = await attempt_rows.read_claimed(session, attempt_id) if attempt_id else None
        found.append(Missing(finding.line, claimed, compared.source))
    return found


def credit_of(line: StatementLine, channel: PaymentChannel, *, owner: str) -> Credit:
    """Return what a line of a bank's own statement tells of, as its feed would have told it."""
    return Credit(
        channel=channel,
        reference=line.reference,
        channel_reference=line.channel_reference,
        amount_vnd=line.amount_vnd,
        bank_code=line.bank_code,
        booked_at=line.booked_at,
        agency_code=owner,
        is_ours=True,
        raw=f"statement line {line.line_no}".encode(),
        names_payable=True,
        account=line.account,
    )


async def close_day(
    session: AsyncSession, run: Run, *, owner: str, error: str | None, now: datetime
) -> None:
    """Compare, store what differs, and say what came of the day; without a file nothing closes."""
    await statements.lock_day(session, run.channel, run.day_on)
    compared = await _compare(session, run, owner)
    closes = compared.file_id is not None or run.channel in WITHOUT_FILE
    row = await rows.read_run(session, run.id)
    row.due_at, row.ended_at, row.closed, row.error_code = None, now, closes, error
    if not closes:
        return
    await _store_differences(session, run, compared, now=now)
    figures = by_agency(compared.findings, owner)
    for agency in await rows.agencies_closed(session, run.channel, run.day_on):
        figures.setdefault(agency, by_agency((), agency)[agency])
    await _say(session, run, figures, compared.file_id, now=now)


@dataclass(frozen=True)
class _Compared:
    findings: Sequence[Finding]
    file_id: UUID | None
    source: Source


async def _compare(session: AsyncSession, run: Run, owner: str) -> _Compared:
    file = await statements.file_in_force(session, run.channel, run.day_on)
    lines = await statements.lines_of(session, file.id) if file is not None else ()
    named = [line.channel_reference for line in lines]
    monies = await rows.monies_of(session, run.channel, run.day_on, named)
    if file is None:
        ours = OurSide(monies, {}, owner)
        return _Compared(reconciling.agreed(ours), None, Source.BANK)
    here = {money.channel_reference for money in monies}
    alone = [line.reference for line in lines if line.channel_reference not in here]
    known = await rows.known_by(session, run.channel, [each for each in alone if each])
    kept = await statements.kept_references(session, file.id)
    findings = reconciling.compare(lines, OurSide(monies, known, owner), kept=kept)
    findings += await _debits(session, run, file.id, owner)
    return _Compared(findings, file.id, file.source)


async def _debits(session: AsyncSession, run: Run, file_id: UUID, owner: str) -> Sequence[Finding]:
    rows_out = await statements.debits_of(session, file_id)
    paid = await refund_lists.paid_as(session, [row.channel_reference for row in rows_out])
    only_known = run.channel is PaymentChannel.VIETQR
    return compare_debits(rows_out, paid, owner=owner, only_known=only_known)


async def _store_differences(
    session: AsyncSession, run: Run, compared: _Compared, *, now: datetime
) -> None:
    known = await rows.differences_of(session, run.channel, run.day_on)
    for finding in compared.findings:
        act = act_of(finding)
        if finding.kind is None or act is None:
            continue
        told = _told(finding, finding.kind, act)
        place = _place(finding, compared.file_id)
        row = known.pop((finding.channel_reference, finding.occurrence), None)
        if row is None:
            rows.add_difference(session, _new(run, finding, {**told, **place}, now))
        else:
            _find_again(row, told, place, now)
    for row in known.values():
        _move(row, Trigger.AGREE, now)


def _told(finding: Finding, kind: DifferenceKind, act: Act) -> dict[str, object]:
    return {
        "kind": kind,
        "act": act,
        "agency_code": finding.agency_code,
        "dossier_code": finding.dossier_code,
        "money_id": finding.money.id if finding.money is not None else None,
        "ours_vnd": finding.ours_vnd,
        "theirs_vnd": finding.theirs_vnd,
        "at_stake_vnd": finding.at_stake_vnd,
    }


def _place(finding: Finding, file_id: UUID | None) -> dict[str, object]:
    number = finding.line.line_no if finding.line is not None else finding.kept_line_no
    return {"file_id": file_id, "line_no": number}


def _new(run: Run, finding: Finding, values: Mapping[str, object], now: datetime) -> DifferenceRow:
    return DifferenceRow(
        id=new_id(), channel=run.channel, day_on=run.day_on,
        channel_reference=finding.channel_reference, occurrence=finding.occurrence,
        status=reconciling.LIFECYCLE.initial, found_at=now, changed_at=now, **values,
    )  # fmt: skip


def _find_again(
    row: DifferenceRow, told: Mapping[str, object], place: Mapping[str, object], now: datetime
) -> None:
    same = all(getattr(row, name) == value for name, value in told.items())
    for name, value in {**told, **place}.items():
        setattr(row, name, value)
    if not same:
        row.changed_at = now
    _move(row, Trigger.FIND if same else Trigger.CHANGE, now)


def _move(row: DifferenceRow, trigger: Trigger, now: datetime) -> None:
    status = reconciling.LIFECYCLE.next(row.status, trigger)
    if status is not row.status:
        row.status, row.changed_at = status, now


async def _say(
    session: AsyncSession,
    run: Run,
    figures: Mapping[str, DayOfAgency],
    file_id: UUID | None,
    *,
    now: datetime,
) -> None:
    said: list[Emission] = []
    for agency, found in figures.items():
        close = Close(agency, run.channel, run.day_on, file_id, found)
        number = await rows.close_day(session, close, now=now)
        fact = DayReconciled(
            agency_code=agency, day_on=run.day_on, channel=run.channel, run=number,
            ours=found.ours, theirs=found.theirs, matched=found.matched,
            differences=tuple(Difference(kind=k, totals=t) for k, t in found.kinds.items()),
        )  # fmt: skip
        said.append(Emission(fact, run.cause, agency))
    await session.flush()
    await emit_all(session, said, now=now)


async def _plan_nights(
    session: AsyncSession, channels: Sequence[PaymentChannel], *, now: datetime
) -> None:
    passed = nights.nights_due(await rows.last_night(session), now)
    runs = [
        NewRun(
            channel=channel, day_on=day, night_on=night, requested_by=None,
            fetches=channel not in WITHOUT_FILE, due_at=nights.due_at(night),
            correlation_id=new_id(), causation_id=new_id(),
        )
        for night in passed
        for day in nights.days_of(night)
        for channel in channels
    ]  # fmt: skip
    if runs:
        await rows.insert_runs(session, runs, now=now)


def _run(row: ReconciliationRow) -> Run:
    cause = Cause(correlation_id=row.correlation_id, causation_id=row.causation_id)
    nightly = row.night_on is not None
    return Run(row.id, row.channel, row.day_on, nightly, row.fetches, row.tries, cause)
