"""The play: payers, banks, lephi.fee and crashes, in any order; after each step all must hold."""

import itertools
import json
import random
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_bank.domain.tellings import Result
from shared.ids import new_id
from shared.links import Purpose, make_token
from tests.payment_gateway.builders import CONTEXT, PAYEE, a_line, assessed
from tests.payment_gateway.machine.gateway import Gateway, call_of
from tests.payment_gateway.machine.invariants import Memory, violations
from tests.payment_gateway.machine.look import Eyes, Row, Seen
from tests.payment_gateway.machine.told import SUCCESS, Asked, Books, Telling
from tests.payment_gateway.told import Said
from tests.support.environment import ENVIRONMENT

CHANNELS: Final = ("npsp", "vnpay", "momo", "zalopay", "vietqr")
FAILING: Final = ("npsp", "vnpay", "momo")
"""ZaloPay and the feed tell of successes only."""
KILL_EVERY: Final = 500
DOSSIERS: Final = 4
_SERVER_ERROR: Final = 500

which = st.integers(0, 11)
dossiers = st.integers(0, DOSSIERS - 1)
channels = st.sampled_from(CHANNELS)
amounts = st.sampled_from((1_000, 36_000, 50_000, 99_000, 100_000, 135_000))
differences = st.sampled_from((0, 0, 0, 0, -1_000, 1_000, -99_000, 5))


T = TypeVar("T")


