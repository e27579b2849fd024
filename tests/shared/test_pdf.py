"""PDF files: safe against what is printed, limited in what they cost, equal for equal input."""

import asyncio
import base64
import io
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from shared.pdf import PdfLimits, PdfNotMadeError, PdfPrinter

STYLE = "@page { size: A5 } body { font-family: 'Be Vietnam Pro'; font-size: 10pt }"
TONES = "Đặng Thị Ngọc Ánh, số 12 ngõ 34 phố Thợ Nhuộm: ằẳẵặ ềểễệ ồổỗộ ờởỡợ ừửữự ỳỷỹỵ ₫"


@pytest.fixture(scope="module")
async def printer() -> AsyncIterator[PdfPrinter]:
    printer = PdfPrinter()
    yield printer
    await printer.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that nobody may knock on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def knocked(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        return False
    connection.close()
    return True


async def test_given_vietnamese_text_when_printed_then_it_is_read_back_letter_by_letter(
    printer: PdfPrinter,
) -> None:
    pdf = await printer.render(f"<p>{TONES}</p>", style=STYLE)

    assert TONES in text_of(pdf).replace("\n", " ")


async def test_given_equal_pages_when_printed_by_two_children_then_the_bytes_are_equal(
    printer: PdfPrinter,
) -> None:
    first = await printer.render(f"<h1>{TONES}</h1>", style=STYLE)
    again = await printer.render(f"<h1>{TONES}</h1>", style=STYLE)
    await printer.close()
    elsewhere = await printer.render(f"<h1>{TONES}</h1>", style=STYLE)

    assert first == again == elsewhere
    assert first != await printer.render("<h1>Khác</h1>", style=STYLE)


async def test_given_a_picture_as_data_when_printed_then_it_is_in_the_file(
    printer: PdfPrinter,
) -> None:
    Image.new("RGB", (8, 8), "red").save(stored := io.BytesIO(), format="PNG")
    source = base64.b64encode(stored.getvalue()).decode()

    pdf = await printer.render(f"<img src='data:image/png;base64,{source}'>", style=STYLE)

    assert len(PdfReader(io.BytesIO(pdf)).pages[0].images) == 1


def environments_of_children() -> list[bytes]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [Path(f"/proc/{child}/environ").read_bytes() for child in children]


@pytest.mark.parametrize(
    "html",
    [
        "<img src='http://127.0.0.1:{port}/a.png'>",
        "<link rel=stylesheet href='http://127.0.0.1:{port}/a.css'>",
        "<style>@import url(http://127.0.0.1:{port}/a.css)</style>",
        "<style>@font-face {{ font-family: a; src: url(http://127.0.0.1:{port}/a.ttf) }}</style>"
        "<p style='font-family: a'>a",
        "<p style='background: url(http://127.0.0.1:{port}/a.png)'>a",
        "<object data='http://127.0.0.1:{port}/a.png'></object>",
        "<link rel=attachment href='file:///etc/hostname'>",
        "<img src='file:///etc/hostname'>",
        "<svg xmlns='http://www.w3.org/2000/svg'>"
        "<image href='http://127.0.0.1:{port}/a.png'/></svg>",
    ],
)
async def test_given_a_page_that_reaches_out_when_printed_then_nothing_is_fetched(
    printer: PdfPrinter, listener: socket.socket, html: str
) -> None:
    port = listener.getsockname()[1]
    attached: list[str] = []
    try:
        pdf = await printer.render(html.format(port=port), style=STYLE)
        attached = list(PdfReader(io.BytesIO(pdf)).attachments)
    except PdfNotMadeError:
        pass

    assert not knocked(listener)
    assert attached == []


async def test_given_a_refused_page_when_the_next_one_comes_then_it_is_printed(
    printer: PdfPrinter,
) -> None:
    with pytest.raises(PdfNotMadeError):
        await printer.render("<img src='http://127.0.0.1:1/a.png'>", style=STYLE)

    assert "Sau" in text_of(await printer.render("<p>Sau</p>", style=STYLE))


async def test_given_a_page_that_costs_too_much_when_printed_then_only_its_child_ends() -> None:
    printer = PdfPrinter(PdfLimits(cpu_seconds=1))
    rows = "".join(f"<tr><td>{number}<td>{TONES}" for number in range(4_000))
    try:
        with pytest.raises(PdfNotMadeError):
            await printer.render(f"<table>{rows}</table>", style=STYLE)

        assert "Sau" in text_of(await printer.render("<p>Sau</p>", style=STYLE))
    finally:
        await printer.close()


async def test_given_too_much_text_when_printed_then_it_is_refused_at_once(
    printer: PdfPrinter,
) -> None:
    with pytest.raises(PdfNotMadeError):
        await printer.render("a" * 2_000_001, style=STYLE)


async def test_given_a_person_who_gives_up_when_the_next_page_comes_then_it_is_the_right_one(
    printer: PdfPrinter,
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await printer.render("<p>Trước</p>" * 2_000, style=STYLE)

    assert text_of(await printer.render("<p>Sau</p>", style=STYLE)).strip() == "Sau"


async def test_given_an_idle_child_when_it_has_ended_then_the_next_page_is_printed() -> None:
    printer = PdfPrinter(PdfLimits(idle_seconds=0))
    try:
        first = await printer.render("<p>Một</p>", style=STYLE)
        second = await printer.render("<p>Hai</p>", style=STYLE)

        assert [text_of(first).strip(), text_of(second).strip()] == ["Một", "Hai"]
    finally:
        await printer.close()


async def test_given_a_child_that_has_printed_its_share_when_more_comes_then_another_goes_on() -> (
    None
):
    printer = PdfPrinter(PdfLimits(pages=2))
    try:
        pages = [
            await printer.render(f"<p>{word}</p>", style=STYLE) for word in ("Một", "Hai", "Ba")
        ]

        assert [text_of(page).strip() for page in pages] == ["Một", "Hai", "Ba"]
    finally:
        await printer.close()


async def test_given_a_printing_child_when_looked_at_then_it_knows_no_secret(
    printer: PdfPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINK_KEY", "a-secret-of-the-service")
    await printer.close()

    await printer.render("<p>Một</p>", style=STYLE)

    known = environments_of_children()
    assert any(b"LC_ALL" in environment for environment in known)
    assert not any(b"a-secret-of-the-service" in environment for environment in known)
