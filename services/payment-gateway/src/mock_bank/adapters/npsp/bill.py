"""The platform's payment bill (chứng từ thanh toán): a one-page PDF, not a receipt. Pure."""

import unicodedata
from typing import Final

from mock_bank.adapters.npsp.dialect import wire_time
from mock_bank.domain.tellings import Told

_HEAD: Final = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_OBJECTS: Final = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 298] /Contents 5 0 R"
    b" /Resources << /Font << /F1 4 0 R >> >> >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
)


def make_bill(told: Told) -> bytes:
    """Return the bill of one payment; without tone marks, as the PDF's own fonts have none."""
    lines = (
        "CHUNG TU THANH TOAN (NGAN HANG THU)",
        f"Ma tham chieu: {told.reference}",
        f"Ma giao dich: {told.transaction_code}",
        f"Ngan hang: {told.bank_code}",
        f"So tien: {told.amount_vnd} VND",
        f"Thoi gian: {wire_time(told.said_at)}",
        f"Noi dung: {told.description}",
        "Chung tu nay khong phai la bien lai.",
    )
    return _pdf(_page(lines))


def _page(lines: tuple[str, ...]) -> bytes:
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    return b"BT /F1 11 Tf 20 TL 30 255 Td\n" + shown + b"ET"


def _escaped(line: str) -> bytes:
    letters = unicodedata.normalize("NFD", line.replace("đ", "d").replace("Đ", "D"))
    plain = letters.encode("ascii", "ignore")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf(page: bytes) -> bytes:
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page)
    body, places = _HEAD, []
    for number, content in enumerate((*_OBJECTS, stream), start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + head + table + trailer
