"""Files that strangers hand in to harm, or by mistake; each with what a check may say of it."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from pypdf import PdfWriter

from receipt.domain.uploads import Problem

COSTLY = frozenset({Problem.TOO_COSTLY, Problem.DAMAGED, Problem.NO_NUMBER})
"""A bomb goes off or not, as its parser is built: any of these, soon, is a right answer."""


def a_pdf(*bodies: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, the first being its catalog, with a true cross reference."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(bodies) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, rows)
    end = b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)
    return out + head + end


def a_stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), extra, content)


CATALOG, PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R %b >>"


def a_page_of(content: bytes, extra: bytes = b"", resources: bytes = b"") -> bytes:
    return a_pdf(CATALOG, PAGES, PAGE % resources, a_stream(content, extra))


@cache
def inflated(repeated: bytes, mega_bytes: int) -> bytes:
    packer = zlib.compressobj(9)
    block = repeated * (2**20 // len(repeated))
    packed = b"".join(packer.compress(block) for _ in range(mega_bytes))
    return packed + packer.flush()


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("mật khẩu", algorithm="RC4-128")
    writer.write(stored := io.BytesIO())
    return stored.getvalue()


def zipped() -> bytes:
    with zipfile.ZipFile(stored := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bien-lai.pdf", b"%PDF-1.7" + bytes(5_000_000))
    return stored.getvalue()


def small() -> Iterator[tuple[str, bytes, Problem]]:
    """Yield what is not a receipt at first sight, and what it is."""
    for name, content in {
        "nothing": b"", "spaces": b" \r\n\t", "text": "Biên lai".encode(), "zeros": bytes(99_999),
    }.items():  # fmt: skip
        known = Problem.NEITHER_PDF_NOR_XML if content.strip() else Problem.EMPTY
        yield name, content, known
    for name, content in {
        "zip": zipped(), "png": b"\x89PNG\r\n\x1a\n" + bytes(9_999),
        "packed pdf": zlib.compress(a_page_of(b"")), "utf-16 xml": "<a/>".encode("utf-16-be"),
    }.items():  # fmt: skip
        yield name, content, Problem.NEITHER_PDF_NOR_XML
    yield "encrypted", encrypted(), Problem.ENCRYPTED
    for name, content in {
        "head only": b"%PDF-1.7", "half a pdf": a_page_of(b"")[:99],
        "no pages": a_pdf(CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"),
        "pages of themselves": a_pdf(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
        "a kid that is none": a_pdf(CATALOG, b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>"),
        "html": b"<html><p>Bien lai", "xml broken off": b"<a><b></a>",
        "entity": b"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>",
        "external entity": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
        "external document type": b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:{port}/a.dtd'><a/>",
        "parameter entity": b"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:{port}/'> %b;]>"
        b"<a/>",
    }.items():  # fmt: skip
        yield name, content, Problem.DAMAGED
    for name, content in {
        "blank page": a_page_of(b""), "xml of another": b"<?xml version='1.0'?><a/>",
        "included": b"<a xmlns:x='http://www.w3.org/2001/XInclude'>"
        b"<x:include href='http://127.0.0.1:{port}/'/></a>",
        "style sheet": b"<?xml-stylesheet href='http://127.0.0.1:{port}/'?><a/>",
        "a link that opens itself": a_pdf(
            b"<< /Type /Catalog /Pages 2 0 R "
            b"/OpenAction << /S /URI /URI (http://127.0.0.1:{port}/) >> >>",
            PAGES, PAGE % b"", a_stream(b""),
        ),
        "words without a number": a_page_of(b"BT (Ma so thue: EBL01) Tj ET"),
    }.items():  # fmt: skip
        yield name, content, Problem.NO_NUMBER


def _laughs() -> bytes:
    names = [f"<!ENTITY l{n} '{f'&l{n - 1};' * 9}'>" for n in range(1, 9)]
    return f"<!DOCTYPE a [<!ENTITY l0 'ha'>{''.join(names)}]><a>&l8;</a>".encode()


def _form_of_itself() -> bytes:
    form = b"/Resources << /XObject << /a 5 0 R >> >>"
    kind = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + form
    return a_pdf(CATALOG, PAGES, PAGE % form, a_stream(b"/a Do"), a_stream(b"/a Do /a Do", kind))


def _far_too_many_pages() -> bytes:
    pages = b"<< /Type /Pages /Count 1000000000 /Kids [%b] >>" % (b"3 0 R " * 100_000)
    return a_pdf(CATALOG, pages, PAGE % b"", a_stream(b""))


_FLATE = b"/Filter /FlateDecode"

BOMBS: dict[str, Callable[[], bytes]] = {
    "much of nothing": lambda: a_page_of(inflated(b" ", 300), _FLATE),
    "much text": lambda: a_page_of(inflated(b"(a) Tj ", 60), _FLATE),
    "a bomb in a bomb": lambda: a_page_of(
        zlib.compress(inflated(b" ", 300)), b"/Filter [/FlateDecode /FlateDecode]"
    ),
    "deep arrays": lambda: a_page_of(b"[" * 900_000),
    "deep dictionaries": lambda: a_pdf(CATALOG, b"<</a" * 200_000, PAGE % b"", a_stream(b"")),
    "too many pages": _far_too_many_pages,
    "a form of itself": _form_of_itself,
    "endless references": lambda: b"%PDF-1.7\nxref\n0 0\ntrailer << /Prev 9 >>\nstartxref\n9",
    "billion laughs": _laughs,
    "quadratic blow-up": lambda: (
        b"<!DOCTYPE a [<!ENTITY l '%b'>]><a>%b</a>" % (b"x" * 50_000, b"&l;" * 50_000)
    ),
    "deep elements": lambda: b"<a>" * 300_000,
    "a long attribute": lambda: b"<a b='" + b"x" * 900_000 + b"'/>",
    "many attributes": lambda: b"<a " + b" ".join(b"a%d=''" % n for n in range(80_000)) + b"/>",
}
"""What would cost minutes or gigabytes if it were read to its end."""
