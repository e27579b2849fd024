"""The stand-in tax authority beside a test, asked through the product's own client."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from lephi.tax.app import create_app
from receipt.adapters.signer.file_key import FileKey
from receipt.adapters.signer.signers import Signers
from receipt.adapters.signer.xml_signature import sign_xml
from receipt.adapters.tax.client import TaxClient
from receipt.adapters.tax.document import document_of
from receipt.domain.tax import TaxForm
from shared.clock import utc_now
from tests.receipt.signers import TAX_CODE, a_key, authority, signers_of

SECRET = "tax-secret-of-the-tests"  # noqa: S105 - made up
AT = utc_now().replace(microsecond=0)
URL = "http://tax.test/co-quan-thue"


class TaxAuthority:
    """The authority as a test drives it; ``client`` is the product's way to it."""

    signers: Signers
    """Sign for the collectors of the tests."""

    def __init__(self, folder: Path) -> None:
        self.app: Starlette = create_app(folder, SECRET, trusted=authority().certificate)
        self.signers = signers_of(TAX_CODE, "6107654321")
        self.client = TaxClient(URL, SECRET, transport=ASGITransport(self.app))

    async def ask_for(self, **faults: object) -> None:
        await self._call("PUT", "faults", faults)

    async def heal(self) -> None:
        await self._call("DELETE", "faults")

    async def received(self) -> list[dict[str, Any]]:
        """Return what was taken, in order."""
        found: list[dict[str, Any]] = await self._call("GET", "received")
        return found

    async def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        transport = ASGITransport(self.app)
        async with AsyncClient(transport=transport, base_url=f"{URL}/api/") as http:
            answer = await http.request(method, path, json=body)
            assert answer.is_success, answer.text
            return answer.json()


def a_table(form_id: UUID, *, key: FileKey | None = None, **changes: Any) -> bytes:  # noqa: ANN401 - the wire's words
    """Return 01/TH-BLĐT with one line, as docs/tax-authority.md has it."""
    line = {
        "stt": 1, "ky_hieu_mau": "EBL01", "ky_hieu": "26TAA", "so": 1, "ngay_lap": "2026-11-28",
        "ten_loai": "Phí chứng thực", "so_tien": 62_000, "ty_gia": None, "trang_thai": "moi",
        "ky_dieu_chinh": None, "bien_lai_lien_quan": None, "giai_trinh": None, "ghi_chu": None,
    }  # fmt: skip
    collector = {"ma_so_thue": "6101234567", "ma_don_vi": "H34.10", "ten": "Trung tâm"}
    table = {
        "mau": "01/TH-BLĐT", "ma": str(form_id), "ky": "2026-11-28", "lan_bo_sung": 0,
        "lap_luc": "2026-11-28T22:01:00+07:00", "to_chuc_thu": collector, "don_vi_tien": "VND",
        "so_dong": 1, "tong_tien": 62_000, "dong": [line], **changes,
    }  # fmt: skip
    return a_signed_form(TaxForm.DAILY_TABLE, table, key=key)


def a_signed_form(form: TaxForm, said: dict[str, Any], *, key: FileKey | None = None) -> bytes:
    """Return a form as its collector signs it."""
    data = document_of(form, json.dumps(said, ensure_ascii=False).encode())
    return sign_xml(data, key or a_key(), request_id="tests", at=AT)
