"""What stands on the paper: names of every kind come out as text, and nothing is fetched."""

import io
import socket
import unicodedata
from dataclasses import fields, replace
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.domain.issuing import TEMPLATE_VERSION, Numbered, Settled, issued_fact, receipts_due
from receipt.domain.names import printable
from receipt.domain.paper import Paper, PaperLine, paper_of, quantity_in_words
from receipt.domain.payer import party_of
from receipt.domain.symbols import symbols_of
from shared.contracts.parts import Explanation, Quantities
from shared.days import vietnam_day
from shared.ids import new_id
from shared.pdf import PdfPrinter
from shared.web.pages import render_text
from tests.receipt.acts import NOW, RECEIPT_URL
from tests.receipt.builders import a_line, a_party, a_payment
from tests.support.facts import a_cause

REACHING_OUT = [
    "<img src={url}/a.png>", "<link rel=stylesheet href={url}/a.css>", "<iframe src={url}>",
    "<style>@import url({url}/a.css)</style>", '"><p style="background: url({url}/a)">',
    "<style>@font-face{{font-family:a;src:url({url}/a)}}</style>", "<object data={url}/a>",
    "<svg><image href={url}/a /></svg>", "<link rel=attachment href=file:///etc/hostname>",
    "<a rel=attachment href={url}/a>", "{{{{ 7*7 }}}}", "<b>L\u00ea</b>", "=cmd|' /C calc'!A0",
    "<script>fetch('{url}')</script>", "\u202e<!--\u200b", "</td></table>", "&lt;&#x3c;",
]  # fmt: skip


def a_paper(*, name: str, address: str) -> Paper:
    due = next(receipts_due(Settled(a_payment(), a_cause(), "H34.10")))
    symbols = symbols_of(due.kind, vietnam_day(NOW))
    fact = issued_fact(
        due, Numbered(new_id(), new_id(), symbols, 1024, NOW), receipt_url=RECEIPT_URL
    )
    return paper_of(fact, party_of(a_party(name=name, address=address)).payer)


def a_hostile_paper(text: str) -> Paper:
    """Return a paper in which every text is ``text``, whoever may write it."""
    paper = a_paper(name="A", address="B")
    texts: dict[str, Any] = {
        field.name: text
        for field in fields(paper)
        if isinstance(getattr(paper, field.name), str) and field.name != "check_url"
    }
    texts["payer_tax_code"] = text
    return replace(paper, **texts, monies=(text,), lines=(PaperLine(text, text, text, text),))


async def printed(printer: PdfPrinter, paper: Paper) -> bytes:
    version = paper.template_version
    html = render_text("receipt", template_of(version), paper=paper, qr=qr_picture(paper.check_url))
    return await printer.render(html, style=style_of(version))


async def test_given_hostile_text_in_every_field_when_printed_then_it_is_text_and_nothing_fetched(
    printer: PdfPrinter,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        hostile = [printable(each.format(url=url), limit=300) for each in REACHING_OUT]

        try:
            pdf = await printed(printer, a_hostile_paper(" ".join(hostile)))
        finally:
            with pytest.raises(TimeoutError):
                listener.accept()

    reader = PdfReader(io.BytesIO(pdf))
    shown = "".join("".join(page.extract_text() for page in reader.pages).split())
    for text in hostile:
        assert "".join(text.split()) in shown, text
    assert list(reader.attachments) == []


async def test_given_every_letter_that_is_left_as_it_is_when_printed_then_the_fonts_have_it(
    printer: PdfPrinter,
) -> None:
    letters = [letter for letter in map(chr, range(0x21, 0x3000)) if is_left(letter)]

    html = f"<p>{escape(' '.join(letters))}</p>"
    pdf = await printer.render(html, style=style_of(TEMPLATE_VERSION))

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert len(letters) > 1_500
    assert [letter for letter in letters if letter not in text] == []


def is_left(letter: str) -> bool:
    is_mark = unicodedata.category(letter).startswith("M")
    return not is_mark and printable(letter, limit=9) == letter


async def test_given_a_name_as_long_as_allowed_when_printed_then_it_wraps_and_the_rest_is_there(
    printer: PdfPrinter,
) -> None:
    pdf = await printed(printer, a_paper(name="Ờ" * 300, address="Ẳ" * 500))

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert text.count("Ờ") == 300
    assert "Sáu mươi hai nghìn đồng" in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Nguyễn \t\n Văn  A ", "Nguyễn Văn A"),
        ("Trần\u202eA nạo\u200b Ngọc\u2066", "TrầnA nạo Ngọc"),
        (unicodedata.normalize("NFD", "Đặng Thị Ngọc Ánh"), "Đặng Thị Ngọc Ánh"),
        ("a" + "\u0301" * 1000, "á\u0301\u0301"),
        ("N" * 1000, "N" * 299 + "…"),
        ("\u200b\u202e\x00", ""),
        ("Trần \u4f60\u597d", "Trần [U+4F60][U+597D]"),
        ("a\u200b\u0301 \u24b6\u0301 \uff2c\u00ea \u2161", "á Á Lê II"),
        ("\U0001f600 ok", "[U+1F600] ok"),
        ("Łukasz Ğün Ирина Ελένη", "Łukasz Ğün Ирина Ελένη"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ],
)
def test_given_a_bad_name_when_made_printable_then_only_its_letters_are_left(
    typed: str, shown: str
) -> None:
    assert printable(typed, limit=300) == shown


@given(st.text(max_size=600))
def test_given_any_text_when_made_printable_then_nothing_invisible_is_left(text: str) -> None:
    shown = printable(text, limit=100)

    assert len(shown) <= 100
    assert printable(shown, limit=100) == shown
    assert not any(unicodedata.category(character).startswith("C") for character in shown)


@given(st.text(alphabet=st.sampled_from("aẮ \u00a0\u00ad\u0301\u0323\u200bǅẛÅ÷ŉ"), max_size=20))
def test_given_a_text_when_printed_alone_or_behind_what_is_spelt_then_it_is_the_same(
    text: str,
) -> None:
    shown = printable(f"x {text}", limit=300)

    assert printable(f"\u4f60 {shown}", limit=300) == f"[U+4F60] {shown}"
    assert printable(f"\u4f60 x {text}", limit=300) == f"[U+4F60] {shown}"


@pytest.mark.parametrize(
    ("explanation", "copies", "pages", "words"),
    [
        (Explanation.TIERS, 1, 60, "60 trang"),
        (Explanation.TIERS_CAPPED, 20, 3, "20 bản, mỗi bản 3 trang"),
        (Explanation.PER_COPY, 3, 1, "3 bản"),
        (Explanation.WITH_EXTRA, 4, 1, "4 bản"),
        (Explanation.FLAT, 1, 9, "1"),
        (Explanation.DECLARED, 1, 1, "1"),
    ],
)
def test_given_a_fee_when_its_quantity_is_printed_then_it_counts_what_the_fee_counts(
    explanation: Explanation, copies: int, pages: int, words: str
) -> None:
    quantities = Quantities(copies=copies, pages=pages)

    line = a_line(explanation_code=explanation, quantities=quantities)

    assert quantity_in_words(line) == words
