"""Attempts: begun under a key, asked about by schedule, given up, tried again."""

import asyncio
from datetime import timedelta

import pytest

from shared.contracts.payment import PaymentAttemptEnded
from shared.jobs import run_due
from tests.payment_gateway.attempting import (
    API,
    _reference,
    ask_due,
    begin,
    given_begun,
    make_due,
    state_of,
)
from tests.payment_gateway.builders import (
    BANK,
    PAYEE,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import facts


async def test_given_a_pay_link_when_it_is_read_then_it_tells_amount_and_banks_of_the_list(
    gateway: Gateway, token: str
) -> None:
    link = (await gateway.client.get(f"{API}/pay-links/{token}")).json()

    (channel,) = [each for each in link["channels"] if each["code"] == "npsp"]
    codes = {bank["code"]: bank["name"] for bank in channel["banks"]}
    assert (link["amount_vnd"], link["remaining_vnd"]) == (135_000, 135_000)
    assert (channel["code"], channel["min_vnd"]) == ("npsp", 1_000)
    assert (codes["970436"], codes["vnpt-money"]) == ("Vietcombank", "VNPT Money")
    assert "970432" not in codes, "VPBank is not on the platform's page"


async def test_given_a_pay_link_when_a_bank_is_chosen_then_the_platform_hears_it_signed_by_us(
    gateway: Gateway, token: str
) -> None:
    begun = await given_begun(gateway, token)

    (message,) = gateway.platform.heard
    lines = message["ThongTinBienLai"]["PhiLePhi"]
    assert begun["redirect_url"] == f"http://bank.test/npsp/{message['MaThamChieu']}"
    assert (message["SoTien"], message["MaNganHang"], message["MaTienTe"]) == (
        "135000",
        BANK,
        "VND",
    )
    assert message["ThongTinBienLai"]["TKThuHuong"] == PAYEE.account.number
    assert [line["SoTien"] for line in lines] == ["85000", "50000"]
    assert message["ThongTinBienLai"]["HoTenNguoiNop"] == ""
    assert (await state_of(gateway, begun))["status"] == "redirected"


async def test_given_a_key_when_it_is_sent_again_then_the_answer_is_the_same_and_nothing_happens(
    gateway: Gateway, token: str
) -> None:
    answers = [await begin(gateway.client, token, key="k1") for _ in range(3)]
    other = await begin(gateway.client, token, key="k1", bank="970415")
    missing = await gateway.client.post(
        f"{API}/pay-links/{token}/attempts", json={"channel": "npsp"}
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert (other.status_code, missing.status_code) == (422, 400)
    assert await gateway.column("SELECT count(*) FROM attempt") == [1]


@pytest.mark.parametrize(
    "body", [{"bank": "000000"}, {"channel": "cash"}, {"channel": "npsp", "bank": "970432"}]
)
async def test_given_a_choice_that_is_not_offered_when_it_is_sent_then_nothing_is_stored(
    gateway: Gateway, token: str, body: dict[str, str]
) -> None:
    answer = await begin(gateway.client, token, **body)

    assert (answer.status_code, answer.json()["code"]) == (422, "channel-not-offered")
    assert await gateway.column("SELECT count(*) FROM attempt") == [0]


async def test_given_two_browsers_when_both_pay_at_once_then_one_lives_and_no_money_is_lost(
    gateway: Gateway, token: str
) -> None:
    answers = await asyncio.gather(*[begin(gateway.client, token) for _ in range(2)])

    begun = [answer.json() for answer in answers]
    live = "SELECT count(*) FROM attempt WHERE status IN ('created', 'redirected', 'unknown')"
    assert [answer.status_code for answer in answers] == [201, 201]
    assert await gateway.column(live) == [1]
    references = await gateway.column("SELECT reference FROM attempt ORDER BY reference")
    for number, reference in enumerate(references):
        await gateway.tell(told(reference, MaGiaoDich=f"GD{number}"))
    assert await gateway.column("SELECT count(*) FROM money") == [2]
    assert await gateway.column("SELECT count(*) FROM refund") == [1]
    states = [(await state_of(gateway, each))["status"] for each in begun]
    assert states == ["succeeded", "succeeded"]


async def test_given_a_live_attempt_when_another_begins_then_the_bank_is_asked_about_it_first(
    gateway: Gateway, token: str
) -> None:
    first = await given_begun(gateway, token)
    reference = gateway.platform.questions("INIT")[0]
    gateway.platform.paid[reference] = "135000"

    second = await begin(gateway.client, token)

    assert gateway.platform.questions("QUERY") == [reference]
    assert (second.status_code, second.json()["code"]) == (409, "nothing-due")
    assert (await state_of(gateway, first))["status"] == "succeeded"


async def test_given_a_lost_callback_when_the_bank_is_asked_then_the_payable_is_settled(
    gateway: Gateway, token: str
) -> None:
    begun = await given_begun(gateway, token)
    gateway.platform.paid[gateway.platform.questions("INIT")[0]] = "135000"

    await ask_due(gateway)
    too_early = (await state_of(gateway, begun))["status"]
    await make_due(gateway)
    await ask_due(gateway)
    late = told(gateway.platform.questions("INIT")[0], MaGiaoDich=f"GD-{_reference(gateway)}")
    answer = await gateway.tell(late)

    assert too_early == "redirected"
    assert (await state_of(gateway, begun))["status"] == "succeeded"
    assert (answer, await gateway.column("SELECT count(*) FROM money")) == ("00", [1])


async def test_given_an_undecided_bank_when_it_is_asked_by_schedule_then_it_is_given_up_at_last(
    gateway: Gateway, token: str
) -> None:
    begun = await given_begun(gateway, token)
    pauses: list[timedelta] = []
    states: list[str] = []

    for _ in range(7):
        await make_due(gateway)
        await ask_due(gateway)
        states.append((await state_of(gateway, begun))["status"])
        pauses.extend(
            await gateway.column("SELECT due_at - now() FROM attempt WHERE due_at > now()")
        )

    minutes = [round(pause / timedelta(minutes=1)) for pause in pauses]
    assert minutes == [5, 15, 60, 1440, 1440, 1440]
    assert states == ["unknown"] * 6 + ["given_up"]
    (ended,) = await facts(gateway.database, PaymentAttemptEnded)
    assert (ended.data.outcome.value, ended.data.code) == ("given_up", "no-answer")
    assert len(gateway.platform.questions("QUERY")) == 7


async def test_given_a_refused_payment_when_the_bank_is_asked_then_the_payer_may_try_again(
    gateway: Gateway, token: str
) -> None:
    begun = await given_begun(gateway, token)
    gateway.platform.failed.add(_reference(gateway))
    await make_due(gateway)

    await ask_due(gateway)
    again = await begin(gateway.client, token)

    assert (await state_of(gateway, begun))["status"] == "failed"
    assert again.status_code == 201


async def test_given_a_silent_bank_when_a_payer_begins_then_our_page_is_the_answer_and_it_goes_on(
    gateway: Gateway, token: str
) -> None:
    gateway.platform.is_silent = True

    begun = await given_begun(gateway, token)
    gateway.platform.is_silent = False
    await make_due(gateway)
    (job,) = [job for job in gateway.service.jobs if job.name == "begin-attempt"]
    await run_due(gateway.database, job)

    assert begun["redirect_url"] == f"http://lephi.test/p/{token}"
    assert (await state_of(gateway, begun))["status"] == "redirected"
    assert len(set(gateway.platform.questions("INIT"))) == 1, "the same reference is the key"


async def test_given_a_bank_that_refuses_when_a_payer_begins_then_the_attempt_has_failed(
    gateway: Gateway, token: str
) -> None:
    gateway.platform.refuses = True

    begun = await given_begun(gateway, token)

    assert (await state_of(gateway, begun))["status"] == "failed"
    page = await gateway.page(f"/p/{token}")
    assert "chưa thành công" in page
