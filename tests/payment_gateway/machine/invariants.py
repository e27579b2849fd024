"""I1 to I5 and I17 to I20 as far as the gateway alone can show them, after each step of a play.

Each check names its invariant (reliability.md 2) and says what is wrong; none asks the gateway.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from payment_gateway.domain import attempts, cases, monies, payables, refunds, tills
from shared.lifecycle import Lifecycle
from tests.payment_gateway.machine.accounts import accounts_of
from tests.payment_gateway.machine.desk_invariants import drawers_are_counted, questions_are_one
from tests.payment_gateway.machine.look import Row, Seen
from tests.payment_gateway.machine.memory import Memory
from tests.payment_gateway.machine.told import Books

_PAID: Final = {"settled", "partly_refunded", "refunded", "disputed", "reversed"}
"""It was settled once, as said."""
_BEFORE_THE_END: Final = {"PaymentRequested", "PaymentAmended", "PaymentSettled", "PaymentClosed"}
"""What is said of a payable before it is settled or closed, or by which it is."""
_BY_RULE: Final = {"late", "duplicate", "over"}
_STEPS_AT_ONCE: Final = 3
"""So many steps of a life-cycle one act may take."""


Check = Callable[[Seen, Memory, Books], Iterator[str]]


def violations(seen: Seen, memory: Memory, books: Books) -> list[str]:
    """Return all that does not hold, and remember what stands now."""
    found = list(fold(seen, memory))
    for check in CHECKS:
        found += check(seen, memory, books)
    remember(seen, memory)
    return found


def fold(seen: Seen, memory: Memory) -> Iterator[str]:
    """Fold the new facts; I13, and I18 over what was said."""
    for _, fact in seen.facts:
        kind, data, subject = fact["type"].split(".")[2], fact["data"], fact["subject"]
        memory.sequences[subject] += 1
        if fact["sequence"] != memory.sequences[subject] and subject.startswith("H34.10-"):
            yield f"I13 {subject}: {kind} is number {fact['sequence']}"
        if fact["id"] in memory.fact_ids:
            yield f"I11 {fact['id']} twice"
        memory.fact_ids.add(fact["id"])
        yield from _fold_one(kind, data, memory)


def _fold_one(kind: str, data: Row, memory: Memory) -> Iterator[str]:
    payment = str(data.get("payment_id"))
    has_ended = payment in memory.settled or payment in memory.closed
    if kind in _BEFORE_THE_END and has_ended:
        yield f"I3, I18 {kind} of {payment} after its end"
    attempt, refund = str(data.get("attempt_id")), str(data.get("refund_id"))
    if kind == "PaymentAttemptEnded" and memory.ended.get(attempt) == "succeeded":
        yield f"I18 attempt {attempt} {data['outcome']} after its success"
    if kind == "RefundSettled" and refund in memory.given:
        yield f"I5 refund {refund} was given twice"
    keep = _KEEP.get(kind)
    if keep is not None:
        keep(memory, data)


def _keep_till(memory: Memory, data: Row) -> None:
    told = ("opening_vnd", "expected_vnd", "counted_vnd", "handed_vnd")
    memory.tills[data["till_id"]] += [data[name] for name in told if name in data]


def _keep_proposed(memory: Memory, data: Row) -> None:
    memory.proposed[data["money_id"]].append(data)


_KEEP: Final[Mapping[str, Callable[[Memory, Row], object]]] = {
    "PaymentRequested": lambda m, data: m.due.update({data["payment_id"]: data}),
    "PaymentAmended": lambda m, data: m.due.update({data["payment_id"]: data}),
    "PaymentSettled": lambda m, data: m.settled.update({data["payment_id"]: data}),
    "PaymentClosed": lambda m, data: m.closed.add(data["payment_id"]),
    "PaymentAttemptEnded": lambda m, data: m.ended.update({data["attempt_id"]: data["outcome"]}),
    "MoneyUnmatched": lambda m, data: m.unmatched.update({data["money_id"]: data}),
    "MoneyMatched": lambda m, data: m.matched.update({data["money_id"]: data}),
    "RefundSettled": lambda m, data: m.given.update({data["refund_id"]: data}),
    "RefundProposed": _keep_proposed,
    "CaseOpened": lambda m, data: m.cases.update({data["case_id"]: ""}),
    "CaseClosed": lambda m, data: m.cases.update({data["case_id"]: data["outcome"]}),
    "TillOpened": _keep_till,
    "TillClosed": _keep_till,
    "TillHandedOver": _keep_till,
}


def receipts_can_be_right(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:  # noqa: ARG001
    """I1, our half: what is settled is the sum of its lines and of its monies."""
    for payment_id, fact in memory.settled.items():
        lines = sum(line["amount_vnd"] for line in fact["lines"])
        applied = sum(money["applied_vnd"] for money in fact["monies"])
        if not lines == applied == fact["amount_vnd"] == memory.due[payment_id]["amount_vnd"]:
            yield f"I1 {payment_id}: lines {lines}, monies {applied}, due {fact['amount_vnd']}"


def ledger_balances(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I2: each transaction sums to zero, nothing booked changes, balances are what rows say."""
    if seen.unbalanced:
        yield f"I2 {seen.unbalanced} transactions do not sum to zero"
    if memory.booked is not None and seen.booked != memory.booked:
        yield f"I2 the ledger changed: {memory.booked} → {seen.booked}"
    expected, booked = accounts_of(seen, memory), Counter[str]()
    for account, total in seen.accounts.items():
        booked["/".join(account.split("/")[:2])] += total
    for account in expected.keys() | booked.keys():
        if expected[account] != booked[account]:
            yield f"I2 {account}: {booked[account]} booked, {expected[account]} in the rows"


