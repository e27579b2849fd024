"""Make a refused submission of 01/TH-BLĐT anew: an accountant asks, a second person approves."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import Line, LineState, Submission
from receipt.domain.remaking import Change, Refused, Since, changes, is_same, line_anew, plan_of
from receipt.domain.tax import NothingToRemakeError, TableNotFoundError
from receipt.repository import daily_tables as tables
from receipt.repository import remaking as rows
from receipt.tables import DailyTableChangeRow
from receipt.use_cases.acting import Acting
from shared import approvals
from shared.approvals import ApprovalState, Decision, Wanted
from shared.db.tables import ApprovalRow
from shared.ids import new_id

ACT: Final = "receipt.table"


@dataclass(frozen=True)
class Anew:
    """A refused submission, and what would stand in its place."""

    refused: Refused
    submission: Submission
    notice_ids: Sequence[UUID]
    """Notices of which it tells."""

    @property
    def is_same(self) -> bool:
        """Tell whether it would say again what was refused."""
        return is_same(self.refused, self.submission)

    @property
    def changes(self) -> list[Change]:
        """Return the lines that would read otherwise."""
        return changes(self.refused.lines, self.submission.lines)


async def show(
    session: AsyncSession,
    table_id: UUID,
    supplement_no: int,
    agencies: Collection[str],
    *,
    now: datetime,
) -> Anew:
    """Return a refused submission, and what would be sent in its place now.

    Raises TableNotFoundError, and IllegalStepError if it is not refused (any more).
    """
    submission_id = await rows.find_open(session, table_id, supplement_no)
    if submission_id is None:
        raise TableNotFoundError
    return await _anew(session, submission_id, {}, agencies=agencies, now=now)


async def ask(
    session: AsyncSession,
    submission_id: UUID,
    explanations: Mapping[str, str],
    reason: str,
    *,
    acting: Acting,
) -> UUID:
    """Ask for a submission in the place of a refused one; return the request.

    ``explanations``: by receipt, what its line explains. Raises NothingToRemakeError while the
    cause of the refusal is as it was.
    """
    anew = await _anew(
        session, submission_id, explanations, agencies=acting.by.agencies, now=acting.now
    )
    if anew.is_same:
        raise NothingToRemakeError
    wanted = Wanted(
        act=ACT, subject=str(submission_id),
        plan=plan_of(anew.refused, anew.submission, explanations),
        reason=reason, agency_code=anew.refused.key.collector_code,
    )  # fmt: skip
    return (await approvals.request(session, wanted, by=acting.by, now=acting.now)).id


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, acting: Acting
) -> UUID | None:
    """End a request; an approval puts the new submission in the old one's place, at once.

    Every number stands in exactly one submission that counts, before and after. Returns the new
    one, which is due now; raises PlanChangedError if it would say something else than was seen.
    """
    row = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if row.state != ApprovalState.APPROVED:
        return None
    explanations: dict[str, str] = row.plan["explanations"]
    anew = await _anew(
        session, UUID(row.subject), explanations, agencies=acting.by.agencies, now=acting.now
    )
    approvals.check_plan(row, plan_of(anew.refused, anew.submission, explanations))
    refused, submission = anew.refused, anew.submission
    await rows.put_aside(session, refused)
    await tables.store_submission(
        session, refused.table_id, submission, lines_day=refused.lines_day
    )
    await rows.inherit_outage(session, refused, submission.id)
    await tables.mark_changes(session, anew.notice_ids, submission.id)
    return submission.id


async def open_of(
    session: AsyncSession, table_id: UUID, agencies: Collection[str]
) -> list[ApprovalRow]:
    """Return the requests about a table that wait for their second person."""
    found = await approvals.open_requests(session, ACT, agencies=frozenset(agencies))
    return [each for each in found if each.plan["table_id"] == str(table_id)]


async def request_of(session: AsyncSession, approval_id: UUID, *, acting: Acting) -> ApprovalRow:
    """Return a request for a submission made anew; raise ApprovalNotFoundError."""
    return await approvals.find(session, ACT, approval_id, agencies=acting.by.agencies)


async def _anew(
    session: AsyncSession,
    submission_id: UUID,
    explanations: Mapping[str, str],
    *,
    agencies: Collection[str] | None,
    now: datetime,
) -> Anew:
    refused = await rows.lock_refused(session, submission_id, agencies)
    if refused is None:
        raise TableNotFoundError
    later = await rows.told_later(session, refused)
    noticed: dict[UUID, list[DailyTableChangeRow]] = defaultdict(list)
    for each in await rows.notices_of(session, refused, until=now):
        if each.submission_id is not None or each.receipt_id not in later:
            noticed[each.receipt_id].append(each)
    since = await _since(session, refused, noticed, later)
    lines = [
        line_anew(line, since[line.receipt_id], explanations.get(str(line.receipt_id), ""))
        for line in refused.lines
    ]
    name = await rows.name_now(session, refused.key.collector_code) or refused.collector_name
    submission = Submission(
        new_id(), refused.key, name, refused.supplement_no, lines, now, refused.submission_id
    )
    told = [each.notice_id for found in noticed.values() for each in found]
    return Anew(refused, submission, told)


async def _since(
    session: AsyncSession,
    refused: Refused,
    noticed: Mapping[UUID, Sequence[DailyTableChangeRow]],
    later: Collection[UUID],
) -> dict[UUID, Since]:
    """Return what is known now of each line's receipt.

    Where a later supplement tells of a receipt too, what is new since is for the next one: its
    newest line is what counts.
    """
    ids = [line.receipt_id for line in refused.lines]
    receipts = await tables.read_again(session, ids)
    before = await rows.lines_before(session, refused)
    olds = await tables.places_of(session, [e.replaces for e in receipts.values() if e.replaces])
    successors = await tables.successors_of(session, ids)
    found: dict[UUID, Since] = {}
    for line in refused.lines:
        receipt, is_newest = receipts[line.receipt_id], line.receipt_id not in later
        tells = is_newest or line.state is LineState.REPLACED
        found[line.receipt_id] = Since(
            basis=_basis(line, before, receipt.line),
            replaced=olds.get(receipt.replaces) if receipt.replaces else None,
            successor=successors.get(line.receipt_id) if tells else None,
            notices=[(e.notice_id, e.fields) for e in noticed.get(line.receipt_id, ())],
        )
    return found


def _basis(line: Line, before: Mapping[UUID, Line], receipt: Line) -> Line:
    return receipt if line.adjusts is None else before.get(line.receipt_id, receipt)
