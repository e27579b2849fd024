"""What each channel hears back, in its own dialect; real application, real PostgreSQL."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from httpx import Response

from mock_bank.domain.tellings import Result
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.domain.payables import Payable
from payment_gateway.use_cases import pay
from payment_gateway.use_cases.pay import Choice
from shared.clock import utc_now
from shared.contracts.payment import PaymentAttemptEnded, PaymentSettled
from tests.payment_gateway.builders import given_a_payable, given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.told import Said, a_payment, said
from tests.support.facts import a_cause, emitted

CHANNELS: Final = [channel.code.value for channel in read_catalogue()]
OK, AGAIN, DIFFERS, UNKNOWN, FORGED = "ok", "again", "differs", "unknown", "forged"
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "npsp": {OK: "00", AGAIN: "00", DIFFERS: "00", UNKNOWN: "01", FORGED: "97"},
    "vnpay": {OK: "00", AGAIN: "02", DIFFERS: "04", UNKNOWN: "01", FORGED: "97"},
    "momo": {OK: 204, AGAIN: 204, DIFFERS: 204, UNKNOWN: 204, FORGED: 400},
    "zalopay": {OK: 1, AGAIN: 2, DIFFERS: 1, UNKNOWN: 1, FORGED: -1},
    "vietqr": {OK: 200, AGAIN: 200, DIFFERS: 200, UNKNOWN: 200, FORGED: 401},
}
FIELD: Final = {"npsp": "MaLoi", "vnpay": "RspCode", "zalopay": "return_code"}


@dataclass
class Channel:
    """One channel that talks to the gateway about one attempt."""

    name: str
    gateway: Gateway
    payable: Payable
    reference: str

    async def hears(self, message: Said) -> object:
        """Send ``message``; return the code of the answer."""
        answer: Response = await self.gateway.client.request(
            message.method,
            f"/ipn/{self.name}?{message.query}",
            content=message.body,
            headers=dict(message.headers or {}),
        )
        field = FIELD.get(self.name)
        if field is None:
            return answer.status_code
        assert answer.status_code == 200, "the dialect's codes travel in a 200"
        return answer.json()[field]

    def says(
        self,
        result: Result = Result.SUCCESS,
        *,
        forged: bool = False,
        **changes: Any,  # noqa: ANN401 - any field
    ) -> Said:
        """Return a message about the attempt."""
        day = f"{utc_now():%y%m%d}_" if self.name == "zalopay" else ""
        told = a_payment(self.name, reference=f"{day}{self.reference}")
        told = replace(told, description=f"ck {self.payable.reference}")
        return said(self.name, replace(told, **changes), result, forged=forged)


@pytest.fixture(params=CHANNELS)
async def channel(request: pytest.FixtureRequest, gateway: Gateway) -> Channel:
    payable = await given_a_payable(gateway.database)
    choice = Choice(payable.id, request.param, None)
    async with gateway.database.transaction() as session:
        attempt = await pay.start_attempt(
            session, choice, supersedes=None, cause=a_cause(), now=utc_now()
        )
    return Channel(request.param, gateway, payable, attempt.reference)


async def test_given_an_attempt_when_it_is_paid_and_told_again_then_each_answer_is_the_dialects(
    channel: Channel,
) -> None:
    first = await channel.hears(channel.says())
    second = await channel.hears(channel.says())

    expected = ANSWERS[channel.name]
    assert (first, second) == (expected[OK], expected[AGAIN])
    assert await channel.gateway.column("SELECT status FROM payable") == ["settled"]
    assert await channel.gateway.column("SELECT status FROM attempt") == ["succeeded"]
    assert await channel.gateway.column("SELECT count(*) FROM money") == [1]


async def test_given_an_attempt_when_another_amount_comes_then_it_is_kept_and_said_so(
    channel: Channel,
) -> None:
    answers = [await channel.hears(channel.says(amount_vnd=134_000)) for _ in range(2)]

    expected = ANSWERS[channel.name][DIFFERS]
    again = ANSWERS[channel.name][AGAIN] if channel.name == "zalopay" else expected
    assert answers[0] == expected
    assert answers[1] in {expected, again}
    assert await channel.gateway.column("SELECT problem FROM money") == ["short"]
    assert await channel.gateway.column("SELECT status FROM payable") == ["on_hold"]


@pytest.mark.parametrize("reference", ["261122_LP9999999999T01", "261122_LP\0T01"])
async def test_given_a_reference_that_nobody_knows_when_money_comes_then_it_is_kept(
    channel: Channel, reference: str
) -> None:
    unknown: dict[str, Any] = {"reference": reference, "description": "khong ro \0"}

    answers = [await channel.hears(channel.says(**unknown)) for _ in range(2)]

    assert answers == [ANSWERS[channel.name][UNKNOWN]] * 2
    assert await channel.gateway.column("SELECT problem FROM money") == ["unknown"]
    assert await channel.gateway.column("SELECT status FROM payable") == ["open"]


async def test_given_a_forged_message_when_it_comes_then_nothing_changes(channel: Channel) -> None:
    answer = await channel.hears(channel.says(forged=True))

    assert answer == ANSWERS[channel.name][FORGED]
    assert await channel.gateway.column("SELECT count(*) FROM money") == [0]
    assert await channel.gateway.column("SELECT count(*) FROM kept_callback") == [0]
    assert await channel.gateway.column("SELECT status FROM attempt") == ["created"]


async def test_given_a_success_when_a_failure_comes_later_then_it_changes_nothing(
    channel: Channel,
) -> None:
    await channel.hears(channel.says())

    answer = await channel.hears(channel.says(Result.FAILED))

    kept = 422 if channel.name == "vietqr" else ANSWERS[channel.name][AGAIN]
    assert answer == kept, "a bank that takes a transfer back is a person's to look at"
    assert await channel.gateway.column("SELECT status FROM payable") == ["settled"]
    assert await channel.gateway.column("SELECT status FROM attempt") == ["succeeded"]


async def test_given_another_partner_or_account_when_money_comes_then_it_settles_nothing(
    channel: Channel,
) -> None:
    other = "9999" if channel.name == "zalopay" else "OTHER"
    account = {"bin": "970418", "account": "62010000123456"}
    changes: dict[str, Any] = (
        {"details": account} if channel.name == "vietqr" else {"partner": other}
    )

    await channel.hears(channel.says(**changes))

    assert await channel.gateway.column("SELECT problem FROM money") == ["wrong_payee"]
    assert await channel.gateway.column("SELECT status FROM payable") == ["open"]
    assert await channel.gateway.column("SELECT status FROM attempt") == ["created"]


async def test_given_a_return_address_with_a_success_when_it_is_opened_then_nothing_changes(
    channel: Channel,
) -> None:
    answer = await channel.gateway.client.get(
        f"/thanh-toan/tro-ve?ref={channel.reference}&vnp_ResponseCode=00&resultCode=0&status=1"
    )

    assert answer.status_code == 303
    assert await channel.gateway.column("SELECT status FROM payable") == ["open"]


async def test_given_one_attempt_when_many_monies_come_at_once_then_it_ends_well_once(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    codes = [f"GD{number}" for number in range(10)]

    await asyncio.gather(*[gateway.tell(told(attempt.reference, MaGiaoDich=c)) for c in codes])

    types = await emitted(gateway.database)
    assert types.count(PaymentAttemptEnded.type) == 1
    assert types.count(PaymentSettled.type) == 1
    problems = await gateway.column("SELECT problem FROM money WHERE problem IS NOT NULL")
    assert problems == ["duplicate"] * 9
