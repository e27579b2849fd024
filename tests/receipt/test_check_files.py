"""A file handed in at the public check: ours, ours but altered, not ours; nobody is named."""

from dataclasses import replace
from typing import Any

import pytest
from httpx import Response

from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.uploads.reader import MAX_FILE_BYTES
from receipt.domain.paper import Paper, paper_of
from receipt.domain.uploads import Problem
from shared.contracts.receipt import ReceiptIssued
from shared.web.language import COOKIE
from shared.web.pages import render_text
from tests.receipt.acts import count
from tests.receipt.builders import DOSSIER
from tests.receipt.hostile_files import small
from tests.receipt.world import PEOPLE, PERSONAL, World, token_of

API = "/api/receipt/v1/verifications"


async def handed_in(world: World, content: bytes) -> str:
    """Hand a file in as a person does; return the page."""
    files = {"tep": ("bien-lai.pdf", content, "application/pdf")}
    answer = await world.client.post("/xac-minh", files=files, headers=PEOPLE)
    assert answer.status_code == 200, answer.text
    assert not any(text in answer.text for text in (*PERSONAL, DOSSIER))
    return " ".join(answer.text.split())


async def told(world: World, content: bytes) -> dict[str, Any]:
    """Hand a file in as a machine does; return the answer."""
    answer = await world.client.post(API, files={"file": ("a", content)})
    assert answer.status_code == 200, answer.text
    assert not any(text in answer.text for text in (*PERSONAL, DOSSIER))
    return dict(answer.json())


async def a_receipt_with_file(world: World) -> tuple[ReceiptIssued, bytes]:
    [receipt] = await world.pay()
    await world.make_files()
    file = await world.client.get(f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf")
    return receipt, file.content


async def printed(world: World, paper: Paper) -> bytes:
    version = paper.template_version
    html = render_text("receipt", template_of(version), paper=paper, qr=qr_picture(paper.check_url))
    return await world.workshop.printer.render(html, style=style_of(version))


async def test_given_our_file_when_handed_in_then_it_is_valid_and_one_byte_more_or_less_is_altered(
    world: World,
) -> None:
    receipt, pdf = await a_receipt_with_file(world)

    page, answer = await handed_in(world, pdf), await told(world, pdf)
    other = await told(world, pdf.replace(b"%PDF-1.7", b"%PDF-1.6"))
    cut = await told(world, pdf[: len(pdf) // 2])
    added = await handed_in(world, pdf + b"\n%%EOF\n")

    assert "Biên lai hợp lệ" in page
    assert "đúng là tệp gốc" in page
    assert (answer["result"], answer["total_vnd"]) == ("valid", 62_000)
    assert answer["place"]["check_path"] in receipt.check_url
    assert (other["result"], other["differences"]) == ("altered", ["bytes", "signature_broken"])
    assert other["pdf_sha256"] == answer["pdf_sha256"]
    assert cut["result"] in {"altered", "unknown"}
    assert "Tệp đã bị sửa đổi" in added
    assert "thêm vào cuối tệp" in added


async def test_given_a_file_with_our_number_and_other_content_when_handed_in_then_it_says_what(
    world: World,
) -> None:
    receipt, _ = await a_receipt_with_file(world)
    paper = replace(paper_of(receipt, None), total="620.000", day="Ngày 01 tháng 01 năm 2026")

    page = await handed_in(world, await printed(world, paper))
    answer = await told(world, await printed(world, replace(paper, number="9")))

    assert "Số tiền trong tệp khác số tiền đã lập" in page
    assert "Ngày trong tệp khác ngày đã lập" in page
    assert "62.000" in page  # What was issued.
    assert "620.000" not in page
    assert (answer["result"], answer["problem"], answer["place"]) == ("unknown", None, None)


async def test_given_another_payers_name_in_a_file_when_handed_in_then_nothing_tells_it_apart(
    world: World,
) -> None:
    receipt, _ = await a_receipt_with_file(world)
    paper = paper_of(receipt, None)

    right = replace(paper, payer_name="Đặng Thị Ngọc Ánh")
    wrong = replace(paper, payer_name="Nguyễn Văn Đoán")

    assert await told(world, await printed(world, right)) == await told(
        world, await printed(world, wrong)
    )


async def test_given_a_number_whose_file_is_not_made_yet_when_a_file_comes_then_it_is_altered(
    world: World,
) -> None:
    [receipt] = await world.pay()

    answer = await told(world, await printed(world, paper_of(receipt, None)))

    assert answer["result"] == "altered"
    assert "no_file_yet" in answer["differences"]


async def test_given_bad_files_when_handed_in_then_both_doors_say_why_and_nothing_is_kept(
    world: World,
) -> None:
    await a_receipt_with_file(world)
    before = sorted(world.store_files()), await count(world.database, "receipt_file")
    first = {problem: content for _, content, problem in reversed(list(small()))}

    for problem, content in first.items():
        answer, page = await told(world, content), await handed_in(world, content)

        assert (answer["result"], answer["problem"]) == ("unknown", problem)
        assert "Không phải tệp biên lai của hệ thống này" in page

    assert set(first) == set(Problem) - {Problem.TOO_COSTLY}
    assert (sorted(world.store_files()), await count(world.database, "receipt_file")) == before


async def posted(world: World, **request: Any) -> Response:  # noqa: ANN401 -- whatever httpx takes
    return await world.client.post("/xac-minh", headers=PEOPLE, **request)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_given_no_file_or_too_much_when_handed_in_then_people_read_what_to_do(
    world: World, language: str
) -> None:
    world.client.cookies.set(COOKIE, language)
    too_large = {"tep": ("a.pdf", bytes(MAX_FILE_BYTES))}
    two = [("tep", ("a.pdf", b"%PDF-")), ("tep", ("b.pdf", b"%PDF-"))]

    missing = await posted(world, data={"tep": ""})
    unchosen = await posted(world, files={"tep": ("", b"")})
    large = await posted(world, files=too_large)
    many = await posted(world, files=two)
    torn = PEOPLE | {"Content-Type": "multipart/form-data"}  # Without its boundary.
    broken = await world.client.post("/xac-minh", content=b"--x", headers=torn)

    codes = [answer.status_code for answer in (missing, unchosen, large, many, broken)]
    assert codes == [422, 422, 413, 400, 400]
    choose = {"vi": "Chọn một tệp trước khi bấm nút", "en": "Choose a file before you press"}
    assert choose[language] in missing.text
    assert choose[language] in unchosen.text


async def test_given_a_machine_when_it_asks_badly_then_the_problem_is_a_document(
    world: World,
) -> None:
    place = {
        "issuer_tax_code": "6101234567", "form_symbol": "EBL01", "serial_symbol": "26TAA",
        "number": 1,
    }  # fmt: skip
    bad: list[dict[str, Any]] = [
        {"json": place | {"number": 0}}, {"json": place | {"number": "một"}},
        {"json": place | {"form_symbol": "E" * 31}}, {"json": place | {"status": "valid"}},
        {"json": []}, {"content": b"{"}, {"content": b"[" * 60_000}, {"content": b""},
        {"files": {"tep": ("a", b"%PDF-")}}, {"data": place},
    ]  # fmt: skip

    answers = [await world.client.post(API, **each) for each in bad]
    large = await world.client.post(API, files={"file": ("a", bytes(MAX_FILE_BYTES))})

    assert [answer.status_code for answer in answers] == [422] * len(bad)
    for answer in (*answers, large):
        assert answer.headers["content-type"] == "application/problem+json"
    assert large.status_code == 413
