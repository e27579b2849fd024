"""An accountant and a supervisor at *Chờ xử lý*, through its pages."""

import re
from typing import Final

from httpx import Response

from shared.web.identity import Role
from tests.payment_gateway.builders import (
    assessed,
    given_a_payable,
    given_an_attempt,
    hear_assessed,
    payable_of,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in

TODO: Final = "/can-bo/thu-tien/cho-xu-ly"
REPORT: Final = "/can-bo/thu-tien/cho-xu-ly/dao-giao-dich"
MONEY: Final = "/can-bo/thu-tien/cho-xu-ly/tien/"
CASE: Final = "/can-bo/thu-tien/cho-xu-ly/viec/"
REQUEST: Final = "/can-bo/thu-tien/cho-xu-ly/de-nghi/"
REASON: Final = "Theo sao kê ngày 24/11/2026"


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def send(gateway: Gateway, role: Role, path: str, **form: str) -> Response:
    """Let somebody in ``role`` send a form."""
    await sign_in(gateway, role)
    return await gateway.submit(path, **form)


async def asked(gateway: Gateway, path: str, **form: str) -> str:
    """Let an accountant send a form; return where it leads."""
    answer = await send(gateway, Role.ACCOUNTANT, path, **{"reason": REASON, **form})
    assert answer.status_code == 303, words_of(answer.text)
    return str(answer.headers["location"])


async def approved(gateway: Gateway, request: str, status: int = 303) -> Response:
    """Let a supervisor approve what stands on the page of a request."""
    await sign_in(gateway, Role.SUPERVISOR)
    page = await gateway.page(request)
    (plan,) = re.findall(r'name="plan" value="(\w+)"', page)
    answer = await gateway.submit(f"{request}/duyet", plan=plan)
    assert answer.status_code == status, words_of(answer.text)
    return answer


async def the_case(gateway: Gateway) -> str:
    """Return the address of the one open case."""
    (found,) = await gateway.column("SELECT id FROM payment_case WHERE status = 'open'")
    return f"{CASE}{found}"


async def the_loose_money(gateway: Gateway) -> str:
    """Return the address of the one money that settles nothing."""
    (found,) = await gateway.column("SELECT id FROM money WHERE unmatched_vnd > 0")
    return f"{MONEY}{found}"


async def given_paid(gateway: Gateway, amount_vnd: int = 135_000) -> None:
    payable = await given_a_payable(gateway.database, amount_vnd=amount_vnd)
    attempt = await given_an_attempt(gateway.database, payable)
    assert await gateway.tell(told(attempt.reference, SoTien=str(amount_vnd))) == "00"


async def given_reassessed(gateway: Gateway, amount_vnd: int, version: int = 2) -> None:
    await hear_assessed(gateway.database, assessed(amount_vnd, version=version))


async def given_unknown_money(gateway: Gateway, amount_vnd: int) -> None:
    message = told("LP0000000000T01", SoTien=str(amount_vnd), MaGiaoDich="GD-LA")
    assert await gateway.tell(message) == "01"


async def paid_now(gateway: Gateway, reference: str = "GD-SAU") -> None:
    """Pay what is due of the dossier now."""
    payable = await payable_of(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    rest = str(payable.remaining_vnd)
    assert await gateway.tell(told(attempt.reference, SoTien=rest, MaGiaoDich=reference)) == "00"
