"""Replacement: a new number for a wrong tax code or amount, the old receipt stays, two people."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from receipt.domain.paper import paper_of
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptIssued, ReceiptReplaced
from shared.web.identity import Role
from tests.receipt.acts import is_gapless, issued, issued_events, settle
from tests.receipt.builders import a_line, a_payment
from tests.receipt.correcting import (
    STAFF,
    Desk,
    a_refund,
    a_replacement,
    audited,
    hear_refund,
)
from tests.receipt.files import stored_pdf
from tests.receipt.test_make_file import text_of
from tests.receipt.world import World, token_of
from tests.support.facts import facts

CHECK = "/xac-minh/6101234567/EBL01/26TAA"


async def replaced(world: World) -> list[ReceiptReplaced]:
    return [event.data for event in await facts(world.database, ReceiptReplaced)]


async def test_given_a_wrong_tax_code_when_two_people_agree_then_a_new_number_takes_its_place(
    world: World,
) -> None:
    [old] = await world.pay()
    await world.make_files()
    before = await stored_pdf(world.database, world.workshop.store, old.receipt_id)
    desk = Desk(world)

    address = await desk.ask_replacement(old)
    own = await desk.submit(f"{address}/duyet", plan="0" * 64)
    first = await desk.approve(address)
    second = await desk.submit(f"{address}/duyet", plan="0" * 64)

    assert (own.status_code, first.status_code, second.status_code) == (403, 303, 409)
    _, new = await issued_events(world.database)
    [said] = await replaced(world)
    fact = new.data
    assert (fact.number, fact.replaces, fact.total_vnd) == (2, old.receipt_id, old.total_vnd)
    assert (fact.payment_id, fact.lines) == (old.payment_id, old.lines)
    assert (said.receipt_id, said.replaced_by) == (old.receipt_id, fact.receipt_id)
    assert said.reason_code == "wrong_tax_code"
    assert "6100123456" not in new.model_dump_json()
    assert await is_gapless(world.database)
    assert (await audited(world.database, old.receipt_id))[-1] == "receipt.replace.approve"
    await world.make_files()
    assert await stored_pdf(world.database, world.workshop.store, old.receipt_id) == before
    await assert_both_point_to_each_other(world, old, fact)


async def assert_both_point_to_each_other(
    world: World, old: ReceiptIssued, new: ReceiptIssued
) -> None:
    printed = text_of(await stored_pdf(world.database, world.workshop.store, new.receipt_id))
    assert "Thay thế cho biên lai mẫu số EBL01, ký hiệu 26TAA, số 1" in printed
    assert "Công ty Ngọc Ánh" in printed
    assert "6100123456" in printed

    old_check, new_check = await world.page(f"{CHECK}/1"), await world.page(f"{CHECK}/2")
    assert "Biên lai đã bị thay thế" in old_check
    assert f'href="{CHECK}/2"' in old_check
    assert f'href="{CHECK}/1"' in new_check
    assert "Biên lai hợp lệ" in new_check
    place = {"issuer_tax_code": "6101234567", "form_symbol": "EBL01", "serial_symbol": "26TAA"}
    machine = await world.client.post("/api/receipt/v1/verifications", json=place | {"number": 1})
    assert machine.json()["result"] == "replaced"
    onward = {"number": 2, "check_path": f"{CHECK}/2"}
    assert machine.json()["replaced_by"] == place | onward

    holder = await world.page(f"/bien-lai/{token_of(old.receipt_id)}")
    assert f"/bien-lai/{token_of(new.receipt_id)}" in holder
    staff = await world.page(f"{STAFF}/{old.receipt_id}")
    assert f"{STAFF}/{new.receipt_id}" in staff
    assert "Lập biên lai thay thế" not in staff
    assert f"{STAFF}/{old.receipt_id}" in await world.page(f"{STAFF}/{new.receipt_id}")


async def test_given_a_part_that_went_back_when_the_amount_is_replaced_then_the_rest_is_stated(
    world: World,
) -> None:
    lines = [a_line(amount_vnd=62_000), a_line(amount_vnd=10_000)]
    await settle(world.database, a_payment(*lines))
    [old] = await issued(world.database)
    await world.make_files()
    desk = Desk(world)
    wrong_amount = {"reason_code": "wrong_amount"}
    early = await desk.ask(old, "thay-the", **a_replacement(**wrong_amount))
    await hear_refund(world.database, a_refund(old, 20_000))

    address = await desk.ask_replacement(old, **wrong_amount, total_vnd="1", amount_vnd="1")
    await desk.approve(address)
    new = (await issued(world.database))[-1]
    await hear_refund(world.database, a_refund(new, 42_000))

    assert early.status_code == 422
    assert "đúng bằng tiền đã thu" in early.text
    assert [line.amount_vnd for line in new.lines] == [42_000, 10_000]
    assert (new.total_vnd, new.total_in_words) == (52_000, "Năm mươi hai nghìn đồng")
    first, second = await world.page(f"{CHECK}/1"), await world.page(f"{CHECK}/2")
    assert "20.000" in first
    assert "Đã hoàn một phần" in first
    assert "42.000" in second
    # What stands (receipts in force less their marks) is what was paid less what went back.
    assert 52_000 - 42_000 == 72_000 - 62_000


async def test_given_a_fee_that_went_back_wholly_when_replaced_then_there_is_nothing_to_state(
    world: World,
) -> None:
    [receipt] = await world.pay()
    await hear_refund(world.database, a_refund(receipt, 62_000))

    answer = await Desk(world).ask(receipt, "thay-the", **a_replacement())

    assert answer.status_code == 422
    assert "không có gì để lập biên lai thay thế" in answer.text


WRONG_FORMS = [
    ({"tax_code": "123"}, "10, 12 hoặc 13 chữ số"),
    ({"tax_code": "\uff16" * 10}, "10, 12 hoặc 13 chữ số"),
    ({"tax_code": ""}, "Giống mã số thuế đã in"),
    ({"name": " \u202e"}, "Ghi đủ ô này"),
    ({"name": "N" * 301}, "Nội dung quá dài"),
    ({"address": "A" * 501}, "Nội dung quá dài"),
    ({"reason_code": "cancelled"}, "Chọn một lý do"),
    ({"reason": ""}, "từ 3 đến 500"),
]


async def test_given_a_wrong_form_when_sent_then_it_says_where_and_nothing_is_asked(
    world: World,
) -> None:
    [receipt] = await world.pay()
    desk = Desk(world)

    for form, words in WRONG_FORMS:
        answer = await desk.ask(receipt, "thay-the", **a_replacement(**form))

        assert answer.status_code == 422, form
        assert words in answer.text, form
        assert form.get("tax_code", "6100123456") in answer.text, form
    assert "Chờ người thứ hai duyệt" not in await world.page(STAFF)


async def test_given_a_request_when_something_goes_back_meanwhile_then_its_approval_is_refused(
    world: World,
) -> None:
    [receipt] = await world.pay()
    desk = Desk(world)
    address = await desk.ask_replacement(receipt)
    await hear_refund(world.database, a_refund(receipt, 2_000))

    answer = await desk.approve(address)

    assert answer.status_code == 409
    assert "Nội dung đề nghị đã thay đổi" in answer.text
    assert await replaced(world) == []
    assert len(await issued(world.database)) == 1


async def test_given_two_kinds_of_requests_when_the_receipt_is_replaced_then_the_notice_is_refused(
    world: World,
) -> None:
    [receipt] = await world.pay()
    await world.make_files()
    desk = Desk(world)
    notice = await desk.ask_notice(receipt)
    await desk.approve(await desk.ask_replacement(receipt))

    late = await desk.approve(notice)
    again = await desk.ask(receipt, "thay-the", **a_replacement())

    assert (late.status_code, again.status_code) == (409, 409)
    assert "sửa trên biên lai thay thế" in late.text


async def test_given_two_supervisors_at_once_when_both_approve_then_one_receipt_is_issued(
    world: World,
) -> None:
    [receipt] = await world.pay()
    desk = Desk(world)
    address = await desk.ask_replacement(receipt)
    await world.sign_in(Role.SUPERVISOR)
    plan = await desk.plan_on(address)

    answers = await asyncio.gather(*[desk.submit(f"{address}/duyet", plan=plan) for _ in range(5)])

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    assert len(await replaced(world)) == 1
    assert await is_gapless(world.database)


async def test_given_a_replacement_when_its_payment_is_told_again_then_no_number_is_given(
    world: World,
) -> None:
    payment = a_payment(a_line(), a_line(FeeKind.LE_PHI))
    await settle(world.database, payment)
    desk = Desk(world)
    phi, _ = await issued(world.database)
    await desk.approve(await desk.ask_replacement(phi))

    await settle(world.database, payment)

    assert [fact.number for fact in await issued(world.database)] == [1, 1, 2]


async def test_given_a_chain_when_replaced_twice_then_each_names_the_one_before(
    world: World,
) -> None:
    [first] = await world.pay()
    desk = Desk(world)
    await desk.approve(await desk.ask_replacement(first))
    second = (await issued(world.database))[-1]
    await desk.approve(await desk.ask_replacement(second, tax_code="6100123457"))
    third = (await issued(world.database))[-1]

    assert (second.replaces, third.replaces) == (first.receipt_id, second.receipt_id)
    printed = paper_of(third, None).replaces
    assert printed is not None
    assert printed.startswith("Thay thế cho biên lai mẫu số EBL01, ký hiệu 26TAA, số 2, ngày ")
    with pytest.raises(IntegrityError, match="uq_receipt_replaces"):
        await point(world, third.receipt_id, first.receipt_id)
    with pytest.raises(IntegrityError, match="ck_receipt_replaces"):
        await point(world, third.receipt_id, third.receipt_id)


async def point(world: World, receipt_id: UUID, replaces: UUID) -> None:
    async with world.database.transaction() as session:
        await session.execute(
            text("UPDATE receipt SET replaces = :old WHERE id = :new"),
            {"old": replaces, "new": receipt_id},
        )
