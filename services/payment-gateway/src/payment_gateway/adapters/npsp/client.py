"""Calls to the platform: INIT and QUERY. Network; only jobs may use it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import httpx

from payment_gateway.adapters.asking import LIMITS, in_full
from payment_gateway.adapters.channel import Unusable
from payment_gateway.adapters.npsp import dialect
from payment_gateway.adapters.npsp.callback import Partner, failure_code, partner_of, read_credit
from payment_gateway.adapters.reading import UnreadableError, read_fields
from payment_gateway.domain.channels import (
    Begun,
    NotKnownYet,
    Order,
    Redirect,
    Refused,
    Standing,
)
from payment_gateway.domain.errors import ChannelUnavailableError
from payment_gateway.settings import Settings
from shared.contracts.parts import FeeKind
from shared.outside import require_open
from shared.trust import authorities

_ANY_BANK: Final = "PAYMENT"
_FEE_SERVICE: Final = "2"
"""MaDichVu of phí and lệ phí."""
_NO_ERROR: Final = "0"
_SUCCEEDED: Final = "1"
_FAILED: Final = "4"
"""TrangThaiGD; 3 is "not known yet", and so is everything else."""
_KINDS: Final = {FeeKind.PHI: "phi", FeeKind.LE_PHI: "le_phi"}


class NpspClient:
    """Asks the platform at one address, in the name of one partner."""

    def __init__(self, address: str, partner: Partner, *, ip: str) -> None:
        self._address = address
        self._partner = partner
        self._ip = ip
        self._client = httpx.AsyncClient(timeout=LIMITS, trust_env=False, verify=authorities())

    async def begin(self, order: Order, *, now: datetime) -> Begun:
        """Send INIT; the reference is the key: sent again, the platform begins nothing new.

        Raises ChannelUnavailableError.
        """
        signed = self._init(order, now)
        message = {**signed, "ThongTinBienLai": _receipt_details(order)}
        answer = read_fields(await self._post(message))
        url = answer.get("UrlThanhToan", "")
        code = answer.get("error_code", "")
        if code != _NO_ERROR:
            return Refused(failure_code(code or "none"))
        if not url.startswith(("http://", "https://")):
            raise ChannelUnavailableError("INIT was accepted without an address")
        return Redirect(url)

    async def ask(self, order: Order, *, now: datetime) -> Standing:
        """Send QUERY; whatever is not a signed yes or no is "not known yet"."""
        message = {
            "LoaiBanTin": "QUERY",
            "PhienBan": dialect.VERSION,
            "MaDoiTac": self._partner.code,
            "MaThamChieu": order.reference,
            "ThoiGianGD": dialect.wire_time(now),
        }
        try:
            raw = await self._post(self._signed(message, dialect.QUERY_FIELDS))
            return self._standing(raw, order)
        except (ChannelUnavailableError, UnreadableError):
            return NotKnownYet()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _standing(self, raw: bytes, order: Order) -> Standing:
        answer = read_fields(raw)
        fields = dialect.CALLBACK_FIELDS
        genuine = dialect.is_genuine(answer, fields, self._partner.secrets)
        if not genuine or answer["MaThamChieu"] != order.reference:
            return NotKnownYet()
        state, code = answer.get("TrangThaiGD"), answer["MaLoi"]
        if state == _SUCCEEDED and code == dialect.SUCCESS:
            credit = read_credit(answer, self._partner, raw)
            return NotKnownYet() if isinstance(credit, Unusable) else credit
        if state == _FAILED and code != dialect.SUCCESS:
            return Refused(failure_code(code))
        return NotKnownYet()

    def _init(self, order: Order, now: datetime) -> dict[str, str]:
        message = {
            "LoaiBanTin": "INIT",
            "PhienBan": dialect.VERSION,
            "MaDoiTac": self._partner.code,
            "MaThamChieu": order.reference,
            "SoTien": str(order.amount_vnd),
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": "1",
            "MaThietBi": "1",
            "NgonNgu": "vi-VN",
            "MaTienTe": dialect.CURRENCY,
            "MaNganHang": order.bank_code or _ANY_BANK,
            "ThongTinGiaoDich": f"THANH TOAN HO SO {order.dossier_code}",
            "ThoiGianGD": dialect.wire_time(now),
            "Ip": self._ip,
        }
        return self._signed(message, dialect.INIT_FIELDS)

    def _signed(self, message: dict[str, str], fields: tuple[str, ...]) -> dict[str, str]:
        return {**message, "MaXacThuc": dialect.sign(message, fields, self._partner.secrets[0])}

    async def _post(self, message: Mapping[str, object]) -> bytes:
        require_open("npsp")
        request = self._client.build_request("POST", self._address, json=message)
        return await in_full(self._client, request)


def client(settings: Settings) -> NpspClient:
    """Return who calls the platform."""
    return NpspClient(settings.npsp_url, partner_of(settings), ip=settings.npsp_ip)


def _receipt_details(order: Order) -> dict[str, object]:
    """Return ThongTinBienLai; the payer's person stays with us (domain.md 12)."""
    account, context = order.payee.account, order.context
    return {
        "MaDichVu": _FEE_SERVICE,
        "MaDVC": context.procedure_code,
        "TenDVC": context.procedure_name,
        "MaTTHC": context.procedure_code,
        "TenTTHC": context.procedure_name,
        "MaDonVi": order.payee.agency_code,
        "TenDonVi": order.payee.name,
        "MaHoSo": order.dossier_code,
        "TKThuHuong": account.number,
        "MaNHThuHuong": account.bin,
        "TenTKThuHuong": account.holder,
        "TaiKhoanThuNSNN": account.number if account.treasury else "",
        "NoiDungThanhToan": order.reference,
        "HoTenNguoiNop": "",
        "SoCMNDNguoiNop": "",
        "DiaChiNguoiNop": "",
        "HuyenNguoiNop": "",
        "TinhNguoiNop": "",
        "PhiLePhi": [
            {
                "LoaiPhiLePhi": _KINDS[line.kind],
                "MaPhiLePhi": line.fee_code,
                "TenPhiLePhi": line.name,
                "SoTien": str(line.amount_vnd),
            }
            for line in order.lines
        ],
        "DSKhoanNop": [
            {"NoiDung": line.name, "SoTien": str(line.amount_vnd)} for line in order.lines
        ],
    }
