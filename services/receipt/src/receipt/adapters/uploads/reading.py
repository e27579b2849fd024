"""The child that reads a stranger's file: what it is, and which receipt it says it is.

Run as a module by ``reader.py``. Whatever the bytes do to it, the service only loses a child.
"""

import io
import json
import logging
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from receipt.domain.uploads import Problem, Seal
from receipt.domain.xml_names import FIRST
from shared.child import be_child

if TYPE_CHECKING:
    from pypdf import PdfReader

    from receipt.adapters.signer.checking import CheckedFile

_PDF_HEAD: Final = 1024
"""A reader of PDF accepts rubbish before the header, so far (ISO 32000-1 annex H)."""

_BEFORE_XML: Final = b"\xef\xbb\xbf \t\r\n"

_PRINTED: Final = (
    ("tax_code", re.compile(r"Mã số thuế: ?([\d-]{10,14})")),
    ("form_symbol", re.compile(r"Mẫu số: ?([0-9A-Z-]{2,11})")),
    ("serial_symbol", re.compile(r"Ký hiệu: ?([0-9A-Z/-]{2,10})")),
    ("number", re.compile(r"Số: ?(\d{1,8})\b")),
)
_IN_DATA: Final = {
    "tax_code": ("issuer", "tax_code"),
    "form_symbol": ("form_symbol",),
    "serial_symbol": ("serial_symbol",),
    "number": ("number",),
    "total_vnd": ("total",),
    "issued_on": ("day",),
}
_TOTAL: Final = re.compile(r"Tổng cộng ([\d.]{1,20})")
_DAY: Final = re.compile(r"Ngày (\d\d) tháng (\d\d) năm (\d{4})")


@dataclass(frozen=True)
class Read:
    """What the child tells, as text: the service reads it as strictly as what people type."""

    problem: str | None = None
    tax_code: str = ""
    form_symbol: str = ""
    serial_symbol: str = ""
    number: str = ""
    total_vnd: str = ""
    issued_on: str = ""
    is_data: bool = False
    seal: str = Seal.NONE
    certificate: str | None = None


def read(content: bytes) -> bytes:
    """Return what the file ``content`` says of itself, as JSON of ``Read``."""
    return json.dumps(asdict(_read(content))).encode()


def _read(content: bytes) -> Read:
    if not content.strip():
        return Read(problem=Problem.EMPTY)
    if b"%PDF-" in content[:_PDF_HEAD]:
        return _kept(_read_pdf, content)
    if content[:_PDF_HEAD].lstrip(_BEFORE_XML).startswith(b"<"):
        return _kept(_read_xml, content)
    return Read(problem=Problem.NEITHER_PDF_NOR_XML)


def _kept(reading: Callable[[bytes], Read], content: bytes) -> Read:
    """Return what ``reading`` finds; whatever a library raises is a damaged file."""
    try:
        return reading(content)
    except (MemoryError, RecursionError):
        return Read(problem=Problem.TOO_COSTLY)
    except Exception:  # noqa: BLE001  # a stranger's bytes raise anything in a parser
        return Read(problem=Problem.DAMAGED)


def _read_pdf(content: bytes) -> Read:
    """Read what stands on the pages; where they cannot be read, what the file carries with them."""
    from pypdf import PdfReader  # noqa: PLC0415  # only the child loads what parses

    from receipt.adapters.signer.checking import check_pdf  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return Read(problem=Problem.ENCRYPTED)
    checked = check_pdf(content)
    said = _kept(lambda _: _on_the_pages(reader), content)
    if said.problem and checked.data:
        said = _data(checked.data)
    return said if said.problem else _sealed(said, checked)


def _on_the_pages(reader: "PdfReader") -> Read:
    first, last = reader.pages[0], reader.pages[-1]
    top = _text(first.extract_text())
    end = top if len(reader.pages) == 1 else _text(last.extract_text())
    return _said(top, end)


def _read_xml(content: bytes) -> Read:
    """Read what is signed; where nothing is, or no longer fits, what the document says."""
    from receipt.adapters.signer.checking import FileState, check_xml  # noqa: PLC0415

    checked = check_xml(content)
    if checked.state is FileState.UNREADABLE:
        return Read(problem=Problem.DAMAGED)
    said = _data(checked.data or content)
    return said if said.problem else replace(_sealed(said, checked), is_data=True)


def _data(document: bytes) -> Read:
    """Return what a receipt's data say; ``document`` has been parsed without harm before."""
    from lxml import etree  # noqa: PLC0415

    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(document, safe)
    texts = {
        name: root.findtext("/".join(FIRST.tag(thing) for thing in path)) or ""
        for name, path in _IN_DATA.items()
    }
    return _read_of(texts)


def _sealed(said: Read, checked: "CheckedFile") -> Read:
    """Return ``said`` with what the signature in the file says of it."""
    from receipt.adapters.signer.checking import FileState  # noqa: PLC0415

    seals = {FileState.WHOLE: Seal.WHOLE, FileState.UNSIGNED: Seal.NONE}
    seal = seals.get(checked.state, Seal.BROKEN)
    return replace(said, seal=seal, certificate=checked.fingerprint)


def _said(top: str, end: str) -> Read:
    """Return what the text of the first and of the last page say; nothing less than a place."""
    texts = {name: _found(label, top) for name, label in _PRINTED}
    totals, day = _TOTAL.findall(end), _DAY.search(top)
    texts["total_vnd"] = totals[-1].replace(".", "") if totals else ""  # Below what people wrote.
    texts["issued_on"] = "-".join(reversed(day.groups())) if day else ""
    return _read_of(texts)


def _found(label: re.Pattern[str], text: str) -> str:
    match = label.search(text)
    return match.group(1) if match else ""


def _read_of(texts: dict[str, str]) -> Read:
    if not all(texts[name] for name, _ in _PRINTED):
        return Read(problem=Problem.NO_NUMBER)
    return Read(
        tax_code=texts["tax_code"],
        form_symbol=texts["form_symbol"],
        serial_symbol=texts["serial_symbol"],
        number=texts["number"],
        total_vnd=texts["total_vnd"],
        issued_on=texts["issued_on"],
    )


def _text(extracted: str) -> str:
    return " ".join(unicodedata.normalize("NFC", extracted).split())


def _prepare() -> Callable[[bytes], bytes]:
    """Load what parses, so that nobody waits for it."""
    import pypdf  # noqa: PLC0415

    from receipt.adapters.signer import checking  # noqa: PLC0415

    logging.disable(logging.CRITICAL)  # What a parser thinks of a stranger's file is no news.
    _ = (pypdf.PdfReader, checking.check_file)
    return read


if __name__ == "__main__":
    be_child(sys.argv[1:], _prepare)
