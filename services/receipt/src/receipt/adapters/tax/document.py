"""A form as the XML that is signed and sent: the same bytes each time (docs/tax-authority.md).

XML carries business data and the signature (TT 91/2026 Điều 18); until the authority publishes its
names, members are elements of their own name.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree
from lxml.etree import _Element as Element

from receipt.domain.names import printable
from receipt.domain.tax import TaxForm

NAMESPACE: Final = "urn:vn:lephi:co-quan-thue:2026-07-01"
_ROOTS: Final[Mapping[TaxForm, str]] = {
    TaxForm.DAILY_TABLE: "BangTongHop",
    TaxForm.ERROR_NOTICE: "ThongBaoSaiSot",
}
_LIMIT: Final = 2_000
"""Characters of one text; ours are shorter."""


def document_of(form: TaxForm, body: bytes) -> bytes:
    """Return a form, which ``body`` has as JSON, as canonical XML without its signature.

    A list repeats its element; what is null has none. Amounts are whole đồng.
    """
    root = etree.Element(_tag(_ROOTS[form]), nsmap={None: NAMESPACE})
    _fill(root, json.loads(body))
    return bytes(etree.tostring(root, method="c14n2"))


def _fill(parent: Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        for each in value if isinstance(value, list) else [value]:
            if each is None:
                continue
            child = etree.SubElement(parent, _tag(name))
            if isinstance(each, dict):
                _fill(child, each)
            else:
                child.text = printable(str(each), limit=_LIMIT)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
