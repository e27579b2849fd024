"""People's data stay in their place while real dossiers go through the whole stack; and go."""

import asyncio
import io
import json
import os
import subprocess
import sys
from typing import Any

import asyncpg
from httpx import AsyncClient
from playwright.async_api import Browser
from pypdf import PdfReader

from shared.contracts.catalogue import KEPT_TOPICS
from shared.ids import new_id
from tests.journeys.test_faults import all_proved
from tests.support.browser import a_page, shows, sign_in
from tests.support.environment import ENVIRONMENT
from tests.support.payer import pay, pdf_of, receipts, until
from tests.support.personal_data import Found, Scanner, in_files, in_pages, in_tables, in_topics
from tests.support.province import a_code, a_dossier, a_fee, send, send_raw
from tests.support.stack import ROOT, Stack
from tests.support.waiting import eventually

SERVICES = ("DOSSIER", "FEE", "PAYMENT_GATEWAY", "RECEIPT", "NOTIFIER", "OPS", "MOCK_BANK")
OWNER = {
    "Loai": "ca_nhan", "HoTen": "Trịnh Thị Bích Ngọc Lan", "SoDinhDanh": "062187654321",
    "DienThoai": "0912 388 477", "Email": "bich.ngoc.lan@vi-du-rieng.test",
    "DiaChi": "Số 137 hẻm Cây Mai Vàng", "MaSoThue": "8765432109",
}  # fmt: skip
PAYER = {
    "Loai": "ca_nhan", "HoTen": "Lưu Quốc Khánh Đạt", "SoDinhDanh": "062187650000",
    "DienThoai": "+84 988 123 066", "Email": "khanh.dat@vi-du-rieng.test",
    "DiaChi": "Thôn Đăk Rơ Chốt, xã Ngọk Thử", "MaSoThue": None,
}  # fmt: skip
VALUES = [value for one in (OWNER, PAYER) for key, value in one.items() if key != "Loai" and value]
ITS_OWN = {"DOSSIER": ("party",), "RECEIPT": ("party", "receipt"), "NOTIFIER": ("recipient",)}
"""Where people may be: with those who need them, until they are to be forgotten."""
NOT_LOGS = ("postgres", "kafka", "receipts", "mail", "province")
"""Data of the servers; receipts, which name their payer by law; letters at their receiver; the
books of the made-up province, from which these people come."""


def rubbish(code: str) -> list[tuple[bytes | None, bytes]]:
    """Return messages that we cannot take, with a person in every corner: keys and bodies."""
    name, phone = OWNER["HoTen"].encode(), OWNER["DienThoai"].encode()
    bad_day = a_dossier(code, ChuHoSo=OWNER, NguoiNop=PAYER, NgayNop="2026-02-30T08:00:00+07:00")
    no_code = {**a_dossier(code, ChuHoSo=OWNER), "id": OWNER["HoTen"], "type": PAYER["HoTen"]}
    as_code = a_dossier(OWNER["HoTen"], ChuHoSo=PAYER)
    as_field = a_dossier(code, ChuHoSo=OWNER, KenhTiepNhan=PAYER["HoTen"], MaTTHC=OWNER["DiaChi"])
    bodies = (bad_day, no_code, as_code, as_field)
    coded = [json.dumps(body, ensure_ascii=False).encode() for body in bodies]
    return [(name, coded[0]), (phone, coded[1]), (None, coded[2]), (code.encode(), coded[3]),
            (name, b"\xff" + name), (phone, name)]  # fmt: skip


def an_answer(fact_id: str) -> bytes:
    data = {"MaSuKien": fact_id, "KetQua": "loi", "LyDo": f"Sai tên {OWNER['HoTen']}"}
    return json.dumps({"type": "vn.tthc.XacNhan.v1", "id": "x", "data": data}).encode()


async def parked(stack: Stack, count: int) -> bool:
    connection = await asyncpg.connect(stack.environment["DOSSIER_DATABASE_URL"])
    try:
        return bool(await connection.fetchval("SELECT count(*) FROM parked") >= count)
    finally:
        await connection.close()


async def people_in(stack: Stack, *, without: dict[str, tuple[str, ...]]) -> list[Found]:
    """Return where people stand, but for the tables named: streams, tables, logs, figures."""
    scanner = Scanner(VALUES)
    kept = [*(topic for topic in KEPT_TOPICS if topic.startswith("lephi.")), "tthc.fact"]
    places = await in_topics(stack.kafka, kept)
    for service in SERVICES:
        url = stack.environment[f"{service}_DATABASE_URL"]
        places += await in_tables(url, without=without.get(service, ()))
    places += await asyncio.to_thread(in_files, stack.home, without=NOT_LOGS)
    ports = [stack.environment[f"{service}_PORT"] for service in SERVICES]
    places += await in_pages(f"http://127.0.0.1:{port}/metrics" for port in ports)
    assert len(places) > 100
    return await asyncio.to_thread(scanner.look, places)


