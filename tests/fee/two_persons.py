"""A tariff drafted by one person and approved by another, through the pages."""

from httpx import Response

from shared.contracts.fee import TariffPublished
from tests.fee.application import Fee
from tests.fee.drafts import a_form
from tests.support.facts import facts

BOOK = "/can-bo/bieu-phi"
ONE = "/can-bo/bieu-phi/muc/TF-0128"
FILE = "/can-bo/bieu-phi/xuat.csv"
IMPORT = "/can-bo/bieu-phi/nhap"
REQUESTS = "/can-bo/bieu-phi/de-nghi/"
ASK = {"reason": "NQ 01/2026 có hiệu lực"}
WRITER, APPROVER = "quan-tri", "lanh-dao"


async def drafted_and_sent(fee: Fee) -> str:
    """Draft TF-0128, send it, and return the address of the request."""
    drafted = await fee.post(f"{BOOK}/moi", a_form())
    assert (drafted.status_code, drafted.headers["location"]) == (303, ONE)
    sent = await fee.post(f"{ONE}/gui-duyet", ASK)
    assert sent.status_code == 303
    return sent.headers["location"]


async def approved(fee: Fee, address: str) -> Response:
    page = await fee.page(address)
    plan = page.partition('name="plan" value="')[2].partition('"')[0]
    return await fee.post(f"{address}/duyet", {"plan": plan})


async def published(fee: Fee) -> list[str]:
    return [
        event.data.tariff_code
        for event in await facts(fee.database, TariffPublished)
        if event.data.fee_code != "PHI-CHUNGTHUC-BS"
    ]
