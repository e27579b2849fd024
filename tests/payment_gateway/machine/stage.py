"""The stage of a play: its books, its looks, and how anything is done to the gateway."""

import itertools
import json
import random
from typing import Any, ClassVar, Final
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from mock_bank.domain.tellings import Result
from shared.ids import new_id
from shared.links import Purpose, make_token
from tests.payment_gateway.builders import PAYEE
from tests.payment_gateway.machine.gateway import Gateway, call_of
from tests.payment_gateway.machine.invariants import violations
from tests.payment_gateway.machine.look import Eyes, Row, Seen
from tests.payment_gateway.machine.memory import Memory
from tests.payment_gateway.machine.told import SUCCESS, Books, Telling
from tests.payment_gateway.told import Said
from tests.support.environment import ENVIRONMENT

CHANNELS: Final = ("npsp", "vnpay", "momo", "zalopay", "vietqr")
KILL_EVERY: Final = 500
DOSSIERS: Final = 4
_SERVER_ERROR: Final = 500


class Stage(RuleBasedStateMachine):
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
            while not telling.is_heard:  # A kill may come between here, too.
                self._tell(telling, telling.message())
        self.seen = self._look()
        missing = self.books.booked.keys() - self.books.acknowledged
        assert not missing, f"I20 {missing} was told again and is still open"

    def _look(self) -> Seen:
        """Check all invariants over what stands now: that ends a step, if anything was done."""
        type(self).steps += 1 if self.acts else 0
        self.acts = 0
        seen = self.eyes.look()
        wrong = violations(seen, self.memory, self.books)
        assert not wrong, "\n".join(wrong)
        return seen

    def _person(self, act: str, **order: Any) -> None:  # noqa: ANN401 - of the act
        self._act({"do": "person", "act": act, **order})

    def _nothing_moved(self, before: list[Any], by: str) -> None:
        self.seen = self._look()
        assert self._rows() == before, f"{by} had an effect"

    def _rows(self) -> list[Any]:
        seen = self.seen
        return [
            seen.payables, seen.attempts, seen.monies, seen.refunds, seen.cases, seen.tills,
            seen.takings, seen.accounts,
        ]  # fmt: skip

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
