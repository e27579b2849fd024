"""Who is shown which receipt: whoever holds its link, knows the phone, or is signed in."""

import pytest
from sqlalchemy import event, text

from shared.contracts.parts import FeeKind
from shared.ids import new_id
from shared.links import Purpose
from tests.receipt.builders import DOSSIER
from tests.receipt.world import PEOPLE, PERSONAL, World, token_of
from tests.support.web import client_of


async def test_given_an_issued_receipt_when_its_holder_looks_then_the_facts_are_there_at_once(
    world: World,
) -> None:
    [receipt] = await world.pay()

    page = await world.page(f"/bien-lai/{token_of(receipt.receipt_id)}")

    for said in ("Thông tin biên lai thanh toán", "EBL01", "62.000", "Sáu mươi hai nghìn đồng"):
        assert said in page
    assert "biên lai đang được tạo" in page
    assert 'http-equiv="refresh"' in page
    assert not any(text in page for text in PERSONAL)


async def test_given_a_file_in_the_making_when_it_is_asked_for_then_202_and_later_the_pdf(
    world: World,
) -> None:
    [receipt] = await world.pay()
    path = f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}"

    waiting = await world.client.get(f"{path}/pdf")
    await world.make_files()
    ready = await world.client.get(f"{path}/pdf")

    assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "2")
    assert ready.status_code == 200
    assert ready.headers["content-type"] == "application/pdf"
    assert ready.headers["content-disposition"].startswith("inline; filename=")
    assert ready.content.startswith(b"%PDF")
    facts = (await world.client.get(path)).json()
    assert facts["file_status"] == "stored"
    assert (facts["form_symbol"], facts["number"], facts["total_vnd"]) == ("EBL01", 1, 62_000)
    page = await world.page(f"/bien-lai/{token_of(receipt.receipt_id)}")
    assert f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.RECEIPT])
async def test_given_a_token_of_another_purpose_when_used_then_no_receipt_is_opened(
    world: World, purpose: Purpose
) -> None:
    [receipt] = await world.pay()
    token = token_of(receipt.receipt_id, purpose)

    answers = [
        await world.client.get(path, headers=PEOPLE)
        for path in (
            f"/bien-lai/{token}",
            f"/bien-lai/{token}/events",
            f"/api/receipt/v1/receipts/{token}",
            f"/api/receipt/v1/receipts/{token}/pdf",
        )
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


async def test_given_one_changed_letter_or_nobodys_id_when_used_then_the_answers_are_alike(
    world: World,
) -> None:
    [receipt] = await world.pay()
    token = token_of(receipt.receipt_id)
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]

    answers = [
        await world.client.get(f"/api/receipt/v1/receipts/{wrong}")
        for wrong in (changed, token_of(new_id()), receipt.receipt_id)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1


async def test_given_code_and_phone_when_one_receipt_is_there_then_it_opens(world: World) -> None:
    [receipt] = await world.pay()

    answer = await world.client.post(
        "/bien-lai", data={"ma": "h34.10-261122-0007 ", "so_cuoi": "3456"}
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/bien-lai/{token_of(receipt.receipt_id)}"


async def test_given_code_and_phone_when_two_receipts_are_there_then_both_are_linked(
    world: World,
) -> None:
    receipts = await world.pay(FeeKind.PHI, FeeKind.LE_PHI)

    answer = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "3456"})

    assert answer.status_code == 200
    for receipt in receipts:
        assert f"/bien-lai/{token_of(receipt.receipt_id)}" in answer.text


async def test_given_a_wrong_guess_when_asked_then_the_answer_is_that_of_a_missing_dossier(
    world: World,
) -> None:
    await world.pay()
    other = "H34.10-261122-0008"

    wrong = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "9999"})
    missing = await world.client.post("/bien-lai", data={"ma": other, "so_cuoi": "3456"})
    empty = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": ""})

    assert wrong.status_code == missing.status_code == empty.status_code == 404
    assert wrong.text == missing.text.replace(other, DOSSIER) == empty.text


async def test_given_no_dossier_code_when_asked_then_the_field_says_so(world: World) -> None:
    answer = await world.client.post("/bien-lai", data={"ma": "abc", "so_cuoi": "3456"})

    assert answer.status_code == 422
    assert "Số hồ sơ chưa đúng" in answer.text


async def test_given_a_wrong_guess_when_answered_then_the_database_worked_as_for_a_missing_one(
    world: World,
) -> None:
    await world.pay()
    asked: list[str] = []
    engine = world.database.engine.sync_engine

    def count(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        asked.append(sql)

    event.listen(engine, "before_cursor_execute", count)
    worked: list[list[str]] = []
    for code, digits in ((DOSSIER, "9999"), ("H34.10-261122-0008", "3456")):
        asked.clear()
        await world.client.post("/bien-lai", data={"ma": code, "so_cuoi": digits})
        worked.append(list(asked))
    event.remove(engine, "before_cursor_execute", count)

    assert worked[0] == worked[1] != []


async def test_given_many_guesses_when_one_more_comes_after_a_restart_then_it_is_refused(
    world: World,
) -> None:
    for _ in range(30):
        await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "0000"})

    guess = {"ma": DOSSIER, "so_cuoi": "3456"}
    answer = await world.client.post("/bien-lai", data=guess, headers={"accept": "text/html"})
    async with client_of(world.service, world.database) as restarted:
        again = await restarted.post("/bien-lai", data=guess)

    assert (answer.status_code, again.status_code) == (429, 429)
    assert "Hãy chờ một phút rồi thử lại" in answer.text
    assert answer.headers["retry-after"] == "60"


async def test_given_a_day_of_misses_when_one_more_comes_then_the_page_says_until_when(
    world: World,
) -> None:
    await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "0000"})
    async with world.database.transaction() as session:
        await session.execute(text("UPDATE rate_hit SET count = 60 WHERE bucket LIKE 'miss %'"))

    answer = await world.client.post(
        "/bien-lai", data={"ma": DOSSIER, "so_cuoi": "0000"}, headers={"accept": "text/html"}
    )

    assert answer.status_code == 429
    assert "tra cứu lại vào ngày mai" in answer.text
    assert 60 < int(answer.headers["retry-after"]) <= 24 * 3600


async def test_given_a_citizen_when_signed_in_then_their_own_receipts_are_listed_and_no_others(
    world: World,
) -> None:
    [receipt] = await world.pay()

    await world.sign_in_citizen("062090000001")
    own = await world.page("/bien-lai")
    await world.sign_in_citizen("062090000002")
    others = await world.page("/bien-lai")

    assert f"/bien-lai/{token_of(receipt.receipt_id)}" in own
    assert DOSSIER in own
    assert f"/bien-lai/{token_of(receipt.receipt_id)}" not in others
