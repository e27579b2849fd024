"""Reconciliation (đối soát): a channel's file of one day against the money that we recorded.

Every line and every money ends in one finding; what differs has the act that settles it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from payment_gateway.domain.statements import StatementLine
from shared.contracts.money import DifferenceKind
from shared.contracts.parts import Totals
from shared.contracts.payment import UnmatchedKind
from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where a difference stands."""

    OPEN = "open"
    EXPLAINED = "explained"
    """An accountant has said why; it still counts."""
    GONE = "gone"
    """Both sides agree now."""


class Trigger(StrEnum):
    """What happens to a difference."""

    FIND = "find"
    """A run finds it, again or as another kind."""
    CHANGE = "change"
    """A run finds something else in its place: it is open once more."""
    EXPLAIN = "explain"
    AGREE = "agree"


LIFECYCLE: Final = Lifecycle(
    initial=Status.OPEN,
    steps=(
        Step(Status.OPEN, Trigger.FIND, Status.OPEN),
        Step(Status.OPEN, Trigger.CHANGE, Status.OPEN),
        Step(Status.OPEN, Trigger.EXPLAIN, Status.EXPLAINED),
        Step(Status.OPEN, Trigger.AGREE, Status.GONE),
        Step(Status.EXPLAINED, Trigger.FIND, Status.EXPLAINED),
        Step(Status.EXPLAINED, Trigger.CHANGE, Status.OPEN),
        Step(Status.EXPLAINED, Trigger.AGREE, Status.GONE),
        Step(Status.GONE, Trigger.FIND, Status.OPEN),
        Step(Status.GONE, Trigger.CHANGE, Status.OPEN),
        Step(Status.GONE, Trigger.AGREE, Status.GONE),
    ),
)


class Act(StrEnum):
    """What settles a difference; each is done where the page leads."""

    ASK_FOR_REST = "ask_for_rest"
    REFUND = "refund"
    MATCH = "match"
    ASK_CHANNEL = "ask_channel"
    """QUERY: its answer comes in by the normal door."""
    RECORD = "record"
    """Take the money in as one that nobody knows."""
    LOCK = "lock"
    """Paid here, unknown there: nothing more is done with the dossier until it is cleared."""
    QUESTION_FILE = "question_file"
    """The channel corrects its file; a newer version supersedes this one."""
    QUESTION_DEBIT = "question_debit"
    """Money left that no refund of ours explains."""


@dataclass(frozen=True)
class OurMoney:
    """A money as we recorded it."""

    id: UUID
    channel_reference: str
    amount_vnd: int
    unmatched_vnd: int
    problem: UnmatchedKind | None
    agency_code: str
    dossier_code: str | None


@dataclass(frozen=True)
class Known:
    """What our reference in a line names: an attempt, or, in a transfer, the payable itself."""

    attempt_id: UUID | None
    dossier_code: str
    agency_code: str


@dataclass(frozen=True)
class Finding:
    """One line and one money that belong together, or one of them alone; ``kind`` None: agree."""

    channel_reference: str
    occurrence: int
    """2 and more: the file lists the same payment again; 0: it says that money left."""
    kind: DifferenceKind | None
    agency_code: str
    ours_vnd: int | None
    theirs_vnd: int | None
    money: OurMoney | None = None
    line: StatementLine | None = None
    known: Known | None = None
    kept_line_no: int | None = None
    """A row that was set apart names this money."""

    @property
    def at_stake_vnd(self) -> int:
        """Return how many đồng the difference is about."""
        if self.ours_vnd is None or self.theirs_vnd is None:
            return (self.ours_vnd or 0) + (self.theirs_vnd or 0)
        apart = abs(self.ours_vnd - self.theirs_vnd)
        return apart or (self.money.unmatched_vnd if self.money is not None else 0)

    @property
    def is_debit(self) -> bool:
        """Tell whether money left, so that it is held against our refunds."""
        return self.occurrence == 0

    @property
    def dossier_code(self) -> str | None:
        """Return the dossier that it touches, where one is known."""
        if self.money is not None:
            return self.money.dossier_code
        return self.known.dossier_code if self.known is not None else None


@dataclass(frozen=True)
class OurSide:
    """All that we know of a channel's day."""

    monies: Sequence[OurMoney]
    known: Mapping[str, Known]
    """By our reference."""
    owner: str
    """The agency of the merchant account: what nobody knows is its to sort out."""


@dataclass(frozen=True)
class DayOfAgency:
    """One agency's figures of a channel's day."""

    ours: Totals
    theirs: Totals
    matched: Totals
    kinds: Mapping[DifferenceKind, Totals]


_BY_PROBLEM: Final = {
    UnmatchedKind.SHORT: DifferenceKind.SHORT,
    UnmatchedKind.OVER: DifferenceKind.OVER,
    UnmatchedKind.DUPLICATE: DifferenceKind.DUPLICATE,
    UnmatchedKind.LATE: DifferenceKind.LATE,
    UnmatchedKind.UNKNOWN: DifferenceKind.UNKNOWN,
    UnmatchedKind.WRONG_PAYEE: DifferenceKind.UNKNOWN,
}
_ACTS: Final = {
    UnmatchedKind.SHORT: Act.ASK_FOR_REST,
    UnmatchedKind.OVER: Act.REFUND,
    UnmatchedKind.DUPLICATE: Act.REFUND,
    UnmatchedKind.LATE: Act.REFUND,
    UnmatchedKind.UNKNOWN: Act.MATCH,
    UnmatchedKind.WRONG_PAYEE: Act.MATCH,
}


