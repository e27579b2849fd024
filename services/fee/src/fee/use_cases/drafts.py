"""Drafting tariffs, one by one or by file; nothing that is drafted counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain import tariff as domain
from fee.domain.checking import Fault, FaultCode, TariffFaultError, check, check_together
from fee.domain.tariff import (
    Tariff,
    TariffNotFoundError,
    TariffRequestedError,
    TariffStatus,
    TariffTrigger,
)
from fee.repository import tariffs as repository
from fee.tables import TariffRow
from fee.use_cases.publishing import words_of
from shared.approvals import Person
from shared.contracts.parts import FeeKind
from shared.db.tables import AuditRow
from shared.ids import new_id

DRAFTED: Final = "tariff.draft"
IMPORTED: Final = "tariff.import"
EDITED: Final = "tariff.edit"
DISCARDED: Final = "tariff.discard"
ACTS: Final = (DRAFTED, IMPORTED, EDITED, DISCARDED)

_STANDING: Final = {TariffStatus.APPROVED, TariffStatus.DRAFT}


async def draft_tariff(session: AsyncSession, tariff: Tariff, *, by: Person, now: datetime) -> None:
    """Store a new draft; raise TariffFaultError where it clashes with itself or another row."""
    faults = await faults_of(session, [tariff])
    if faults:
        raise TariffFaultError(*faults[0])
    await _store(session, [tariff], DRAFTED, by=by, now=now)


async def import_tariffs(
    session: AsyncSession, tariffs: Sequence[Tariff], *, by: Person, now: datetime
) -> list[str]:
    """Store the rows that are new as drafts and return their codes; all of them or none.

    Look for ``faults_of`` first; rows that are known as they stand are left out.
    """
    known = await repository.lock_tariffs(session, [tariff.code for tariff in tariffs])
    new = [tariff for tariff in tariffs if tariff.code not in known]
    await _store(session, new, IMPORTED, by=by, now=now)
    return [tariff.code for tariff in new]


async def edit_draft(
    session: AsyncSession, code: str, tariff: Tariff, *, by: Person, now: datetime
) -> None:
    """Make the draft ``code`` say what ``tariff`` says; its code stays."""
    row = await _lock_draft(session, code, TariffTrigger.EDIT)
    if tariff.code != code:
        raise TariffFaultError(Fault("tariff_code", FaultCode.CODE_KNOWN))
    faults = await faults_of(session, [tariff], editing=code)
    if faults:
        raise TariffFaultError(*faults[0])
    repository.fill(row, tariff, words_of(tariff))
    repository.insert_audit(session, [_audit(EDITED, code, by, now)])
    await session.flush()


async def discard_draft(session: AsyncSession, code: str, *, by: Person, now: datetime) -> None:
    """Give up the draft ``code``; what it would have said may be drafted anew."""
    row = await _lock_draft(session, code, TariffTrigger.DISCARD)
    row.status = domain.LIFECYCLE.next(row.status, TariffTrigger.DISCARD)
    repository.insert_audit(session, [_audit(DISCARDED, code, by, now)])


async def faults_of(
    session: AsyncSession, tariffs: Sequence[Tariff], *, editing: str | None = None
) -> Mapping[int, tuple[Fault, ...]]:
    """Return, by place, what keeps ``tariffs`` from being drafts: alone, together, with the book.

    A row that is known as it stands has no fault; ``editing`` names the draft that is replaced.
    """
    known = await repository.lock_tariffs(session, [tariff.code for tariff in tariffs])
    codes = sorted({tariff.fee_code for tariff in tariffs})
    standing = await repository.tariffs_of(session, codes, _STANDING)
    others = [each for rows in standing.values() for each in rows if each.code != editing]
    keys = {each.key: each.code for each in others}
    kinds = {each.fee_code: each.kind for each in others}
    together = check_together(tariffs)
    found = {}
    for place, tariff in enumerate(tariffs):
        row = None if tariff.code == editing else known.get(tariff.code)
        faults = (
            *check(tariff),
            *together.get(place, ()),
            *(_beside(tariff, keys, kinds) if row is None else _known(tariff, row)),
        )
        if faults:
            found[place] = faults
    return found


def _beside(
    tariff: Tariff, keys: Mapping[tuple[object, ...], str], kinds: Mapping[str, FeeKind]
) -> Sequence[Fault]:
    faults = []
    if keys.get(tariff.key, tariff.code) != tariff.code:
        faults.append(Fault("valid_from", FaultCode.KEY_KNOWN))
    if kinds.get(tariff.fee_code, tariff.kind) is not tariff.kind:
        faults.append(Fault("fee_kind", FaultCode.KIND_DIFFERS))
    return faults


def _known(tariff: Tariff, row: TariffRow) -> Sequence[Fault]:
    """Return what is wrong with a row whose code is known; nothing if it stands so already."""
    if row.status is not TariffStatus.APPROVED:
        return [Fault("tariff_code", FaultCode.CODE_KNOWN)]
    differs = domain.differing(tariff, repository.to_tariff(row))
    if not differs:
        return []
    if differs == {"valid_to"}:
        return [Fault("valid_to", FaultCode.END_ELSEWHERE)]
    return [Fault("tariff_code", FaultCode.PUBLISHED)]


async def _store(
    session: AsyncSession, tariffs: Sequence[Tariff], act: str, *, by: Person, now: datetime
) -> None:
    worded = [(tariff, words_of(tariff)) for tariff in tariffs]
    new = await repository.insert_tariffs(session, worded, status=domain.LIFECYCLE.initial)
    if len(new) != len(tariffs):  # Somebody else was faster with the same code or key.
        raise TariffFaultError(Fault("tariff_code", FaultCode.CODE_KNOWN))
    repository.insert_audit(session, [_audit(act, tariff.code, by, now) for tariff in tariffs])


async def _lock_draft(session: AsyncSession, code: str, trigger: TariffTrigger) -> TariffRow:
    """Return the draft, locked; what waits for its second person stays as it is."""
    row = (await repository.lock_tariffs(session, [code])).get(code)
    if row is None:
        raise TariffNotFoundError(f"no tariff {code!r}")
    domain.LIFECYCLE.next(row.status, trigger)
    if await repository.requested_ids(session, [row.id]):
        raise TariffRequestedError(f"{code} waits for its second person", tariff_code=code)
    return row


def _audit(act: str, code: str, by: Person, now: datetime) -> AuditRow:
    return AuditRow(
        id=new_id(), at=now, actor=by.subject, act=act, subject=code, reason=None,
        details={"name": by.name},
    )  # fmt: skip
