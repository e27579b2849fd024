"""The list of channels and banks is data: a row more is a choice more, and each has its folder."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from payment_gateway import adapters
from payment_gateway.adapters import catalogue
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.adapters.folders import clients, listeners
from payment_gateway.settings import Settings
from payment_gateway.use_cases.channels import load_channels
from shared.contracts.parts import PaymentChannel
from shared.links import Purpose
from tests.payment_gateway.builders import given_a_payable
from tests.payment_gateway.conftest import Gateway

FOLDER = Path(adapters.__file__).parent
CHANNELS = [channel.code.value for channel in read_catalogue()]
API = "/api/payment-gateway/v1/pay-links"


async def test_given_the_rows_when_they_are_read_then_every_channel_but_cash_is_there() -> None:
    assert set(CHANNELS) == {channel.value for channel in PaymentChannel} - {"cash"}
    settings = Settings()

    calling = clients(settings)

    assert set(listeners(settings)) == set(CHANNELS)
    assert {channel.value for channel in calling} == set(CHANNELS)
    for client in calling.values():
        await client.close()


@pytest.mark.parametrize("channel", CHANNELS)
def test_given_a_folder_when_it_is_read_then_its_callback_knows_no_network(channel: str) -> None:
    for module in ("callback", "client"):
        import_module(f"payment_gateway.adapters.{channel}.{module}")
    for path in (FOLDER / channel).glob("*.py"):
        if path.stem == "client":
            continue
        names = {
            alias.name if isinstance(node, ast.Import) else node.module or ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not names & {"httpx", "payment_gateway.adapters.asking"}
        assert not any(name.endswith(".client") for name in names)
        assert not any(name.startswith("mock_bank") for name in names)


async def test_given_other_rows_when_they_are_loaded_then_payers_are_offered_those(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    payable = await given_a_payable(gateway.database, amount_vnd=135_000)
    token = gateway.links.token(Purpose.PAYABLE, payable.id)
    files = {
        "channels.csv": (
            "code,name,kind,min_vnd,max_vnd,reaches\n"
            "momo,Ví MoMo,wallet,1000,134999,MOMO\n"
            "npsp,Cổng,platform,135000,135000,NPSP\n"
            "vnpay,VNPAY,gateway,135001,500000,VNPAY\n"
        ),
        "banks.csv": (
            "bin,short_name,full_name,kind,channel_codes,certainty,mark\n"
            "970999,Ngân hàng Mới,Ngân hàng TMCP Mới,bank,NPSP,known,MOI\n"
        ),
    }
    monkeypatch.setattr(catalogue, "_text_of", files.__getitem__)
    async with gateway.database.transaction() as session:
        await load_channels(session, read_catalogue())

    offered = (await gateway.client.get(f"{API}/{token}")).json()["channels"]
    page = await gateway.page(f"/p/{token}")

    assert [channel["code"] for channel in offered] == ["npsp"], "the others' amounts do not fit"
    assert offered[0]["banks"] == [{"code": "970999", "name": "Ngân hàng Mới"}]
    assert "Ngân hàng Mới" in page
    assert "Vietcombank" not in page


@pytest.mark.parametrize(
    ("amount_vnd", "offered"),
    [
        (999, set()), (1_000, {"npsp", "momo", "zalopay", "vietqr"}),
        (4_999, {"npsp", "momo", "zalopay", "vietqr"}),
        (5_000, set(CHANNELS)), (50_000_000, set(CHANNELS)),
        (50_000_001, {"npsp", "vnpay", "vietqr"}), (500_000_000, set()),
    ],
)  # fmt: skip
def test_given_an_amount_when_channels_are_offered_then_smallest_and_largest_are_kept(
    amount_vnd: int, offered: set[str]
) -> None:
    assert {c.code.value for c in read_catalogue() if c.covers(amount_vnd)} == offered