def money_is_whole(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I3 per money: its parts sum to it, and what settles nothing has its kind and its fact."""
    for money in seen.monies:
        parts = money["applied_vnd"] + money["unmatched_vnd"] + money["refunded_vnd"]
        if parts != money["amount_vnd"]:
            yield f"I3 {money['id']}: parts {parts} of {money['amount_vnd']}"
        told = memory.unmatched.get(money["id"])
        if money["unmatched_vnd"] and (
            told is None
            or (told["kind"], told["unmatched_vnd"]) != (money["problem"], money["unmatched_vnd"])
        ):
            yield f"I3 {money['id']}: {money['unmatched_vnd']} {money['problem']}, said {told}"
        if not money["unmatched_vnd"] and money["status"] == "unmatched":
            yield f"I3 {money['id']}: unmatched, but nothing of it is"


def payable_is_whole(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I3 per payable: Σ applied ≤ due, = due exactly if it was settled; one takes money."""
    applied, held = Counter[str](), Counter[str]()
    for money in seen.monies:
        applied[money["payable_id"]] += money["applied_vnd"]
        if money["problem"] == "short":
            held[money["payable_id"]] += money["unmatched_vnd"]
    back = Counter[str]()
    for given in memory.given.values():
        back[str(given.get("payment_id"))] += (given["scope"] == "payable") * given["amount_vnd"]
    takes = [p["dossier_code"] for p in seen.payables if p["status"] in payables.TAKES_MONEY]
    yield from (f"I3 {code}: {n} take money" for code, n in Counter(takes).items() if n > 1)
    for payable in seen.payables:
        here, is_in = payable["id"], payable["status"] in _PAID - {"reversed"}
        due_vnd = payable["amount_vnd"] - back[here] if is_in else 0
        if (applied[here], held[here]) != (payable["applied_vnd"], payable["held_vnd"]):
            yield f"I3 {here}: applied {applied[here]}, held {held[here]}, row {payable}"
        if payable["applied_vnd"] != due_vnd:
            yield f"I3 {here}: {payable['status']} with {payable['applied_vnd']} applied"
        if payable["held_vnd"] >= payable["amount_vnd"]:
            yield f"I3 {here}: {payable['held_vnd']} held of {payable['amount_vnd']}"


def payable_is_as_said(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I3, I18: what the facts say of a payable is what stands in its row."""
    for payable in seen.payables:
        here, status = payable["id"], payable["status"]
        if (status in _PAID) != (here in memory.settled):
            yield f"I3 {here}: {status}, said settled: {here in memory.settled}"
        if (status == "closed") != (here in memory.closed):
            yield f"I18 {here}: {status}, said closed: {here in memory.closed}"
        if memory.due[here]["amount_vnd"] != payable["amount_vnd"]:
            yield f"I3 {here}: due {payable['amount_vnd']}, said {memory.due[here]['amount_vnd']}"


def one_refund_is_open(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I5: one open refund per money, never above the part that it gives back; each was said."""
    monies = {money["id"]: money for money in seen.monies}
    refunds_of = Counter(refund["money_id"] for refund in seen.refunds)
    opened = Counter(r["money_id"] for r in seen.refunds if r["status"] in refunds.OPEN)
    yield from (f"I5 {money}: {n} open refunds" for money, n in opened.items() if n > 1)
    for refund in seen.refunds:
        rest = monies[refund["money_id"]]["unmatched_vnd"]
        waits = refund["status"] in refunds.OPEN and refund["scope"] == "surplus"
        if waits and refund["amount_vnd"] > rest:
            yield f"I5 refund {refund['id']}: {refund['amount_vnd']} of {rest}"
    for here, n in refunds_of.items():
        if len(memory.proposed[here]) != n:
            yield f"I5 {here}: {n} refunds, {len(memory.proposed[here])} said"


def surplus_goes_back(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I5: what came late, twice or too much has a refund proposed, or was matched by a person."""
    asked_back = {refund["money_id"] for refund in seen.refunds}
    for money in seen.monies:
        goes_back = money["problem"] in _BY_RULE and money["unmatched_vnd"] > 0
        if goes_back and money["id"] not in asked_back and money["id"] not in memory.matched:
            yield f"I5 {money['id']}: {money['problem']}, no refund proposed"


def steps_are_allowed(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I18: each state follows from the one before by steps of its table; success is final."""
    for rows, table, _name in _tables(seen):
        for row in rows:
            before, now = memory.states.get(row["id"], table.initial), row["status"]
            if now not in _reachable(table, before):
                yield f"I18 {_name} {row['id']}: {before} → {now}"
    live = Counter(a["payable_id"] for a in seen.attempts if a["status"] in attempts.LIVE)
    yield from (f"I18 {payable}: {n} live attempts" for payable, n in live.items() if n > 1)
    for attempt in seen.attempts:
        said = memory.ended.get(attempt["id"])
        if said != attempt["status"] and (said or attempt["status"] not in attempts.LIVE):
            yield f"I18 attempt {attempt['id']}: {attempt['status']}, said {said}"


def money_is_there(seen: Seen, memory: Memory, books: Books) -> Iterator[str]:  # noqa: ARG001
    """I19, I20: acknowledged money is there; what is there was sent, in that amount, once."""
    found = {(m["channel"], m["channel_reference"]): m["amount_vnd"] for m in seen.monies}
    if len(found) != len(seen.monies):
        yield "I20 a natural key stands twice"
    for key, amount_vnd in found.items():
        theirs = books.booked.get(key, books.booked_cash.get(key))
        if theirs != amount_vnd:
            yield f"I20 {key}: {amount_vnd} found, the other side has {theirs}"
    for key in books.acknowledged - found.keys():
        yield f"I19 {key} was acknowledged and is not there"


def remember(seen: Seen, memory: Memory) -> None:
    """Keep what the next look is compared with."""
    memory.booked = seen.booked_now
    for rows, _, _name in _tables(seen):
        memory.states.update({row["id"]: row["status"] for row in rows})


def _tables(seen: Seen) -> tuple[tuple[list[Row], Lifecycle[Any, Any], str], ...]:
    return (
        (seen.payables, payables.LIFECYCLE, "payable"),
        (seen.attempts, attempts.LIFECYCLE, "attempt"),
        (seen.monies, monies.LIFECYCLE, "money"),
        (seen.refunds, refunds.LIFECYCLE, "refund"),
        (seen.cases, cases.LIFECYCLE, "case"),
        (seen.tills, tills.LIFECYCLE, "till"),
    )


def _reachable(table: Lifecycle[Any, Any], before: StrEnum | str) -> set[str]:
    found = {str(before)}
    for _ in range(_STEPS_AT_ONCE):
        found |= {str(step.target) for step in table.steps if str(step.source) in found}
    return found


CHECKS: Final[tuple[Check, ...]] = (
    receipts_can_be_right,
    ledger_balances,
    money_is_whole,
    payable_is_whole,
    payable_is_as_said,
    one_refund_is_open,
    surplus_goes_back,
    steps_are_allowed,
    money_is_there,
    drawers_are_counted,
    questions_are_one,
)
