"""What the play has told the gateway, and what was answered: the other side's own books."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mock_bank.domain.tellings import Result
from tests.payment_gateway.told import Said, a_payment, said

Key = tuple[str, str]
"""Natural key of money: channel and the channel's own reference."""

SUCCESS: Final[Mapping[str, Callable[[dict[str, Any]], bool]]] = {
    "npsp": lambda answer: answer["body"].get("MaLoi") == "00",
    "vnpay": lambda answer: answer["body"].get("RspCode") in {"00", "02"},
    "momo": lambda answer: answer["status"] == 204,
    "zalopay": lambda answer: answer["body"].get("return_code") in {1, 2},
    "vietqr": lambda answer: answer["body"].get("result") in {"accepted", "duplicate", "unmatched"},
}
"""Whether an answer ends the bank's tries well, in its dialect: the money is acknowledged."""


@dataclass
class Telling:
    """One message of a bank, which it may send often."""

    channel: str
    result: Result
    facts: dict[str, Any]
    is_heard: bool = False
    """It was answered, in whatever words; else the bank will tell it again."""

    @property
    def key(self) -> Key | None:
        """Return the natural key of the money it tells of; None where it tells of none."""
        is_money = self.result is Result.SUCCESS
        return (self.channel, self.facts["transaction_code"]) if is_money else None

    def message(self, **changes: Any) -> Said:  # noqa: ANN401 - any field
        """Return its bytes, signed just now."""
        return self._said({**self.facts, **changes}, forged=False)

    def forgery(self) -> Said:
        """Return its bytes with a signature that is not the bank's."""
        return self._said(self.facts, forged=True)

    def _said(self, facts: dict[str, Any], *, forged: bool) -> Said:
        told = a_payment(self.channel, **facts)
        return said(self.channel, told, self.result, forged=forged)


@dataclass
class Asked:
    """A request under an Idempotency-Key, and its first answer."""

    command: dict[str, Any]
    answer: dict[str, Any] | None


@dataclass
class Books:
    """All that was told in one play."""

    booked: dict[Key, int] = field(default_factory=dict)
    """Money that a bank really has, by natural key: it may be found here once, or not yet."""
    booked_cash: dict[Key, int] = field(default_factory=dict)
    """Cash that a payer put on a desk, by the key of its form: taken once, or refused."""
    acknowledged: set[Key] = field(default_factory=set)
    """Money that we said we have."""
    tellings: list[Telling] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    """What lephi.fee said, as commands."""
    asked: list[Asked] = field(default_factory=list)
    standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each bank answers when it is asked about our reference."""
    versions: dict[str, int] = field(default_factory=dict)
    """The newest version of each dossier's assessment."""
