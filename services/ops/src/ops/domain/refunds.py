"""The invariants of the ledger and of refunds: I2 and I5 of reliability.md."""

from collections import Counter, defaultdict
from typing import Final
from uuid import UUID

from ops.domain.evidence import Evidence
from ops.domain.findings import Breach, Check, Finding

_SETTLED: Final = "settled"
_OPEN: Final = frozenset({"proposed", "approved", "sent", "by_hand", "failed"})


def ledger_balances(evidence: Evidence, check: Check) -> Finding:
    """I2: the entries of each transaction sum to zero."""
    for transaction_id, found in evidence.ledger.unbalanced.items():
        about = f"transaction {transaction_id}"
        check.violated(Breach.LEDGER_UNBALANCED, about, expected=0, found=found)
    counts = {
        "transactions": evidence.ledger.transactions,
        "entries": evidence.ledger.entries,
    }
    return check.finding("I2", "Mỗi bút toán cân, hai bên bằng nhau", counts)


def refunds_are_single(evidence: Evidence, check: Check) -> Finding:
    """I5: one open refund per money; what went back is what was approved, said and stored."""
    open_ones = Counter(each.money_id for each in evidence.refunds if each.status in _OPEN)
    given: dict[UUID, int] = defaultdict(int)
    for refund in evidence.refunds:
        if refund.status == _SETTLED:
            given[refund.money_id] += refund.amount_vnd
    known = {each.money_id for each in evidence.refunds}
    for money_id, times in open_ones.items():
        if times > 1:
            check.violated(Breach.REFUND_OPEN_TWICE, f"money {money_id}", found=times)
    for money in evidence.refunded_monies:
        about = f"money {money.money_id}"
        back = given[money.money_id]
        if money.refunded_vnd != back:
            check.violated(
                Breach.REFUND_SUM_DIFFERS, about, expected=money.refunded_vnd, found=back
            )
        if money.must_go_back and money.money_id not in known:
            check.violated(Breach.REFUND_MISSING, about)
    _same_on_both_sides(evidence, check)
    counts = {
        "refunds": len(evidence.refunds),
        "open": sum(open_ones.values()),
        "refunded_vnd": sum(given.values()),
    }
    return check.finding("I5", "Mỗi khoản tiền có nhiều nhất một lần hoàn đang mở", counts)


def _same_on_both_sides(evidence: Evidence, check: Check) -> None:
    stored = {each.refund_id: each for each in evidence.refunds if each.status == _SETTLED}
    for refund_id, amount_vnd in evidence.streams.refunds.items():
        about = f"refund {refund_id}"
        if refund_id not in stored:
            check.violated(Breach.REFUND_NOT_IN_TABLE, about)
        elif stored[refund_id].amount_vnd != amount_vnd:
            check.violated(
                Breach.REFUND_SUM_DIFFERS, about,
                expected=stored[refund_id].amount_vnd, found=amount_vnd,
            )  # fmt: skip
    for refund_id, refund in stored.items():
        if refund_id not in evidence.streams.refunds and refund.ended_at is not None:
            check.missing(Breach.REFUND_NOT_SAID, f"refund {refund_id}", since=refund.ended_at)
