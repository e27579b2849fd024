"""The play: payers, banks, lephi.fee and crashes, in any order; after each step all must hold."""

import json
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from mock_bank.domain.tellings import Result
from shared.ids import new_id
from tests.payment_gateway.builders import CONTEXT, a_line, assessed
from tests.payment_gateway.machine.accountant import Accountant
from tests.payment_gateway.machine.look import Row
from tests.payment_gateway.machine.stage import CHANNELS, DOSSIERS
from tests.payment_gateway.machine.told import SUCCESS, Asked, Telling

FAILING: Final = ("npsp", "vnpay", "momo")
"""ZaloPay and the feed tell of successes only."""

which = st.integers(0, 11)
dossiers = st.integers(0, DOSSIERS - 1)
channels = st.sampled_from(CHANNELS)
amounts = st.sampled_from((1_000, 36_000, 50_000, 99_000, 100_000, 135_000))
differences = st.sampled_from((0, 0, 0, 0, -1_000, 1_000, -99_000, 5))


T = TypeVar("T")


class Play(Accountant):
    """One play on dossiers of its own; the database and the process are a shard's."""

    # lephi.fee

    @rule(dossier=dossiers, amount=amounts, again=st.booleans())
    def assess(self, dossier: int, amount: int, again: bool) -> None:  # noqa: FBT001 - drawn
        """Say an amount, for the first time or anew."""
        code = self.codes[dossier]
        fact = assessed(amount, dossier_code=code, version=self._version(code))
        command = {"do": "hear", "fact": "FeeAssessed", "data": fact.model_dump(mode="json")}
        self._hear(command)
        if again:
            self._hear(command)

    @rule(dossier=dossiers, reason=st.sampled_from(("refused", "withdrawn", "paid_elsewhere")))
    def withdraw(self, dossier: int, reason: str) -> None:
        """End the dossier's assessment."""
        code = self.codes[dossier]
        data = {
            "dossier_code": code, "assessment_id": str(new_id()),
            "version": self._version(code), "reason": reason,
        }  # fmt: skip
        self._hear({"do": "hear", "fact": "FeeWithdrawn", "data": data})

    @rule(dossier=dossiers)
    def exempt(self, dossier: int) -> None:
        """Say that all lines are exempt."""
        code = self.codes[dossier]
        data = {
            "dossier_code": code, "assessment_id": str(new_id()), "version": self._version(code),
            "context": CONTEXT.model_dump(mode="json"),
            "lines": [a_line().model_dump(mode="json") | {"amount_vnd": 0}],
        }  # fmt: skip
        self._hear({"do": "hear", "fact": "FeeExempted", "data": data})

    @rule(n=which)
    def hear_again(self, n: int) -> None:
        """Deliver an earlier fact once more: after newer ones, too."""
        if self.books.heard:
            self._act(_pick(self.books.heard, n))

    # Payers

    @rule(n=which, channel=channels)
    def choose(self, n: int, channel: str) -> None:
        """Choose a channel at the JSON door, under a new key."""
        command = self._choice(self._a_payable(n), channel)
        self.books.asked.append(Asked(command, self._ask(command)))

    @rule(n=which, channel=channels, dies=st.sampled_from((*[False] * 7, True)))
    def choose_again(self, n: int, channel: str, dies: bool) -> None:  # noqa: FBT001 - drawn
        """Choose twice under one key; the process dies once the bank has been called, or not."""
        command = self._choice(self._a_payable(n), channel)
        self._ask({**command, "failpoint": "W16:exit:1"} if dies else command)
        self.books.asked.append(Asked(command, self._ask(command)))

    @rule(n=which)
    def ask_again(self, n: int) -> None:
        """Send a request again under its key: the first answer, no second effect (I17)."""
        asked = self._asked(n)
        before = len(self.seen.attempts)
        answer = self._insist(asked.command)
        if asked.answer is not None and asked.answer["status"] == 201:
            assert answer == asked.answer, f"I17 {asked.answer} → {answer}"
            self.seen = self._look()
            assert len(self.seen.attempts) == before, "I17 another attempt"

    @rule(n=which)
    def ask_another_body(self, n: int) -> None:
        """Send another body under a key that was used: refused, no effect (I17)."""
        asked = self._asked(n)
        before = self._rows()
        answer = self._insist({**asked.command, "body": json.dumps({"channel": "cash"})})
        if asked.answer is not None and asked.answer["status"] == 201:
            assert answer["status"] == 422, f"I17 {answer}"
            self._nothing_moved(before, "another body under a key (I17)")

    # Banks

    @rule(n=which, by=differences, tells=st.booleans())
    def pay(self, n: int, by: int, tells: bool) -> None:  # noqa: FBT001 - drawn
        """Let a payer pay an attempt, whatever became of it; the bank tells now or later."""
        attempt = self._an_attempt(n)
        amount = max(1, attempt["amount_vnd"] + by)
        telling = self._booked(attempt["channel"], attempt["reference"], amount)
        if attempt["channel"] != "vietqr":
            self.books.standings.setdefault(attempt["reference"], {
                "amount_vnd": amount, "channel_reference": telling.facts["transaction_code"],
            })  # fmt: skip
        if tells:
            self._tell(telling, telling.message())

    @rule(n=which, by=differences, fits=st.sampled_from(("ours", "ours", "account", "nobody")))
    def transfer(self, n: int, by: int, fits: str) -> None:
        """Let a transfer come in, typed as payers type."""
        payable = self._a_payable(n, is_open=False)
        amount = max(1, payable["amount_vnd"] + by)
        reference = payable["reference"] if fits != "nobody" else "LP0000000001"
        telling = self._booked("vietqr", reference, amount)
        if fits == "account":
            telling.facts["details"] = {"bin": "970418", "account": "62010000123456"}
        self._tell(telling, telling.message())

    @rule(channel=channels, amount=amounts)
    def pay_nobody(self, channel: str, amount: int) -> None:
        """Tell of money under a reference that we never gave."""
        telling = self._booked(channel, "LP0000000000T99", amount)
        self._tell(telling, telling.message())

    @rule(n=which)
    def fail(self, n: int) -> None:
        """Tell that an attempt failed: before its success, after it, or out of order."""
        attempt = self._an_attempt(n)
        if attempt["channel"] in FAILING:
            telling = self._telling(attempt["channel"], attempt["reference"], 1, Result.CANCELLED)
            if not any(key[0] == attempt["channel"] for key in self.books.booked):
                self.books.standings.setdefault(attempt["reference"], {"amount_vnd": None})
            self._tell(telling, telling.message())

    @rule(n=which, times=st.sampled_from((1, 1, 2, 5)))
    def tell_again(self, n: int, times: int) -> None:
        """Send a callback again, or for the first time; several at once."""
        telling = self._a_telling(n)
        self._tell(telling, telling.message(), times=times)

    @rule(n=which)
    def tell_another_amount(self, n: int) -> None:
        """Send a callback again with another amount under the same key: nothing moves."""
        telling = self._a_telling(n)
        if telling.key in self.books.acknowledged:
            before = self._rows()
            self._say(telling.channel, telling.message(amount_vnd=telling.facts["amount_vnd"] + 7))
            self._nothing_moved(before, "a repetition with another amount")

    @rule(n=which)
    def forge(self, n: int) -> None:
        """Send a callback that the bank has not signed: nothing moves."""
        telling = self._a_telling(n)
        before = self._rows()
        answer = self._say(telling.channel, telling.forgery())
        assert answer is None or not SUCCESS[telling.channel](answer), f"{answer} to a forgery"
        self._nothing_moved(before, "a forgery")

    @rule(n=which)
    def take_back(self, n: int) -> None:
        """Tell that a bank took a transfer back: kept for a person, nothing moves by itself."""
        amount = self._a_telling(n).facts["amount_vnd"]
        telling = self._telling("vietqr", "LP0000000001", amount, Result.FAILED)
        self._say("vietqr", telling.message())

    @rule()
    def time_passes(self) -> None:
        """Let what waits be due; attempts are begun and asked about."""
        self.eyes.let_pass()
        self._act({"do": "work", "job": "begin-attempt"})
        self._act({"do": "work", "job": "ask-attempt"})
        self._act({"do": "work", "job": "pay-refund"})

    # Staff

    @rule(n=which, what=st.sampled_from(("ask", "approve", "decline", "by_hand", "send_again")))
    def give_back(self, n: int, what: str) -> None:
        """Ask for, decide on, or pay a refund; whether it may be is for the gateway to know."""
        refund = self._a_refund(n)["id"]
        if what in {"ask", "approve"}:
            self._person("ask_refund", refund=refund)
        if what in {"approve", "decline"}:
            self._person("decide_refund", refund=refund, trigger=what)
        elif what != "ask":
            self._person(what, refund=refund)
        if what == "approve":
            self._act({"do": "work", "job": "pay-refund"})

    @rule(n=which, part=st.sampled_from((1, 2, 3)))
    def give_fee_back(self, n: int, part: int) -> None:
        """Ask that a fee, or a part of each line, goes back."""
        self._person("legal", payable=self._a_payable(n, is_open=False)["id"], part=part)

    @rule(n=which, dossier=dossiers, what=st.sampled_from(("approve", "decline", "withdraw", "no")))
    def match(self, n: int, dossier: int, what: str) -> None:
        """Ask that a money pays for a dossier, and decide on it; or that it goes back."""
        money = self._a_money(n)["id"]
        if what == "no":
            self._person("surplus", money=money)
            return
        self._person("ask_match", money=money, code=self.codes[dossier])
        self._person("decide_match", money=money, trigger=what)

    # Crashes

    @rule(n=which, place=st.sampled_from((*[""] * 9, "W1", "W2", "W3", "W3")))
    def die_while_told(self, n: int, place: str) -> None:
        """Die before BEGIN, before COMMIT, or between COMMIT and the answer; or just be told."""
        telling = self._a_telling(n)
        how = {"failpoint": f"{place}:exit:1"} if place else {}
        self._tell(telling, telling.message(), **how)

    # A rule without an object makes one first: what is drawn never depends on what stands, since
    # a kill at another moment leaves something else.

    def _a_payable(self, n: int, *, is_open: bool = True) -> Row:
        wanted = {"open", "on_hold"}
        found = [p for p in self.seen.payables if not is_open or p["status"] in wanted]
        if not found:
            self.codes.append(self._new_code())
            self.assess(-1, 100_000, again=False)
            self.seen = self._look()
            return self._a_payable(n, is_open=is_open)
        return _pick(found, n)

    def _an_attempt(self, n: int) -> Row:
        while not (found := [a for a in self.seen.attempts if a["channel"] in CHANNELS]):
            self.choose(n, CHANNELS[n % len(CHANNELS)])
            self.seen = self._look()
        return _pick(found, n)

    def _a_telling(self, n: int) -> Telling:
        if not self.books.tellings:
            self.pay(n, 0, tells=False)
        return _pick(self.books.tellings, n)

    def _a_money(self, n: int) -> Row:
        while not self.seen.monies:
            self.pay_nobody(CHANNELS[n % len(CHANNELS)], 100_000)
            self.seen = self._look()
        return _pick(self.seen.monies, n)

    def _a_refund(self, n: int) -> Row:
        while not self.seen.refunds:
            self.transfer(n, 1_000, "ours")
            self.seen = self._look()
        return _pick(self.seen.refunds, n)

    def _asked(self, n: int) -> Asked:
        if not self.books.asked:
            self.choose(n, CHANNELS[n % len(CHANNELS)])
            self.seen = self._look()
        return _pick(self.books.asked, n)


def _pick(of: list[T], n: int) -> T:
    """Prefer the newest: they are what most acts are about."""
    return of[-1 - n % len(of)]
