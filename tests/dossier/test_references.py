"""References of the province on kept streams: opaque, and never one that tells who a person is."""

import hashlib
import json

import pytest

from dossier.adapters.province.callback import Stated, read_dossier_message
from tests.dossier.builders import SENT_AT, a_body, a_fee


def _read(body: object) -> Stated:
    stated = read_dossier_message(json.dumps(body).encode(), sent_at=SENT_AT)
    assert isinstance(stated, Stated)
    return stated


HASHED = "hashed"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("GXN-2026-001", "GXN-2026-001"),
        ("062090000001", "withheld"),
        ("CCCD.062090000001", "withheld"),
        ("0900-000-001", "withheld"),
        ("so ho ngheo cua Nguyen Van Duc", "withheld"),
        ("duc@example.vn", "withheld"),
        ("DUC_EXAMPLE.VN", "withheld"),
        ("Giấy số 1", HASHED),
    ],
)
def test_given_a_reference_that_tells_who_the_person_is_when_it_is_read_then_it_is_withheld(
    reference: str, said: str
) -> None:
    collected = {"SoTien": 62_000, "NgayThu": "2026-11-22", "SoChungTu": reference}
    stated = _read(a_body(DanhSachLePhi=[a_fee(MinhChung=reference)], DaNop=collected))

    facts = stated.message.facts
    evidence = facts.fee_lines[0].evidence_ref or ""
    assert facts.paid_elsewhere is not None
    assert evidence == facts.paid_elsewhere.reference
    assert evidence == (hashlib.sha256(reference.encode()).hexdigest() if said == HASHED else said)
