"""What people type wrong into *Tra cứu biên lai*: one answer for a wrong guess and for nothing."""

import re

from tests.receipt.builders import DOSSIER
from tests.receipt.world import PEOPLE, World

WRONG_CODE = "Số hồ sơ chưa đúng"

WRONG_CODES = [
    "", "H34", "H34.10-261322-0007", "Đặng Thị Ngọc Ánh", "0905123456", "\x00", f"{DOSSIER}\x00",
    "<i>", "H34.10-261122-00070007", "\u202e7000",
]  # fmt: skip
WRONG_DIGITS = ["", "0000", "345", "34567", "abcd", "\x00\x00\x00\x00", "\uff13\uff14\uff15"]


async def asked(world: World, **typed: str) -> tuple[int, str]:
    answer = await world.client.post("/bien-lai", data=typed, headers=PEOPLE)
    return answer.status_code, " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


async def test_given_no_code_when_receipts_are_looked_up_then_the_field_says_so(
    world: World,
) -> None:
    for ma in WRONG_CODES:
        status, words = await asked(world, ma=ma, so_cuoi="3456")

        assert status == 422, ma
        assert WRONG_CODE in words, ma


async def test_given_wrong_digits_when_receipts_are_looked_up_then_the_answer_is_that_of_nothing(
    world: World,
) -> None:
    await world.pay()

    for so_cuoi in WRONG_DIGITS:
        wrong = await asked(world, ma=DOSSIER, so_cuoi=so_cuoi)
        missing = await asked(world, ma="H34.10-261122-9999", so_cuoi=so_cuoi)

        assert wrong[0] == 404, so_cuoi
        assert wrong[1].replace(DOSSIER, "X") == missing[1].replace("H34.10-261122-9999", "X")
    for ma in (DOSSIER.lower(), f" {DOSSIER}\r\n", DOSSIER.replace("-", "—")):
        assert (await asked(world, ma=ma, so_cuoi=" 3456 "))[0] == 303, ma
