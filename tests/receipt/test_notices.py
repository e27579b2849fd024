"""Notice of error 04/SS-CTĐT: same receipt, same number, two people."""

from receipt.domain.notices import notice_paper
from receipt.use_cases import noticing
from shared.contracts.receipt import (
    PrintedField,
    ReceiptErrorNoticed,
    ReceiptIssued,
    ReceiptReplaced,
)
from shared.web.identity import Role
from shared.web.language import COOKIE
from tests.receipt.correcting import NOTICES, RIGHT_NAME, STAFF, Desk, audited
from tests.receipt.test_make_file import text_of
from tests.receipt.world import PEOPLE, PERSONAL, World, token_of
from tests.support.facts import facts


async def given_a_printed_receipt(world: World) -> tuple[ReceiptIssued, Desk]:
    [receipt] = await world.pay()
    await world.make_files()
    return receipt, Desk(world)


async def test_given_a_wrong_name_when_two_people_agree_then_a_notice_stands_beside_the_receipt(
    world: World,
) -> None:
    receipt, desk = await given_a_printed_receipt(world)
    address = await desk.ask_notice(receipt)
    own = await world.page(address)
    own_approval = await desk.submit(f"{address}/duyet", plan="0" * 64)

    approved = await desk.approve(address)
    again = await desk.submit(f"{address}/duyet", plan="0" * 64)

    assert (own_approval.status_code, approved.status_code, again.status_code) == (403, 303, 409)
    assert "Rút lại đề nghị" in own
    [noticed] = await facts(world.database, ReceiptErrorNoticed)
    fact = noticed.data
    assert (fact.receipt_id, fact.fields) == (receipt.receipt_id, (PrintedField.PAYER_NAME,))
    assert (fact.notice_number, fact.number, fact.issuer) == (1, receipt.number, receipt.issuer)
    assert RIGHT_NAME not in noticed.model_dump_json()
    assert await audited(world.database, receipt.receipt_id) == [
        "receipt.notice.request", "receipt.notice.approve",
    ]  # fmt: skip
    await assert_given_to_all(world, receipt, fact)


async def assert_given_to_all(
    world: World, receipt: ReceiptIssued, fact: ReceiptErrorNoticed
) -> None:
    detail = await world.page(f"{STAFF}/{receipt.receipt_id}")
    assert "Có thông báo sai sót" in detail
    assert "Chờ gửi" in detail
    paper = await world.client.get(f"{NOTICES}/{fact.notice_id}/pdf")
    said = text_of(paper.content)
    for words in ("04/SS-CTĐT", "Đặng Thị Ngọc Ánh", RIGHT_NAME, "Số: 1/2", "Gõ nhầm", "EBL01"):
        assert words in said, said

    token = token_of(receipt.receipt_id)
    holder = await world.page(f"/bien-lai/{token}")
    assert "Có thông báo sai sót số 1/" in holder
    assert not any(text in holder for text in (*PERSONAL, RIGHT_NAME))
    own = await world.client.get(f"/bien-lai/{token}/thong-bao/{fact.notice_id}")
    assert own.content == paper.content
    public = await world.page(f"/xac-minh/6101234567/EBL01/26TAA/{receipt.number}")
    assert "Biên lai hợp lệ" in public
    assert "Họ tên người nộp" in public
    assert not any(text in public for text in (*PERSONAL, RIGHT_NAME))


WRONG_FORMS = [
    ({}, "ít nhất một ô"),
    ({"name": "Đặng Thị Ngọc Ánh"}, "Giống hệt nội dung đã in"),
    ({"name": "\u202e\u200b"}, "không in được"),
    ({"name": "N" * 301}, "Nội dung quá dài"),
    ({"address": "A" * 501, "name": "Trần Ý"}, "Nội dung quá dài"),
    ({"other_printed": "Chứng thực"}, "Ghi đủ ô này"),
    ({"words": "1"}, "ít nhất một ô"),
    ({"name": "Trần Ý", "reason": " x "}, "từ 3 đến 500"),
    ({"name": "Trần Ý", "reason": "lý do \x07"}, "không in được"),
    ({"name": "Trần Ý", "reason": "x" * 501}, "từ 3 đến 500"),
]


async def test_given_a_wrong_form_when_sent_then_it_says_where_keeps_the_text_and_asks_nothing(
    world: World,
) -> None:
    receipt, desk = await given_a_printed_receipt(world)

    for form, words in WRONG_FORMS:
        answer = await desk.ask(receipt, "sai-sot", **form)

        assert answer.status_code == 422, form
        assert words in answer.text, form
        assert form.get("name", "") in answer.text, form
    assert "Chờ người thứ hai duyệt" not in await world.page(STAFF)
    world.client.cookies.set(COOKIE, "en")
    english = await desk.ask(receipt, "sai-sot")
    assert "Write the right text into at least one field." in english.text


