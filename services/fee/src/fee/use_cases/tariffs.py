"""Reading the book of tariffs: the list, one tariff and its history, what dossiers wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.tariff import (
    LIFECYCLE,
    Tariff,
    TariffFilter,
    TariffNotFoundError,
    TariffOrigin,
    TariffPhase,
    TariffRequestedError,
    TariffStatus,
    TariffTrigger,
    phase_of,
)
from fee.domain.waiting import Missing
from fee.repository import assessments
from fee.repository import tariffs as repository
from fee.tables import TariffRow
from fee.use_cases.drafts import ACTS
from fee.use_cases.publishing import toneless
from shared.contracts.fee import Certainty
from shared.db.tables import ApprovalRow, AuditRow

_MISSING: Final = 20
_NEIGHBOURS: Final = 50
_EXPORTED: Final = 50_000
NEW_CODE: Final = "TF-"


@dataclass(frozen=True)
class Listed:
    """One line of the list: a tariff, and what is said of it on that day."""

    tariff: Tariff
    phase: TariffPhase


@dataclass(frozen=True)
class TariffPage:
    """One page of the list; ``next_after`` names where the next one begins."""

    lines: Sequence[Listed]
    next_after: str | None
    counts: Mapping[Certainty, int]


@dataclass(frozen=True)
class TariffHistory:
    """One tariff, everything that was done with it, and the other rows of its fee and case."""

    tariff: Tariff
    phase: TariffPhase
    status: TariffStatus
    origin: TariffOrigin
    approved_at: datetime | None
    requests: Sequence[ApprovalRow]
    acts: Sequence[AuditRow]
    neighbours: Sequence[Listed]

    @property
    def is_asked(self) -> bool:
        """Tell whether a request about it waits for its second person."""
        return any(row.decided_at is None for row in self.requests)

    def check(self, trigger: TariffTrigger) -> None:
        """Raise IllegalStepError or TariffRequestedError unless ``trigger`` may happen now."""
        LIFECYCLE.next(self.status, trigger)
        if self.is_asked:
            raise TariffRequestedError(f"{self.tariff.code} waits for its second person")


async def list_tariffs(
    session: AsyncSession, wanted: TariffFilter, *, typed: str, today: date
) -> TariffPage:
    """Return a page of the list; ``typed`` is searched without tone marks in names and codes."""
    narrowed = replace(wanted, words=_words(typed), today=today)
    rows = await repository.list_tariffs(session, narrowed)
    shown = rows[: wanted.limit]
    return TariffPage(
        lines=await _listed(session, shown, today),
        next_after=shown[-1].code if len(rows) > len(shown) else None,
        counts=await repository.count_tariffs(session),
    )


async def approved_tariffs(
    session: AsyncSession, wanted: TariffFilter, *, typed: str
) -> Sequence[Tariff]:
    """Return all approved tariffs that a list would show, for a file."""
    narrowed = replace(wanted, words=_words(typed), after=None, limit=_EXPORTED)
    rows = await repository.list_tariffs(session, narrowed)
    return [repository.to_tariff(row) for row in rows if row.status is TariffStatus.APPROVED]


async def read_history(session: AsyncSession, code: str, *, today: date) -> TariffHistory:
    """Return the tariff ``code`` with its history; raise TariffNotFoundError if unknown."""
    row = await repository.read_tariff(session, code)
    if row is None:
        raise TariffNotFoundError(f"no tariff {code!r}")
    (listed,) = await _listed(session, [row], today)
    return TariffHistory(
        tariff=listed.tariff,
        phase=listed.phase,
        status=row.status,
        origin=row.origin,
        approved_at=row.approved_at,
        requests=await repository.requests_of(session, row.id),
        acts=await repository.audit_of(session, code, ACTS),
        neighbours=await _neighbours(session, listed.tariff, today),
    )


async def next_code(session: AsyncSession) -> str:
    """Return a code that is free now: the next number after those given."""
    return f"{NEW_CODE}{await repository.highest_number(session, NEW_CODE) + 1:04}"


async def missing_tariffs(session: AsyncSession) -> Sequence[Missing]:
    """Return the fees without a tariff that most dossiers wait for (chưa có biểu phí)."""
    return await assessments.missing_tariffs(session, limit=_MISSING)


async def _neighbours(session: AsyncSession, tariff: Tariff, today: date) -> Sequence[Listed]:
    """Return the rows for the same case at other times, the newest first."""
    wanted = TariffFilter(words=(toneless(tariff.fee_code),), limit=500)
    rows = [
        row
        for row in await repository.list_tariffs(session, wanted)
        if row.code != tariff.code and _same_case(repository.to_tariff(row), tariff)
    ]
    rows.sort(key=lambda row: (row.valid_from, row.code), reverse=True)
    return await _listed(session, rows[:_NEIGHBOURS], today)


def _words(typed: str) -> tuple[str, ...]:
    """Return what is searched for; characters that no text holds are left out."""
    return tuple(toneless("".join(each if each.isprintable() else " " for each in typed)).split())


def _same_case(one: Tariff, other: Tariff) -> bool:
    return replace(other, valid_from=one.valid_from).key == one.key


async def _listed(session: AsyncSession, rows: Sequence[TariffRow], today: date) -> list[Listed]:
    requested = await repository.requested_ids(session, [row.id for row in rows])
    found = []
    for row in rows:
        tariff = repository.to_tariff(row)
        phase = phase_of(tariff, row.status, requested=row.id in requested, today=today)
        found.append(Listed(tariff, phase))
    return found
