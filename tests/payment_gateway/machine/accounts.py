"""What each account of the ledger must hold, from the rows of a play alone (I2)."""

from collections import Counter
from typing import Final

from tests.payment_gateway.machine.look import Row, Seen
from tests.payment_gateway.machine.memory import Memory

_ON_ITS_WAY: Final = {"approved", "sent", "by_hand", "failed"}
_GONE: Final = {"supplement", "written_off"}
"""Outcomes by which a bank keeps what it took back."""


def accounts_of(seen: Seen, memory: Memory) -> Counter[str]:
    """Return what each account must hold."""
    expected = Counter[str]()
    monies = {money["id"]: money for money in seen.monies}
    drawers = {taking["money_id"]: taking["till_id"] for taking in seen.takings}
    for money in seen.monies:
        till = drawers.get(money["id"])
        expected[f"cash/{till}" if till else f"receivable/{money['channel']}"] += money[
            "amount_vnd"
        ]
        expected[f"suspense/{money['problem']}"] -= money["unmatched_vnd"]
    for payable in seen.payables:
        expected[f"payable/{payable['collector']}"] -= payable["applied_vnd"]
    for refund in seen.refunds:
        _give_back(expected, refund, monies[refund["money_id"]], memory)
    for case in seen.cases:
        if case["kind"] == "money_reversed":
            _take_back(expected, case, monies[case["money_id"]]["channel"])
    for till in seen.tills:
        _drawer(expected, till)
    return expected


def _give_back(expected: Counter[str], refund: Row, money: Row, memory: Memory) -> None:
    amount = refund["amount_vnd"]
    if refund["status"] in _ON_ITS_WAY:  # Approved: it has left its account, not its money.
        surplus = refund["scope"] == "surplus"
        source = f"suspense/{money['problem']}" if surplus else f"payable/{money['agency']}"
        expected[source] += amount
        expected[f"refund/{money['agency']}"] -= amount
    elif refund["id"] in memory.given:
        channel = memory.given[refund["id"]].get("channel")
        expected[f"receivable/{channel}" if channel else f"bank/{money['agency']}"] -= amount


def _take_back(expected: Counter[str], case: Row, channel: str) -> None:
    amount = -case["difference_vnd"]
    if case["status"] == "open":
        expected[f"disputed/{channel}"] += amount
    if case["status"] == "open" or case["outcome"] in _GONE:
        expected[f"receivable/{channel}"] -= amount


def _drawer(expected: Counter[str], till: Row) -> None:
    """Take the drawer from its float to what was counted, and on into the vault."""
    cash, missing = f"cash/{till['id']}", f"till_difference/{till['id']}"
    vault = f"vault/{till['agency']}"
    expected[vault] -= till["opening_vnd"]
    expected[cash] += till["opening_vnd"]
    if till["counted_vnd"] is not None:
        expected[missing] += expected[cash] - till["counted_vnd"]
        expected[cash] = till["counted_vnd"]
    if till["handed_vnd"] is not None:
        expected[vault] += till["handed_vnd"]
        expected[missing] += till["counted_vnd"] - till["handed_vnd"]
        expected[cash] = 0
