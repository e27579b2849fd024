"""How a payer pays: links, attempts, the platform's INIT and QUERY; what each browser may see."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from payment_gateway.domain.payables import Payable
from payment_gateway.views.catalogue import VIEWS
from shared.contracts.payment import PaymentAttemptEnded, PaymentSettled
from shared.contracts.receipt import ReceiptIssued
from shared.ids import new_id
from shared.jobs import run_due
from shared.links import Purpose
from shared.views import apply
from tests.payment_gateway.builders import (
    BANK,
    CONTEXT,
    PAYEE,
    a_line,
    given_a_payable,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import NOON, an_envelope, facts
from tests.support.web import client_of

API = "/api/payment-gateway/v1"


@pytest.fixture
async def payable(gateway: Gateway) -> Payable:
    return await given_a_payable(gateway.database)


@pytest.fixture
def token(gateway: Gateway, payable: Payable) -> str:
    return gateway.links.token(Purpose.PAYABLE, payable.id)


async def begin(
    client: AsyncClient, token: str, *, key: str | None = None, **body: str
) -> Response:
    return await client.post(
        f"{API}/pay-links/{token}/attempts",
        json={"channel": "npsp", "bank": BANK} | body,
        headers={"Idempotency-Key": key or str(new_id())},
    )


async def given_begun(gateway: Gateway, token: str) -> dict[str, str]:
    answer = await begin(gateway.client, token)
    assert answer.status_code == 201, answer.text
    begun: dict[str, str] = answer.json()
    return begun


async def state_of(gateway: Gateway, begun: dict[str, str]) -> dict[str, Any]:
    state: dict[str, Any] = (
        await gateway.client.get(f"{API}/attempts/{begun['payer_token']}")
    ).json()
    return state


async def make_due(gateway: Gateway) -> None:
    """Let the minute pass after which the bank is asked."""
    async with gateway.database.transaction() as session:
        await session.execute(text("UPDATE attempt SET due_at = now() - interval '1 s'"))


async def ask_due(gateway: Gateway) -> None:
    (ask,) = [job for job in gateway.service.jobs if job.name == "ask-attempt"]
    await run_due(gateway.database, ask)


async def issue_receipt(gateway: Gateway, payment_id: UUID) -> UUID:
    """Let the view hear that the receipt's number is given."""
    (settled,) = await facts(gateway.database, PaymentSettled)
    fact = ReceiptIssued.model_validate(
        settled.data.model_dump()
        | {
            "receipt_id": new_id(), "payment_id": payment_id, "kind": "phi", "issuer": PAYEE,
            "context": CONTEXT, "series_id": new_id(), "form_symbol": "EBL01",
            "serial_symbol": "26TAA", "number": 7, "lines": [a_line()], "total_vnd": 62_000,
            "total_in_words": "Sáu mươi hai nghìn đồng", "issued_at": NOON, "template_version": 1,
            "check_url": "http://lephi.test/xac-minh/6101234567/EBL01/26TAA/7",
        }
    )  # fmt: skip
    puts = [
        put
        for view in VIEWS
        for each in view.folds
        if each.event is ReceiptIssued
        for put in each.puts(an_envelope(fact))
    ]
    async with gateway.database.transaction() as session:
        await apply(session, puts)
    return fact.receipt_id


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


def _reference(gateway: Gateway) -> str:
    return gateway.platform.questions("INIT")[0]


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


async def test_given_money_and_a_number_when_the_payer_asks_then_only_its_own_token_opens_receipts(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    begun = await given_begun(gateway, token)
    await gateway.tell(told(_reference(gateway)))
    before = await state_of(gateway, begun)

    receipt_id = await issue_receipt(gateway, payable.id)

    (receipt,) = (await state_of(gateway, begun))["receipts"]
    by_link = await gateway.client.get(f"{API}/attempts/{token}")
    assert before["receipts"] == []
    assert receipt["url"] == gateway.links.receipt_url(receipt_id)
    assert (receipt["form_symbol"], receipt["number"]) == ("EBL01", 7)
    assert by_link.status_code == 404, "a p token opens no receipt"


async def test_given_a_paid_payable_when_browsers_look_then_only_the_one_that_paid_sees_the_receipt(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    answer = await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    reference = _reference(gateway)
    await gateway.tell(told(reference))
    making = await gateway.page(f"/p/{token}")
    receipt_id = await issue_receipt(gateway, payable.id)
    done = await gateway.page(f"/p/{token}")
    async with client_of(gateway.service, gateway.database) as stranger:
        other = (await stranger.get(f"/p/{token}")).text

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"http://bank.test/npsp/{reference}",
    )
    assert "Thanh toán thành công" in making
    assert "Đã thanh toán, biên lai đang được tạo" in making
    assert gateway.links.receipt_url(receipt_id) in done
    assert "Thông tin biên lai thanh toán" in done
    assert "GD000000001" in done
    assert "Đã thanh toán" in other
    for secret in ("/bien-lai/", "GD000000001", "Thanh toán thành công"):
        assert secret not in other


async def test_given_a_payer_back_from_the_bank_when_they_say_they_paid_then_the_bank_is_asked(
    gateway: Gateway, token: str
) -> None:
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    waiting = await gateway.page(f"/p/{token}")
    gateway.platform.paid[_reference(gateway)] = "135000"

    await gateway.submit(f"/p/{token}/hoi-lai")

    back = await gateway.client.get(f"/thanh-toan/tro-ve?ref={_reference(gateway)}")
    assert "Đang chờ ngân hàng báo kết quả" in waiting
    assert "Dùng lần trước" in waiting
    assert (back.status_code, back.headers["location"]) == (303, f"http://lephi.test/p/{token}")
    assert "Thanh toán thành công" in await gateway.page(f"/p/{token}")


async def test_given_a_live_attempt_when_another_browser_looks_then_it_is_told_and_may_pay(
    gateway: Gateway, token: str
) -> None:
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")

    async with client_of(gateway.service, gateway.database) as stranger:
        page = (await stranger.get(f"/p/{token}")).text
    nothing_chosen = await gateway.submit(f"/p/{token}")

    assert "Đang có người thanh toán hồ sơ này" in page
    assert "http://bank.test" not in page
    assert "THANH TOÁN 135.000" in page
    assert nothing_chosen.status_code == 422
    assert "Chọn một ngân hàng" in nothing_chosen.text


async def test_given_a_second_payment_when_its_payer_looks_then_they_are_told_it_comes_back(
    gateway: Gateway, token: str
) -> None:
    async with client_of(gateway.service, gateway.database) as first:
        await begin(first, token)
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    one, two = gateway.platform.questions("INIT")
    await gateway.tell(told(one, MaGiaoDich="GD1"))

    await gateway.tell(told(two, MaGiaoDich="GD2"))

    page = await gateway.page(f"/p/{token}")
    assert "sẽ được hoàn lại" in page
    assert "GD2" in page
    assert "/bien-lai/" not in page
