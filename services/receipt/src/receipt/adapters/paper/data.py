"""The XML of a receipt: its data as the paper says it, canonical, the same bytes each time."""

from collections.abc import Iterable
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from receipt.domain.names import printable
from receipt.domain.paper import Paper
from receipt.domain.xml_names import Edition
from shared.contracts.receipt import ReceiptIssued
from shared.days import in_vietnam, vietnam_day

_LIMIT: Final = 1_000
"""Characters of one text; what is printed is shorter already."""

Child = tuple[str, "str | Iterable[Child] | None"]


def data_of(issued: ReceiptIssued, paper: Paper, edition: Edition) -> bytes:
    """Return the data of a receipt in the names of ``edition``: all of NĐ 254/2026 Điều 23.2.

    Amounts are whole đồng, instants carry Vietnam's offset. What is absent has no element.
    """
    root = etree.Element(edition.tag("receipt"), nsmap={None: edition.namespace})
    _fill(root, edition, _content(issued, paper))
    return bytes(etree.tostring(root, method="c14n2"))


def symbols_in(data: bytes, edition: Edition) -> tuple[str, str, str, int] | None:
    """Return tax code, form, serial and number that a receipt's data names; None if it does not.

    ``data`` has been parsed before (``CheckedFile.data``): no entities, no document type.
    """
    root = etree.fromstring(data)
    issuer = edition.tag("issuer")
    named = [
        root.findtext(path)
        for path in (
            f"{issuer}/{edition.tag('tax_code')}",
            *(edition.tag(thing) for thing in ("form_symbol", "serial_symbol", "number")),
        )
    ]
    tax_code, form_symbol, serial_symbol, number = (text or "" for text in named)
    if root.tag != edition.tag("receipt") or not (number.isascii() and number.isdecimal()):
        return None
    return tax_code, form_symbol, serial_symbol, int(number[:9])


def _content(issued: ReceiptIssued, paper: Paper) -> list[Child]:
    return [
        ("title", paper.title),
        ("form_symbol", paper.form_symbol),
        ("serial_symbol", paper.serial_symbol),
        ("number", paper.number),
        ("day", vietnam_day(issued.issued_at).isoformat()),
        ("issued_at", in_vietnam(issued.issued_at).isoformat(timespec="seconds")),
        ("replaces", paper.replaces),
        ("issuer", _issuer(paper)),
        ("payer", _payer(paper)),
        ("dossier", _dossier(issued, paper)),
        ("kind", issued.kind.value),
        ("lines", [("line", line) for line in _lines(issued, paper)]),
        ("total", str(issued.total_vnd)),
        ("total_in_words", paper.total_in_words),
        ("currency", "VND"),
        ("method", issued.method.value),
        *(("money", money) for money in paper.monies),
        ("paid_at", in_vietnam(issued.paid_at).isoformat(timespec="seconds")),
        ("check_url", paper.check_url),
    ]


def _issuer(paper: Paper) -> list[Child]:
    return [
        ("name", paper.issuer_name),
        ("tax_code", paper.issuer_tax_code),
        ("address", paper.issuer_address),
        ("phone", paper.issuer_phone),
    ]


def _payer(paper: Paper) -> list[Child]:
    return [
        ("name", paper.payer_name),
        ("tax_code", paper.payer_tax_code),
        ("address", paper.payer_address),
    ]


def _dossier(issued: ReceiptIssued, paper: Paper) -> list[Child]:
    return [
        ("dossier_code", paper.dossier_code),
        ("procedure_code", issued.context.procedure_code),
        ("procedure_name", paper.procedure_name),
    ]


def _lines(issued: ReceiptIssued, paper: Paper) -> Iterable[list[Child]]:
    for line, printed in zip(issued.lines, paper.lines, strict=True):
        yield [
            ("name", printed.name),
            ("legal_basis", printed.legal_basis),
            ("quantity", printed.quantity),
            ("amount", str(line.amount_vnd)),
        ]


def _fill(parent: Element, edition: Edition, content: Iterable[Child]) -> None:
    for thing, value in content:
        if not value:
            continue
        child = etree.SubElement(parent, edition.tag(thing))
        if isinstance(value, str):
            child.text = printable(value, limit=_LIMIT)
        else:
            _fill(child, edition, value)
