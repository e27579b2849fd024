"""The national platform's protocol over HTTP, and every fault of it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mock_bank.adapters.npsp import dialect
from mock_bank.domain.tellings import PAUSES
from mock_bank.tables import PaymentRow, TellingRow
from mock_bank.use_cases import paying, telling
from tests.mock_bank.conftest import PATH, SECRET, Bank, a_question, an_init
from tests.mock_bank.partner import REFUSED, Partner

REFERENCE = "LP260000000001"


async def test_given_an_order_when_it_is_sent_twice_then_it_is_one_payment(bank: Bank) -> None:
    first, second = await asyncio.gather(bank.begin(REFERENCE), bank.begin(REFERENCE))

    assert first == second


async def test_given_a_reference_when_it_comes_with_another_amount_then_it_is_refused(
    bank: Bank,
) -> None:
    await bank.begin(REFERENCE)

    answer = await bank.ask(an_init(REFERENCE, SoTien=1_000), dialect.INIT_FIELDS)

    assert answer["error_code"] == "-1"


@pytest.mark.parametrize("raw", [b"{", b"[]", b"{}", b'{"LoaiBanTin":"PAY"}'])
async def test_given_a_message_outside_the_protocol_when_sent_then_it_is_refused_in_its_dialect(
    bank: Bank, raw: bytes
) -> None:
    answer = await bank.http.post(PATH, content=raw)

    assert answer.status_code == 200
    assert answer.json()["error_code"] == "-1"


async def test_given_a_wrong_signature_when_sent_then_nothing_begins(bank: Bank) -> None:
    answer = await bank.http.post(PATH, json={**an_init(REFERENCE), "MaXacThuc": "0" * 64})

    assert answer.json()["MoTaLoi"] == "npsp-not-genuine"
    assert (await bank.query(REFERENCE))["MoTaLoi"] == "bank-payment-not-found"


async def test_given_a_payment_when_approved_then_the_partner_hears_a_genuine_success_at_once(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)

    shown = await bank.tap(payment, "approve")

    (heard,) = partner.heard
    dialect.verify(heard, dialect.CALLBACK_FIELDS, SECRET)
    assert (heard["LoaiBanTin"], heard["MaLoi"], heard["SoTien"]) == ("CONFIRM", "00", "62000")
    assert (heard["MaThamChieu"], heard["MaNganHang"]) == (REFERENCE, "VCB")
    assert heard["MaGiaoDich"] == shown["transaction_code"]
    assert [callback["status"] for callback in shown["callbacks"]] == ["delivered"]
    assert (await bank.query(REFERENCE))["TrangThaiGD"] == "1"


async def test_given_two_payments_when_approved_then_their_transaction_codes_differ(
    bank: Bank,
) -> None:
    payments = [await bank.begin(f"{REFERENCE}{number}") for number in range(2)]

    codes = {(await bank.tap(payment, "approve"))["transaction_code"] for payment in payments}

    assert len(codes) == 2


@pytest.mark.parametrize(
    ("act", "state", "results"), [("decline", "4", ["24"]), ("abandon", "3", [])]
)
async def test_given_a_payment_when_not_paid_then_query_tells_refused_from_unknown(
    bank: Bank, partner: Partner, act: str, state: str, results: list[str]
) -> None:
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, act)

    assert (await bank.query(REFERENCE))["TrangThaiGD"] == state
    assert partner.results() == results


async def test_given_twenty_taps_at_once_when_approved_then_the_money_moves_once(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)

    answers = await asyncio.gather(*[bank.tap(payment, "approve") for _ in range(20)])

    assert sum("callbacks" in answer for answer in answers) == 1
    assert {answer["code"] for answer in answers if "code" in answer} == {"illegal-step"}
    assert partner.results() == ["00"]


async def test_given_a_payment_whose_time_is_over_when_approved_then_it_has_failed(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)
    async with bank.database.transaction() as session:
        row = await session.get_one(PaymentRow, payment)
        row.expires_at = datetime.now(UTC)

    answer = await bank.tap(payment, "approve")

    assert answer["code"] == "illegal-step"
    assert (await bank.query(REFERENCE))["TrangThaiGD"] == "4"
    assert partner.heard == []


async def test_given_a_paid_payment_when_its_bill_is_asked_for_then_a_pdf_comes(
    bank: Bank,
) -> None:
    payment = await bank.begin(REFERENCE)
    unpaid = await bank.query(REFERENCE, "GET_BILL")
    await bank.tap(payment, "approve")
    question = a_question(REFERENCE, "GET_BILL")
    signature = dialect.sign(question, dialect.QUESTION_FIELDS, SECRET)

    bill = await bank.http.post(PATH, json={**question, "MaXacThuc": signature})

    assert unpaid["error_code"] == "-1"
    assert bill.content.startswith(b"%PDF-")


async def hasten(bank: Bank, payment: UUID) -> None:
    """Let every callback that still waits be due now."""
    async with bank.database.transaction() as session:
        for telling in await bank_tellings(bank, payment):
            row = await session.get_one(TellingRow, telling.id)
            row.due_at = None if row.due_at is None else datetime.now(UTC) - timedelta(seconds=1)
    await bank.work()


async def bank_tellings(bank: Bank, payment: UUID) -> list[TellingRow]:
    async with bank.database.transaction() as session:
        return list(await telling.list_tellings(session, payment))


@pytest.mark.parametrize(
    ("fault", "at_once", "in_the_end"),
    [
        ("duplicate", ["00", "00"], ["00", "00"]),
        ("late", [], ["00"]),
        ("lost", [], []),
        ("out_of_order", ["00"], ["00", "99"]),
        ("failed_after_success", ["00"], ["00", "99"]),
    ],
)
async def test_given_a_fault_when_approved_then_the_partner_hears_it_so(
    bank: Bank, partner: Partner, fault: str, at_once: list[str], in_the_end: list[str]
) -> None:
    await bank.fault(fault)
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, "approve")
    first = partner.results()
    await hasten(bank, payment)

    assert first == at_once
    assert partner.results() == in_the_end
    assert (await bank.query(REFERENCE))["TrangThaiGD"] == "1"


async def test_given_two_callbacks_out_of_order_when_heard_then_the_older_comes_last(
    bank: Bank, partner: Partner
) -> None:
    await bank.fault("out_of_order", after_ms=0)
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, "approve")

    success, failure = partner.heard
    assert failure["ThoiGianGD"] < success["ThoiGianGD"]


async def test_given_a_duplicate_when_heard_then_both_are_the_same_bytes(
    bank: Bank, partner: Partner
) -> None:
    await bank.fault("duplicate")
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, "approve")

    assert json.dumps(partner.heard[0]) == json.dumps(partner.heard[1])


async def test_given_a_wrong_amount_when_approved_then_callback_and_query_agree_on_it(
    bank: Bank, partner: Partner
) -> None:
    await bank.fault("wrong_amount")
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, "approve")

    dialect.verify(partner.heard[0], dialect.CALLBACK_FIELDS, SECRET)
    assert partner.heard[0]["SoTien"] == "61000"
    assert (await bank.query(REFERENCE))["SoTien"] == "61000"


async def test_given_a_bad_signature_when_heard_then_it_is_not_genuine_and_query_is(
    bank: Bank, partner: Partner
) -> None:
    await bank.fault("bad_signature")
    payment = await bank.begin(REFERENCE)

    await bank.tap(payment, "approve")

    with pytest.raises(dialect.NotGenuineError):
        dialect.verify(partner.heard[0], dialect.CALLBACK_FIELDS, SECRET)
    dialect.verify(await bank.query(REFERENCE), dialect.CALLBACK_FIELDS, SECRET)


async def test_given_slowness_when_an_order_comes_then_it_begins_and_answers_late(
    bank: Bank,
) -> None:
    await bank.fault("slow", after_ms=150)
    begun_at = datetime.now(UTC)

    payment = await bank.begin(REFERENCE)
    waited = datetime.now(UTC) - begun_at
    again = await bank.begin(REFERENCE)

    assert waited >= timedelta(milliseconds=150)
    assert again == payment


async def test_given_a_fault_for_two_when_three_pay_then_the_third_is_spared(
    bank: Bank, partner: Partner
) -> None:
    await bank.fault("lost", times=2)

    for number in range(3):
        await bank.tap(await bank.begin(f"{REFERENCE}{number}"), "approve")

    assert [message["MaThamChieu"] for message in partner.heard] == [f"{REFERENCE}2"]
    assert (await bank.http.get("/ngan-hang-thu/api/faults")).json() == {"faults": []}


async def test_given_faults_when_listed_and_taken_back_then_none_is_left(bank: Bank) -> None:
    await bank.fault("late", times=3, after_ms=700)
    listed = (await bank.http.get("/ngan-hang-thu/api/faults")).json()

    await bank.http.delete("/ngan-hang-thu/api/faults")

    assert listed["faults"] == [{"channel": "npsp", "fault": "late", "times": 3, "after_ms": 700}]
    assert (await bank.http.get("/ngan-hang-thu/api/faults")).json() == {"faults": []}


@pytest.mark.parametrize("body", [{"fault": "explode"}, {"fault": "late", "times": 0}, {}])
async def test_given_an_unknown_fault_when_asked_for_then_it_is_refused(
    bank: Bank, body: dict[str, object]
) -> None:
    assert (await bank.http.put("/ngan-hang-thu/api/faults", json=body)).status_code == 422


async def test_given_a_partner_that_refuses_when_told_then_the_bank_repeats_and_gives_up(
    bank: Bank, partner: Partner
) -> None:
    partner.answers.extend([REFUSED, (500, {"MaLoi": "00"})])
    partner.answers.extend([REFUSED] * len(PAUSES))
    payment = await bank.begin(REFERENCE)

    shown = await bank.tap(payment, "approve")
    for _ in PAUSES:
        await hasten(bank, payment)
    await hasten(bank, payment)

    assert [callback["status"] for callback in shown["callbacks"]] == ["waiting"]
    (telling,) = await bank_tellings(bank, payment)
    assert telling.status.value == "given_up"
    assert len(partner.heard) == len(PAUSES) + 1


async def test_given_a_process_that_died_while_telling_when_another_works_then_it_is_told(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)
    async with bank.database.transaction() as session:
        await paying.approve(session, payment, now=datetime.now(UTC))
        await telling.take_due_telling(session, None, now=datetime.now(UTC))

    await bank.work()
    leased = partner.results()
    await hasten(bank, payment)

    assert leased == []
    assert partner.results() == ["00"]