class Play(RuleBasedStateMachine):
    """One play on dossiers of its own; the database and the process are a shard's."""

    gateway: ClassVar[Gateway]
    eyes: ClassVar[Eyes]
    steps: ClassVar[int] = 0
    kills: ClassVar[int] = 0
    numbers: ClassVar = itertools.count(1)
    _chance: ClassVar = random.Random(0)  # noqa: S311 - moments of deaths

    def __init__(self) -> None:
        super().__init__()
        self.books, self.memory = Books(), Memory()
        self.seen: Seen
        self.codes: list[str] = []
        self.acts = 0
        """What was done since the last look."""

    @initialize()
    def begin(self) -> None:
        """Take dossiers that nobody has played with."""
        self.codes = [self._new_code() for _ in range(DOSSIERS)]
        self.eyes.begin(new_id())
        self.seen = self.eyes.look()

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

    # Crashes

    @rule(n=which, place=st.sampled_from((*[""] * 9, "W1", "W2", "W3", "W3")))
    def die_while_told(self, n: int, place: str) -> None:
        """Die before BEGIN, before COMMIT, or between COMMIT and the answer; or just be told."""
        telling = self._a_telling(n)
        how = {"failpoint": f"{place}:exit:1"} if place else {}
        self._tell(telling, telling.message(), **how)

    # All that must hold

    @invariant()
    def all_holds(self) -> None:
        """Check I1 to I5 and I17 to I20 over what stands now."""
        if self.acts:
            self.seen = self._look()

    def teardown(self) -> None:
        """Let the banks tell all that was not answered; then everything must be there."""
        if not self.codes:
            return
        for telling in self.books.tellings:
            if not telling.is_heard:
                self._tell(telling, telling.message())
        self.seen = self._look()
        missing = self.books.booked.keys() - self.books.acknowledged
        assert not missing, f"I20 {missing} was told again and is still open"

    # How it is done

    def _look(self) -> Seen:
        """Check all invariants over what stands now: that ends a step, if anything was done."""
        type(self).steps += 1 if self.acts else 0
        self.acts = 0
        seen = self.eyes.look()
        wrong = violations(seen, self.memory, self.books)
        assert not wrong, "\n".join(wrong)
        return seen

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
        while not self.seen.attempts:
            self.choose(n, CHANNELS[n % len(CHANNELS)])
            self.seen = self._look()
        return _pick(self.seen.attempts, n)

    def _a_telling(self, n: int) -> Telling:
        if not self.books.tellings:
            self.pay(n, 0, tells=False)
        return _pick(self.books.tellings, n)

    def _asked(self, n: int) -> Asked:
        if not self.books.asked:
            self.choose(n, CHANNELS[n % len(CHANNELS)])
            self.seen = self._look()
        return _pick(self.books.asked, n)

    def _nothing_moved(self, before: list[Any], by: str) -> None:
        self.seen = self._look()
        assert self._rows() == before, f"{by} had an effect"

    def _rows(self) -> list[Any]:
        seen = self.seen
        return [seen.payables, seen.attempts, seen.monies, seen.refunds, seen.cases, seen.accounts]

    def _new_code(self) -> str:
        number = next(self.numbers)
        return f"H34.10-26{1 + number // 9000:04d}-{number % 9000:04d}"

    def _version(self, code: str) -> int:
        self.books.versions[code] = self.books.versions.get(code, 0) + 1
        return self.books.versions[code]

    def _hear(self, command: dict[str, Any]) -> None:
        self.books.heard.append(command)
        while not self._act(command):
            """Kafka gives it again to the next process."""

    def _booked(self, channel: str, reference: str, amount: int) -> Telling:
        telling = self._telling(channel, reference, amount, Result.SUCCESS)
        assert telling.key is not None
        self.books.booked[telling.key] = amount
        return telling

    def _telling(self, channel: str, reference: str, amount: int, result: Result) -> Telling:
        facts: dict[str, Any] = {
            "reference": f"261128_{reference}" if channel == "zalopay" else reference,
            "amount_vnd": amount,
            "transaction_code": f"{260_000_000_000 + next(self.numbers)}",
        }
        if channel == "vietqr":
            facts["description"] = f"ck {reference.lower()} cam on"
            facts["details"] = {"bin": PAYEE.account.bin, "account": PAYEE.account.number}
        telling = Telling(channel, result, facts)
        if result is not Result.FAILED:
            self.books.tellings.append(telling)
        return telling

    def _tell(self, telling: Telling, message: Said, **how: Any) -> None:  # noqa: ANN401 - command
        answer = self._say(telling.channel, message, **how)
        if answer is None:
            return
        telling.is_heard = True
        unknown = answer["body"].get("RspCode") in {"01", "04"} or (
            answer["body"].get("MaLoi") == "01"
        )
        if telling.key is not None and (SUCCESS[telling.channel](answer) or unknown):
            self.books.acknowledged.add(telling.key)
        assert telling.key is None or telling.key in self.books.acknowledged, f"{answer} to money"

    def _say(self, channel: str, message: Said, **how: Any) -> dict[str, Any] | None:  # noqa: ANN401
        return self._ask(call_of(channel, message, **how))

    def _choice(self, payable: Row, channel: str) -> dict[str, Any]:
        token = make_token(ENVIRONMENT["LINK_KEY"], Purpose.PAYABLE, UUID(payable["id"]))
        return {
            "do": "call", "method": "POST", "query": "",
            "path": f"/api/payment-gateway/v1/pay-links/{token}/attempts",
            "body": json.dumps({"channel": channel}),
            "headers": {"content-type": "application/json", "idempotency-key": str(new_id())},
        }  # fmt: skip

    def _ask(self, command: dict[str, Any]) -> dict[str, Any] | None:
        """Return the (last) answer; None if the process died before it."""
        answers = self._act(command)
        if not answers:
            return None
        for each in answers:
            assert each["status"] < _SERVER_ERROR, f"{command['path']}: {each}"
        last = answers[-1]
        body = json.loads(last["body"]) if last["body"].startswith("{") else {}
        return {"status": last["status"], "body": body}

    def _insist(self, command: dict[str, Any]) -> dict[str, Any]:
        """Return the answer, asked for again if a kill came between."""
        answer = self._ask(command) or self._ask(command)
        assert answer is not None, "killed twice in one step"
        return answer

    def _act(self, command: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Have the gateway do it; each KILL_EVERY steps its process is killed meanwhile."""
        kind, moment = type(self), None
        self.acts += 1
        if kind.steps >= (kind.kills + 1) * KILL_EVERY:
            kind.kills += 1
            moment = self._chance.uniform(0, 0.006)
        full = {**command, "standings": self.books.standings}
        dies = moment is not None or "failpoint" in command
        pids = self.eyes.connections() if dies else []
        deaths = self.gateway.deaths
        answer = self.gateway.ask(full, killed_after=moment)
        if self.gateway.deaths > deaths:
            self.eyes.wait_for_the_end_of(pids)
            return answer
        return answer if answer is not None else [{"status": 204, "body": ""}]


def _pick(of: list[T], n: int) -> T:
    """Prefer the newest: they are what most acts are about."""
    return of[-1 - n % len(of)]