def compare(
    lines: Iterable[StatementLine], ours: OurSide, *, kept: Mapping[str, int] | None = None
) -> list[Finding]:
    """Return one finding per line and per money, the lines first.

    ``kept``: the rows that were set apart, by the reference that they still name.
    """
    monies = {money.channel_reference: money for money in ours.monies}
    seen: Counter[str] = Counter()
    found: list[Finding] = []
    for line in lines:
        seen[line.channel_reference] += 1
        occurrence = seen[line.channel_reference]
        money = monies.get(line.channel_reference)
        found.append(
            _of_line(line, money, ours)
            if occurrence == 1
            else _again(line, occurrence, money, ours)
        )
    for money in ours.monies:
        if money.channel_reference not in seen:
            number = (kept or {}).get(money.channel_reference)
            found.append(_alone_here(money, number))
    return found


def agreed(ours: OurSide) -> list[Finding]:
    """Return the findings of a channel without a file, such as cash: our own books alone."""
    return [
        Finding(
            money.channel_reference, 1, _kind_of_problem(money), money.agency_code,
            money.amount_vnd, money.amount_vnd, money,
        )
        for money in ours.monies
    ]  # fmt: skip


def act_of(finding: Finding) -> Act | None:
    """Return what settles a finding; None where both sides agree."""
    if finding.kind is None:
        return None
    if finding.occurrence != 1:
        return Act.QUESTION_DEBIT if finding.is_debit else Act.QUESTION_FILE
    if finding.line is None and finding.theirs_vnd is None:
        return Act.LOCK
    money = finding.money
    if money is None:
        return Act.ASK_CHANNEL if finding.known is not None else Act.RECORD
    if finding.ours_vnd != finding.theirs_vnd or money.problem is None:
        return Act.QUESTION_FILE
    return _ACTS[money.problem]


def by_agency(findings: Iterable[Finding], owner: str) -> dict[str, DayOfAgency]:
    """Return the figures of every agency that the day touches, ``owner`` always."""
    grouped: defaultdict[str, list[Finding]] = defaultdict(list)
    grouped[owner] = []
    for finding in findings:
        grouped[finding.agency_code].append(finding)
    return {agency: _day_of(each) for agency, each in sorted(grouped.items())}


def _of_line(line: StatementLine, money: OurMoney | None, ours: OurSide) -> Finding:
    known = ours.known.get(line.reference)
    if money is None:
        kind = DifferenceKind.UNKNOWN if known is None else DifferenceKind.THERE_NOT_HERE
        owner = known.agency_code if known is not None else ours.owner
        return Finding(
            line.channel_reference, 1, kind, owner, None, line.amount_vnd, line=line, known=known
        )
    return Finding(
        line.channel_reference, 1, _kind_of(line, money), money.agency_code, money.amount_vnd,
        line.amount_vnd, money, line, known,
    )  # fmt: skip


def _again(line: StatementLine, occurrence: int, money: OurMoney | None, ours: OurSide) -> Finding:
    """Return the finding of a line that its file lists again; the first one has the money."""
    known = ours.known.get(line.reference)
    if money is not None and money.dossier_code is not None:
        known = Known(None, money.dossier_code, money.agency_code)
    owner = known.agency_code if known is not None else ours.owner
    return Finding(
        line.channel_reference, occurrence, DifferenceKind.DUPLICATE, owner, None, line.amount_vnd,
        line=line, known=known,
    )  # fmt: skip


def _kind_of(line: StatementLine, money: OurMoney) -> DifferenceKind | None:
    if line.amount_vnd < money.amount_vnd:
        return DifferenceKind.SHORT
    if line.amount_vnd > money.amount_vnd:
        return DifferenceKind.OVER
    return _kind_of_problem(money)


def _kind_of_problem(money: OurMoney) -> DifferenceKind | None:
    if money.problem is None or money.unmatched_vnd == 0:
        return None
    return _BY_PROBLEM[money.problem]


def _alone_here(money: OurMoney, kept_line_no: int | None) -> Finding:
    return Finding(
        money.channel_reference, 1, DifferenceKind.HERE_NOT_THERE, money.agency_code,
        money.amount_vnd, None, money, kept_line_no=kept_line_no,
    )  # fmt: skip


def _day_of(findings: Sequence[Finding]) -> DayOfAgency:
    kinds: defaultdict[DifferenceKind, list[int]] = defaultdict(list)
    for finding in findings:
        if finding.kind is not None:
            kinds[finding.kind].append(finding.at_stake_vnd)
    came = [each for each in findings if not each.is_debit]
    return DayOfAgency(
        ours=_totals(each.ours_vnd for each in came if each.ours_vnd is not None),
        theirs=_totals(each.theirs_vnd for each in came if each.theirs_vnd is not None),
        matched=_totals(each.ours_vnd or 0 for each in came if each.kind is None),
        kinds={kind: _totals(kinds[kind]) for kind in DifferenceKind if kind in kinds},
    )


def _totals(amounts: Iterable[int]) -> Totals:
    found = list(amounts)
    return Totals(count=len(found), sum_vnd=sum(found))
