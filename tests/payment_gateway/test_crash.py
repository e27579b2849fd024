"""The process dies between two steps of a callback: the bank tells again, and it counts once."""

import pytest

from shared.contracts.payment import PaymentSettled
from shared.failpoints import FailpointError
from tests.payment_gateway.builders import given_a_payable, given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import emitted


@pytest.mark.parametrize(
    ("place", "stored"),
    [("W1", 0), ("W2", 0), ("W3", 1)],
    ids=["before BEGIN", "before COMMIT", "before the answer"],
)
async def test_given_a_callback_when_the_process_dies_then_the_next_telling_settles_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, place: str, stored: int
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    monkeypatch.setenv("FAILPOINT", f"{place}:raise:1")

    with pytest.raises(FailpointError):
        await gateway.tell(told(attempt.reference))
    after_crash = await gateway.column("SELECT count(*) FROM money WHERE status = 'matched'")
    answer = await gateway.tell(told(attempt.reference))

    assert after_crash == [stored]
    assert answer == "00"
    assert (await emitted(gateway.database)).count(PaymentSettled.type) == 1
    assert await gateway.column("SELECT count(*) FROM ledger_transaction") == [1]
    assert await gateway.column("SELECT status FROM payable") == ["settled"]
