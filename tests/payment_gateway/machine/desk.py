"""The desks of a play: cash, answers to cases, and what a bank takes back."""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payment_gateway.domain.attempts import LIVE
from shared.contracts.money import CaseOutcome
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id
from tests.payment_gateway.machine.look import Row
from tests.payment_gateway.machine.play import Play, which

_REFUSED: Final = {
    "no-open-till", "cash-not-right", "nothing-due", "attempt-live", "till-open-already",
    "illegal-step", "own-till",
}  # fmt: skip
"""How a desk may refuse cash; anything else is a fault."""
_DECIDED: Final = st.sampled_from(("approve", "approve", "decline", "withdraw", ""))
_COUNTED: Final = st.sampled_from((0, 0, 1_000, -5_000))


class Desk(Play):
    """One play with all that people do at a desk."""

    def __init__(self) -> None:
        super().__init__()
        self.officer = f"canbo-{new_id().hex[-12:]}"

    # Cash

    @rule(opening_vnd=st.sampled_from((0, 200_000)))
    def open_till(self, opening_vnd: int) -> None:
        """Open the officer's drawer; one is open at a time."""
        self._at_the_drawer("open_till", opening_vnd=opening_vnd)

    @rule(
        n=which,
        by=st.sampled_from((0, 0, 0, -1_000, 1_000)),
        asked=st.booleans(),
        again=st.booleans(),
    )
    def take_cash(self, n: int, by: int, asked: bool, again: bool) -> None:  # noqa: FBT001 - drawn
        """Take cash, or a part of it; a form sent twice is one taking."""
        payable = self._a_payable(n)
        if not any(till["status"] == "open" for till in self.seen.tills):
            self.open_till(200_000)
        rest = payable["amount_vnd"] - payable["applied_vnd"] - payable["held_vnd"]
        live = [a["id"] for a in self.seen.attempts if _lives(a, payable)]
        key = new_id()
        money = (PaymentChannel.CASH.value, f"TM-{key.hex}")
        self.books.booked_cash[money] = max(1, rest + by)
        order = {
            "payable": payable["id"], "key": str(key), "amount_vnd": max(1, rest + by),
            "supersedes": live[0] if live and asked else None,
        }  # fmt: skip
        if self._at_the_drawer("take_cash", **order):
            self.books.acknowledged.add(money)
            if again:
                before = self._rows_now()
                assert self._at_the_drawer("take_cash", **order), "I17 a form sent again is refused"
                self._nothing_moved(before, "a form of cash sent again (I17)")

    @rule(n=which, by_vnd=_COUNTED, tells_why=st.booleans())
    def close_till(self, n: int, by_vnd: int, tells_why: bool) -> None:  # noqa: FBT001 - drawn
        """Close a drawer with a count; a difference needs its reason."""
        self._count("close_till", n, by_vnd, tells_why=tells_why)

    @rule(n=which, by_vnd=_COUNTED, by=st.sampled_from(("ketoan", "ketoan", "")))
    def hand_over(self, n: int, by_vnd: int, by: str) -> None:
        """Let the accountant take the cash over; never the officer alone."""
        self._count("hand_over", n, by_vnd, officer=by or self.officer, tells_why=True)

    # Cases, and banks that take money back

    @rule(n=which)
    def bank_takes_back(self, n: int) -> None:
        """Report that a bank took a money back, wherever that money is."""
        money = self._a_money(n)
        key = {"channel": money["channel"], "reference": money["channel_reference"]}
        self._person("reverse", **key)

    @rule(n=which, outcome=st.sampled_from(tuple(CaseOutcome)), what=_DECIDED)
    def answer_case(self, n: int, outcome: CaseOutcome, what: str) -> None:
        """Answer a case as two persons do; what may be answered is for the gateway to know."""
        case = self._a_case(n)["id"]
        self._person("ask_case", case=case, outcome=outcome.value)
        if what:
            self._person("decide_case", case=case, trigger=what)

    def _count(self, act: str, n: int, by_vnd: int, **how: Any) -> None:  # noqa: ANN401 - of the act
        if not self.seen.tills:
            self.open_till(200_000)
            self.seen = self._look()
        till = self.seen.tills[-1 - n % min(2, len(self.seen.tills))]["id"]
        self._at_the_drawer(act, till=till, by_vnd=by_vnd, **how)

    def _at_the_drawer(self, act: str, **order: Any) -> bool:  # noqa: ANN401 - of the act
        """Do an act of cash, again if a kill came between; tell whether it was done."""
        command = {"do": "person", "act": act, "officer": self.officer, **order}
        (refused,) = self._act(command) or self._act(command) or ["killed twice"]
        assert refused is None or refused in _REFUSED, f"{act}: {refused}"
        return refused is None

    def _rows_now(self) -> list[Any]:
        self.seen = self._look()
        return self._rows()

    def _a_case(self, n: int) -> Row:
        while not self.seen.cases:
            payable = self._a_payable(0, is_open=False)
            self.transfer(0, 0, "ours")
            due = payable["amount_vnd"] + 1_000
            self.assess(self.codes.index(payable["dossier_code"]), due, again=False)
            self.seen = self._look()
        return self.seen.cases[-1 - n % len(self.seen.cases)]


def _lives(attempt: Row, payable: Row) -> bool:
    return attempt["payable_id"] == payable["id"] and attempt["status"] in set(map(str, LIVE))