async def test_given_amount_tax_code_or_state_in_a_body_when_sent_then_they_change_nothing(
    world: World,
) -> None:
    receipt, desk = await given_a_printed_receipt(world)
    strange = {
        "total_vnd": "1", "amount_vnd": "1", "tax_code": "1", "number": "9", "status": "replaced",
        "approved_by": "x", "agency_code": "H34.22.08", "total_in_words": "Một đồng",
    }  # fmt: skip

    refused = await desk.ask(receipt, "sai-sot", **strange)
    address = await desk.ask_notice(receipt, name=RIGHT_NAME, **strange)
    await desk.approve(address)

    assert refused.status_code == 422
    [noticed] = await facts(world.database, ReceiptErrorNoticed)
    assert noticed.data.fields == (PrintedField.PAYER_NAME,)
    async with world.database.transaction() as session:
        notice = await noticing.find(session, noticed.data.notice_id, receipt.receipt_id)
    assert [c.right for c in notice.corrections] == [RIGHT_NAME]
    assert notice.receipt.total_vnd == receipt.total_vnd
    assert "H34.22.08" not in str(notice_paper(notice))


async def test_given_a_request_when_its_plan_or_its_person_is_another_then_nothing_is_done(
    world: World,
) -> None:
    receipt, desk = await given_a_printed_receipt(world)
    address = await desk.ask_notice(receipt)
    twice = await desk.ask(receipt, "sai-sot", name="Người khác")
    await world.sign_in(Role.SUPERVISOR)
    changed = await desk.submit(f"{address}/duyet", plan="0" * 64)
    mute = await desk.submit(f"{address}/tu-choi", reason="")
    other_persons = await desk.submit(f"{address}/rut")
    await world.sign_in(Role.SUPERVISOR, "H34.22.08")
    foreign = await desk.submit(f"{address}/duyet", plan="0" * 64)
    await world.sign_in(Role.ACCOUNTANT)
    await world.sign_in(Role.SUPERVISOR)
    declined = await desk.submit(f"{address}/tu-choi", reason="Tên đúng rồi")

    assert twice.status_code == 422
    assert "Đã có đề nghị đang chờ duyệt" in twice.text
    assert (changed.status_code, mute.status_code) == (409, 422)
    assert (other_persons.status_code, foreign.status_code) == (403, 404)
    assert declined.status_code == 303
    assert "Tên đúng rồi" in await world.page(address)
    assert await facts(world.database, ReceiptErrorNoticed) == []


async def test_given_another_agencys_people_when_they_look_or_ask_then_there_is_no_such_receipt(
    world: World,
) -> None:
    receipt, desk = await given_a_printed_receipt(world)
    path = f"{STAFF}/{receipt.receipt_id}"
    await world.sign_in(Role.ACCOUNTANT, "H34.22.08")

    seen = [
        (await world.client.get(f"{path}{way}", headers=PEOPLE)).status_code
        for way in ("", "/sai-sot", "/thay-the")
    ]
    asked = [
        (await desk.submit(f"{path}/{way}", name="x", reason="của người khác")).status_code
        for way in ("sai-sot", "thay-the")
    ]
    await world.sign_in(Role.AUDITOR)
    reads = await world.client.get(path, headers=PEOPLE)
    acts = await desk.submit(f"{path}/sai-sot", name="x", reason="kiểm toán")

    assert (seen, asked) == ([404] * 3, [404] * 2)
    assert (reads.status_code, acts.status_code) == (200, 403)
    assert "Lập thông báo sai sót" not in reads.text


async def test_given_a_receipt_without_its_file_when_noticed_then_the_form_says_wait(
    world: World,
) -> None:
    [receipt] = await world.pay()

    answer = await Desk(world).ask(receipt, "sai-sot", name=RIGHT_NAME)

    assert answer.status_code == 422
    assert "thông báo sau khi có tệp" in answer.text


async def test_given_many_notices_when_given_then_their_numbers_have_no_gap(world: World) -> None:
    receipt, desk = await given_a_printed_receipt(world)
    for name in ("Trần Văn Ý", "Trần Văn Yến", "Trần Văn Ỷ"):
        await desk.approve(await desk.ask_notice(receipt, name=name, address="12 Lê Lợi"))

    told = [event.data for event in await facts(world.database, ReceiptErrorNoticed)]

    assert [fact.notice_number for fact in told] == [1, 2, 3]
    assert told[0].fields == (PrintedField.PAYER_NAME, PrintedField.PAYER_ADDRESS)
    assert await facts(world.database, ReceiptReplaced) == []
