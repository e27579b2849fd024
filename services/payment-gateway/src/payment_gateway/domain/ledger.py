"""Double entry (bút toán kép): every amount has a from and a to. Debit above 0, credit below."""

from collections import Counter
from collections.abc import Mapping, Sequence

from payment_gateway.domain.monies import Verdict
from payment_gateway.domain.payables import Payable
from shared.contracts.money import RefundedLine
from shared.contracts.parts import Line, PaymentChannel
from shared.contracts.payment import UnmatchedKind

Entries = Mapping[str, int]
"""Account → amount in đồng; the sum is zero."""


def receivable(channel: PaymentChannel) -> str:
    """Return the account of what a channel owes us until its statement agrees."""
    return f"receivable/{channel.value}"


def suspense(kind: UnmatchedKind) -> str:
    """Return the account of money that settles nothing, by kind."""
    return f"suspense/{kind.value}"


def entries_of_credit(
    channel: PaymentChannel, amount_vnd: int, verdict: Verdict, payable: Payable | None
) -> Entries:
    """Return how money that just came is booked; what completes a payable frees what was held."""
    entries = Counter({receivable(channel): amount_vnd})
    if verdict.problem is not None:
        entries[suspense(verdict.problem)] -= verdict.unmatched_vnd
    if verdict.completes and payable is not None:
        entries[suspense(UnmatchedKind.SHORT)] += payable.held_vnd
        entries.update(_owed(payable.payee.agency_code, payable.lines))
    return _balanced(entries)


def entries_of_reclassified(
    source: UnmatchedKind, target: UnmatchedKind, amount_vnd: int
) -> Entries:
    """Return how held money changes its kind."""
    return _balanced(Counter({suspense(source): amount_vnd, suspense(target): -amount_vnd}))


def entries_of_completion(payable: Payable, surplus_vnd: int) -> Entries:
    """Return how held money settles a payable that was amended to ``payable`` (surplus: over)."""
    entries = Counter({suspense(UnmatchedKind.SHORT): payable.held_vnd})
    entries[suspense(UnmatchedKind.OVER)] -= surplus_vnd
    entries.update(_owed(payable.payee.agency_code, payable.lines))
    return _balanced(entries)


def refund_payable(agency_code: str) -> str:
    """Return the account of what an agency has approved to give back, until it is given."""
    return f"refund/{agency_code}"


def bank(agency_code: str) -> str:
    """Return the account of what an agency paid by hand out of its own bank account."""
    return f"bank/{agency_code}"


def entries_of_approved_refund(
    agency_code: str, amount_vnd: int, problem: UnmatchedKind | None, lines: Sequence[RefundedLine]
) -> Entries:
    """Return how an approved refund is booked: out of suspense, or out of what was collected."""
    entries = Counter({refund_payable(agency_code): -amount_vnd})
    if not lines and problem is not None:
        entries[suspense(problem)] += amount_vnd
    for line in lines:
        entries[f"payable/{agency_code}/{line.kind.value}"] += line.amount_vnd
    return _balanced(entries)


def entries_of_settled_refund(
    agency_code: str, amount_vnd: int, channel: PaymentChannel | None
) -> Entries:
    """Return how a refund that was paid is booked; ``channel`` None: by hand, by transfer."""
    source = receivable(channel) if channel is not None else bank(agency_code)
    return _balanced(Counter({refund_payable(agency_code): amount_vnd, source: -amount_vnd}))


def disputed(channel: PaymentChannel) -> str:
    """Return the account of money that a bank took back, until a person decides."""
    return f"disputed/{channel.value}"


def entries_of_match(
    source: UnmatchedKind, payable: Payable, unmatched_vnd: int, *, completes: bool
) -> Entries:
    """Return how money that a person assigned is booked: settled with what was held, or held."""
    entries = Counter({suspense(source): unmatched_vnd})
    if not completes:
        entries[suspense(UnmatchedKind.SHORT)] -= unmatched_vnd
        return _balanced(entries)
    over = unmatched_vnd - payable.remaining_vnd
    entries[suspense(UnmatchedKind.OVER)] -= over
    entries[suspense(UnmatchedKind.SHORT)] += payable.held_vnd
    entries.update(_owed(payable.payee.agency_code, payable.lines))
    return _balanced(entries)


def entries_of_dispute(channel: PaymentChannel, amount_vnd: int) -> Entries:
    """Return how money that its bank took back is booked; a dispute that is won, with -amount."""
    return _balanced(Counter({disputed(channel): amount_vnd, receivable(channel): -amount_vnd}))


def entries_of_reversal(
    channel: PaymentChannel, amount_vnd: int, agency_code: str, lines: Sequence[Line], over_vnd: int
) -> Entries:
    """Return how a payable that lost ``amount_vnd`` is undone; the rest of its money is loose.

    ``lines``: what of them has not gone back; ``over_vnd``: what of that money was over before.
    """
    rest_vnd = sum(line.amount_vnd for line in lines) - amount_vnd
    entries = Counter({disputed(channel): -amount_vnd, suspense(UnmatchedKind.OVER): over_vnd})
    entries[suspense(UnmatchedKind.LATE)] -= rest_vnd + over_vnd
    entries.subtract(_owed(agency_code, lines))
    return _balanced(entries)


def _owed(agency_code: str, lines: Sequence[Line]) -> Counter[str]:
    owed: Counter[str] = Counter()
    for line in lines:
        owed[f"payable/{agency_code}/{line.kind.value}"] -= line.amount_vnd
    return owed


def _balanced(entries: Counter[str]) -> Entries:
    booked = {account: amount for account, amount in sorted(entries.items()) if amount}
    if sum(booked.values()) != 0:
        raise ValueError("debits and credits differ: the lines do not sum to the amount due")
    return booked
