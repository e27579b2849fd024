"""Close a day: what was issued, and what changed since, becomes submissions of 01/TH-BLĐT."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import Line, LineState, Submission, TableKey, last_cut
from receipt.repository import daily_tables as rows
from receipt.repository.daily_tables import Unreported
from receipt.tables import DailyTableChangeRow
from shared.days import vietnam_day
from shared.ids import new_id


@dataclass
class _Draft:
    """What one table's next submission says, by receipt."""

    name: str
    lines: dict[UUID, Line] = field(default_factory=dict)
    notices: list[UUID] = field(default_factory=list)


Drafts = dict[TableKey, _Draft]


async def close_due(session: AsyncSession, *, closes_at: time, now: datetime) -> list[UUID]:
    """Make the submissions whose cut has passed, and return their ids; again, it makes none.

    Every number stands in exactly one line that reports it; later lines only correct it.
    """
    return await _close(session, until=last_cut(now, closes_at), agencies=None, now=now)


async def close_now(
    session: AsyncSession, agencies: Collection[str], *, now: datetime
) -> list[UUID]:
    """Make the submissions of everything until this moment, as an accountant asks."""
    return await _close(session, until=now, agencies=agencies, now=now)


async def note_error(
    session: AsyncSession,
    receipt_id: UUID,
    notice_id: UUID,
    fields: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Have the next table tell of a notice 04/SS-CTĐT; call it where the notice is made."""
    await rows.insert_change(session, receipt_id, notice_id, fields, at=now)


async def _close(
    session: AsyncSession, *, until: datetime, agencies: Collection[str] | None, now: datetime
) -> list[UUID]:
    await rows.lock_closing(session)
    fresh = await rows.find_unreported(session, until=until, agencies=agencies)
    changes = await rows.waiting_changes(session, until=until, agencies=agencies)
    if not fresh and not changes:
        return []
    drafts: Drafts = {}
    await _report(session, drafts, fresh)
    await _correct(session, drafts, fresh, changes)
    return [await _store(session, key, draft, now=now) for key, draft in drafts.items()]


async def _report(session: AsyncSession, drafts: Drafts, fresh: Collection[Unreported]) -> None:
    """Add the lines of receipts that are reported for the first time."""
    olds = await rows.places_of(session, [each.replaces for each in fresh if each.replaces])
    successors = await rows.successors_of(session, [each.line.receipt_id for each in fresh])
    for each in fresh:
        line = each.line
        if each.replaces in olds:
            line = line.replacing(olds[each.replaces])
        if line.receipt_id in successors:
            line = line.replaced_by(successors[line.receipt_id])
        _draft(drafts, each.key, each.collector_name).lines[line.receipt_id] = line


async def _correct(
    session: AsyncSession,
    drafts: Drafts,
    fresh: Collection[Unreported],
    changes: Collection[DailyTableChangeRow],
) -> None:
    """Change the lines of receipts that were replaced, or about which a notice was made."""
    replaced = {each.replaces: each.line.place for each in fresh if each.replaces is not None}
    drafted = {each.line.receipt_id: each.key for each in fresh}
    before = await rows.newest_lines_of(
        session, {*replaced, *(each.receipt_id for each in changes)} - drafted.keys()
    )
    for receipt_id, place in replaced.items():
        known = before.get(receipt_id)
        if known is not None and known.line.state is not LineState.REPLACED:
            line = known.line.replaced_by(place).correcting()
            _draft(drafts, known.key, known.collector_name).lines[receipt_id] = line
    by_receipt: dict[UUID, list[DailyTableChangeRow]] = defaultdict(list)
    for change in changes:
        by_receipt[change.receipt_id].append(change)
    for receipt_id, notices in by_receipt.items():
        known = before.get(receipt_id)
        if receipt_id in drafted:
            draft = drafts[drafted[receipt_id]]
        elif known is not None:
            draft = _draft(drafts, known.key, known.collector_name)
            draft.lines.setdefault(receipt_id, known.line.correcting())
        else:
            continue  # Not reported yet: the line that reports it will tell of it.
        for notice in notices:
            explained = draft.lines[receipt_id].explained(notice.notice_id, notice.fields)
            draft.lines[receipt_id] = explained
            draft.notices.append(notice.notice_id)


async def _store(session: AsyncSession, key: TableKey, draft: _Draft, *, now: datetime) -> UUID:
    table_id, number = await rows.table_of(session, key, draft.name)
    lines = list(draft.lines.values())
    submission = Submission(new_id(), key, draft.name, number, lines, now)
    reports = any(line.adjusts is None for line in lines)
    lines_day = key.day_on if reports else vietnam_day(now)
    await rows.store_submission(session, table_id, submission, lines_day=lines_day)
    await rows.mark_changes(session, draft.notices, submission.id)
    return submission.id


def _draft(drafts: Drafts, key: TableKey, name: str) -> _Draft:
    return drafts.setdefault(key, _Draft(name))
