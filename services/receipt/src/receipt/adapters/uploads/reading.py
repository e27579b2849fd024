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
from typing import Final

from receipt.domain.uploads import Problem, Seal
from shared.child import be_child

_PDF_HEAD: Final = 1024
"""A reader of PDF accepts rubbish before the header, so far (ISO 32000-1 annex H)."""

_BEFORE_XML: Final = b"\xef\xbb\xbf \t\r\n"

_PRINTED: Final = (
    ("tax_code", re.compile(r"Mã số thuế: ?([\d-]{10,14})")),
    ("form_symbol", re.compile(r"Mẫu số: ?([0-9A-Z-]{2,11})")),
    ("serial_symbol", re.compile(r"Ký hiệu: ?([0-9A-Z/-]{2,10})")),
    ("number", re.compile(r"Số: ?(\d{1,8})\b")),
)
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
    from pypdf import PdfReader  # noqa: PLC0415  # only the child loads what parses

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return Read(problem=Problem.ENCRYPTED)
    first, last = reader.pages[0], reader.pages[-1]
    top = _text(first.extract_text())
    end = top if len(reader.pages) == 1 else _text(last.extract_text())
    said = _said(top, end)
    return said if said.problem else _sealed(said, content)


def _read_xml(content: bytes) -> Read:
    from receipt.adapters.signer.checking import FileState, check_xml  # noqa: PLC0415

    checked = check_xml(content)
    if checked.state is FileState.UNREADABLE:
        return Read(problem=Problem.DAMAGED)
    return Read(problem=Problem.NO_NUMBER)


def _sealed(said: Read, content: bytes) -> Read:
    """Return ``said`` with what the signature in the file says of it."""
    from receipt.adapters.signer.checking import FileState, check_file  # noqa: PLC0415

    seals = {FileState.WHOLE: Seal.WHOLE, FileState.UNSIGNED: Seal.NONE}
    checked = check_file(content)
    seal = seals.get(checked.state, Seal.BROKEN)
    return replace(said, seal=seal, certificate=checked.fingerprint)


def _said(top: str, end: str) -> Read:
    """Return what the text of the first and of the last page say; nothing less than a place."""
    place = {name: match.group(1) for name, label in _PRINTED if (match := label.search(top))}
    if len(place) < len(_PRINTED):
        return Read(problem=Problem.NO_NUMBER)
    total, day = _TOTAL.search(end), _DAY.search(top)
    return Read(
        **place,
        total_vnd=total.group(1).replace(".", "") if total else "",
        issued_on="-".join(reversed(day.groups())) if day else "",
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
