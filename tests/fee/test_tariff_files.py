"""The book of tariffs as a file: handed in and out, approved as a whole, never taken in part."""

from collections.abc import AsyncIterator
from html import unescape

import pytest

from fee.schemas.tariff_lines import read_tariffs, write_file
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.fee.application import Fee, a_file, asking_fee
from tests.fee.drafts import a_form, a_tariff
from tests.fee.facts import with_tariffs
from tests.fee.two_persons import (
    APPROVER,
    BOOK,
    FILE,
    WRITER,
    approved,
    published,
)


@pytest.fixture
async def fee(database_of: NewDatabase) -> AsyncIterator[Fee]:
    database = await with_tariffs(await database_of("fee"), "PHI-CHUNGTHUC-BS")
    async with asking_fee(database) as fee:
        await fee.sign_in_person(WRITER, Role.ADMINISTRATOR)
        yield fee


async def test_given_a_good_file_when_handed_in_and_approved_then_all_its_rows_are_in_force(
    fee: Fee,
) -> None:
    rows = [a_form(tariff_code=f"X-{n}", fee_code=f"LP-{n}") for n in range(3)]
    answer = await fee.hand_in(a_file(*rows))
    address = answer.headers["location"]
    waiting = await published(fee)

    await fee.sign_in_person(APPROVER, Role.SUPERVISOR)
    await approved(fee, address)

    assert answer.status_code == 303
    assert waiting == []
    assert await published(fee) == ["X-0", "X-1", "X-2"]


async def test_given_the_exported_file_when_handed_in_again_then_there_is_nothing_new(
    fee: Fee,
) -> None:
    exported = await fee.client.get(FILE)

    again = await fee.hand_in(exported.content)
    more = await fee.hand_in(write_file([*read_tariffs(exported.content), a_tariff()]))

    assert exported.headers["content-type"].startswith("text/csv")
    assert "attachment" in exported.headers["content-disposition"]
    assert again.status_code == 200
    assert "Không có gì mới: 3 dòng" in unescape(again.text)
    assert more.status_code == 303


async def test_given_tiers_with_a_gap_in_a_file_when_handed_in_then_nothing_is_taken(
    fee: Fee,
) -> None:
    tier = {"rule": "tier", "unit": "page", "fee_code": "PHI-TRANG", "fee_kind": "phi"}
    rows = (
        a_form(tariff_code="X-1", to_quantity="2", **tier),
        a_form(tariff_code="X-2", from_quantity="4", **tier),
    )

    answer = await fee.hand_in(a_file(*rows))

    assert answer.status_code == 422
    assert "phải nối nhau từ trang 1" in unescape(answer.text)
    assert "X-1" not in await fee.page(BOOK)
