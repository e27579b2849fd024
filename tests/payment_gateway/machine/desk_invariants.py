"""Invariants of drawers and cases: what stands is what was said, and each happened once."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from tests.payment_gateway.machine.look import Row, Seen
from tests.payment_gateway.machine.memory import Memory
from tests.payment_gateway.machine.told import Books

_STEPS_SAID: Final = {"open": 1, "closed": 3, "handed_over": 4}
"""How many amounts a drawer's facts have named: its float, then books and count, then the cash."""


def drawers_are_counted(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I3 of cash: a phiếu thu per money, numbered without a gap; the facts say what stands."""
    taken: defaultdict[str, list[Row]] = defaultdict(list)
    for taking in seen.takings:
        taken[taking["till_id"]].append(taking)
        if taking["amount_vnd"] != taking["money_vnd"]:
            yield f"I3 phiếu thu {taking}: not what its money is"
    cash = sum(money["channel"] == "cash" for money in seen.monies)
    if cash != len(seen.takings):
        yield f"I3 {cash} monies in cash, {len(seen.takings)} phiếu thu"
    for till in seen.tills:
        yield from _drawer(till, taken[till["id"]], memory.tills[till["id"]])


def _drawer(till: Row, taken: list[Row], told: list[int]) -> Iterator[str]:
    if [taking["number"] for taking in taken] != list(range(1, len(taken) + 1)):
        yield f"I3 {till['id']}: phiếu thu {[taking['number'] for taking in taken]}"
    books = till["opening_vnd"] + sum(taking["amount_vnd"] for taking in taken)
    stands = [till["opening_vnd"], books, till["counted_vnd"], till["handed_vnd"]]
    if told != stands[: _STEPS_SAID[till["status"]]]:
        yield f"I3 {till}: said {told}, in the drawer {stands}"


def questions_are_one(seen: Seen, memory: Memory, _: Books) -> Iterator[str]:
    """I5 of cases: one question of each kind is open at a time; each was said, and how it ended."""
    asked: Counter[str] = Counter()
    disputed = Counter(p["id"] for p in seen.payables if p["status"] == "disputed")
    for case in seen.cases:
        reverses = case["kind"] == "money_reversed"
        if case["status"] == "open":
            asked[case["payable_id"] if reverses else case["dossier_code"]] += 1
            disputed[case["payable_id"]] -= reverses
        if memory.cases.get(case["id"]) != (case["outcome"] or ""):
            yield f"I18 case {case}: said {memory.cases.get(case['id'])}"
    yield from (f"I5 {about}: {n} questions are open" for about, n in asked.items() if n > 1)
    for payable, n in disputed.items():
        if n:
            yield f"I18 {payable}: disputed without its case, or the other way round"
