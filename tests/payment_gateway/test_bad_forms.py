"""What people type wrong at the desk, on the public search and on a new display: told in words."""

from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import words_of
from tests.payment_gateway.builders import CODE, given_a_payable
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in

SEARCH = "Số hồ sơ chưa đúng. Nhập đủ như trên giấy tiếp nhận, ví dụ H34.10-261122-0007."
DESK = "Số hồ sơ chưa đúng"
PAIRING = "Mã ghép chưa đúng hoặc đã hết hạn"
WRONG_CODES = [
    "H34", "0007", "H34.10-261122", "H34.10-261322-0007", "H34.10-261122-007",
    "Z34.10-261122-0007", "H34.10-261122-0007-1", "H34.10_261122_0007", "Nguyễn Văn Đức",
    "0900000001", "H34.10-261122-0007\x00", "\x00", "\u202e7000-221162-01.43H", "<b>H34</b>",
    "' OR 1=1 --", "%", "\ud7ff", "H34.10-261122-" + "\u0660" * 4, "x" * 199,
]  # fmt: skip
RIGHT_CODES = [
    CODE, CODE.lower(), f"{CODE}\n", f"\u00a0{CODE}\u00a0", CODE.replace("-", "–"),  # noqa: RUF001
    CODE.replace("-", " - "), "".join(chr(ord(c) + 0xFEE0) for c in CODE),
    CODE.replace("-", "\u00ad"), f"\ufeff{CODE}\t",
]  # fmt: skip

WRONG_PAIRINGS = [
    "", "1", "12345", "1234567", "abcdef", "12 34 5", "-12345", "\x00" * 6, "12\x003456",
    "\u0661" * 6, "' OR '1",
]  # fmt: skip
PEOPLE = {"Accept": "text/html"}


async def test_given_no_code_when_it_is_typed_then_search_and_desk_say_what_is_wrong(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)

    for typed in WRONG_CODES:
        search = await gateway.client.get("/thanh-toan", params={"ma": typed}, headers=PEOPLE)
        desk = await gateway.submit("/can-bo/quay/hien", ma=typed)

        assert (search.status_code, desk.status_code) == (422, 422), typed
        assert SEARCH in words_of(search.text), typed
        assert DESK in words_of(desk.text), typed
        assert "<b>H34</b>" not in search.text + desk.text
    assert await gateway.column("SELECT dossier_code FROM display WHERE dossier_code > ''") == []


async def test_given_a_code_in_any_spelling_when_it_is_typed_then_search_and_desk_find_it(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await sign_in(gateway, Role.OFFICER)

    for typed in RIGHT_CODES:
        search = await gateway.client.get("/thanh-toan", params={"ma": typed})
        desk = await gateway.submit("/can-bo/quay/hien", ma=typed)
        page = await gateway.client.get(f"/api/payment-gateway/v1/payables/{typed.strip()}")

        assert (search.status_code, desk.status_code) == (303, 303), typed
        assert search.headers["location"] == f"/thanh-toan/{CODE}"
        assert page.json()["dossier_code"] == CODE
        assert await gateway.column("SELECT dossier_code FROM display") == [CODE]


async def test_given_nothing_or_a_novel_when_it_is_searched_then_it_is_not_reproached_or_not_read(
    gateway: Gateway,
) -> None:
    for path in ("/thanh-toan?ma=", "/thanh-toan?ma=%20%0A", "/thanh-toan"):
        assert SEARCH not in words_of(await gateway.page(path))

    novel = await gateway.page(f"/thanh-toan?ma={'x' * 201}", 422)

    assert "Nội dung gửi lên chưa đúng" in words_of(novel)


async def test_given_wrong_pairing_codes_when_a_screen_types_them_then_it_is_told_and_not_paired(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)
    await gateway.submit("/can-bo/quay/ghep")
    (code,) = await gateway.column("SELECT pairing_code FROM display")

    for typed in WRONG_PAIRINGS:
        answer = await gateway.submit("/quay/ghep", ma=typed)
        assert answer.status_code == 422, typed
        assert PAIRING in words_of(answer.text), typed
    full_width = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)
    paired = await gateway.submit("/quay/ghep", ma=full_width)

    assert paired.status_code == 303