async def test_given_people_in_every_message_when_dossiers_are_paid_then_nobody_leaves_their_place(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    fee = a_fee(MinhChung=OWNER["SoDinhDanh"])
    await send(stack.kafka, a_dossier(code, ChuHoSo=OWNER, NguoiNop=PAYER, DanhSachLePhi=[fee]))
    await send_raw(stack.kafka, "tthc.dossier", *rubbish(code))
    await send_raw(
        stack.kafka, "tthc.ack", (None, an_answer(str(new_id()))), (None, OWNER["HoTen"].encode())
    )
    (receipt,) = await receipts(client, await pay(client, code))
    await pdf_of(client, receipt)
    await eventually(lambda: parked(stack, 8))

    async with a_page(browser, stack.environment["PUBLIC_URL"]) as desk:
        await desk.goto("/can-bo/ho-so")
        await sign_in(desk, "canbo")
        await desk.get_by_role("searchbox").fill(OWNER["HoTen"])
        await desk.get_by_role("button", name="Tìm kiếm").click()
        await shows(desk, OWNER["HoTen"])
    await client.post("/bien-lai", data={"ma": code, "so_cuoi": "8477"})

    assert await people_in(stack, without=ITS_OWN) == []


async def test_given_a_paid_dossier_when_its_people_are_redacted_then_only_the_receipt_names_them(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code, ChuHoSo=OWNER, NguoiNop=PAYER))
    await send_raw(stack.kafka, "tthc.dossier", *rubbish(code)[:1])
    (receipt,) = await receipts(client, await pay(client, code))
    pdf = await pdf_of(client, receipt)
    others = await forgotten_before(stack, code)

    redacted = await asyncio.to_thread(stack.lephi, "party", "redact", code, "--json")
    assert redacted.returncode == 0, redacted.stderr
    assert json.loads(redacted.stdout)["is_new"]
    await eventually(lambda: is_forgotten(stack, code))
    await send(stack.kafka, a_dossier(code, ChuHoSo=OWNER, NguoiNop=PAYER, TrangThaiHoSo="4"))
    await send_raw(stack.kafka, "tthc.dossier", *rubbish(code)[:1])
    await eventually(lambda: has_status(stack, code, 4))
    for view in ("board", "timeline"):
        rebuilt = await asyncio.to_thread(rebuild, stack, view)
        assert "byte-equal" in rebuilt, rebuilt

    found = await people_in(stack, without={"RECEIPT": ("receipt",)})
    assert found == []
    assert others
    assert str(PAYER["HoTen"]) in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    await until(client, code, "paid")
    await all_proved(stack)  # Sums and numbers stand without the people.


async def forgotten_before(stack: Stack, code: str) -> list[str]:
    """Have the people of every other dossier of this file forgotten; return their codes."""
    connection = await asyncpg.connect(stack.environment["DOSSIER_DATABASE_URL"])
    try:
        rows = await connection.fetch(
            "SELECT dossier_code FROM party WHERE owner->>'name' = $1 AND dossier_code <> $2",
            OWNER["HoTen"], code,
        )  # fmt: skip
    finally:
        await connection.close()
    codes = [row["dossier_code"] for row in rows]
    for other in codes:
        done = await asyncio.to_thread(stack.lephi, "party", "redact", other)
        assert done.returncode == 0, done.stderr
    return codes


async def is_forgotten(stack: Stack, code: str) -> bool:
    """Tell whether every holder has heard, and the last record of the stream is a tombstone."""
    records = [what for _, what in await in_topics(stack.kafka, ["lephi.party"])]
    mine = [what for what in records if what.startswith(code.encode())]
    left = [
        *await in_tables(stack.environment["RECEIPT_DATABASE_URL"], only=("party",)),
        *await in_tables(stack.environment["NOTIFIER_DATABASE_URL"], only=("recipient",)),
    ]
    return b"ce_type=tombstone" in mine[-1] and not Scanner(VALUES).look(left)


async def has_status(stack: Stack, code: str, status: int) -> bool:
    connection = await asyncpg.connect(stack.environment["DOSSIER_DATABASE_URL"])
    try:
        statement = "SELECT status FROM dossier WHERE dossier_code = $1"
        found: Any = await connection.fetchval(statement, code)
        return bool(found == status)
    finally:
        await connection.close()


def rebuild(stack: Stack, view: str) -> str:
    """Rebuild a view of dossier beside the live one, as an operator does."""
    kept = {name: text for name, text in os.environ.items() if name not in ENVIRONMENT}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "dossier", "rebuild", view],
        env={**kept, "LEPHI_HOME": str(stack.home)}, cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr
