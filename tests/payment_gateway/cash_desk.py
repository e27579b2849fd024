"""An officer's till and the form for cash, through its pages."""

import re

from shared.ids import new_id
from shared.web.identity import Role
from tests.payment_gateway.builders import (
    BANK,
    CODE,
    payable_of,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in

TILLS = "/can-bo/thu-tien/quy"


TAKE = "/can-bo/thu-tien/quy/thu"


OPEN = "/can-bo/thu-tien/quy/mo"


BALANCES = (
    "SELECT split_part(account, '/', 1) || ' ' || sum(amount_vnd) FROM ledger_entry"
    " GROUP BY split_part(account, '/', 1) HAVING sum(amount_vnd) <> 0 ORDER BY 1"
)


async def given_a_till(gateway: Gateway, opening: str = "200.000") -> None:
    """Let an officer be signed in, with an open till."""
    await sign_in(gateway, Role.OFFICER)
    answer = await gateway.submit(OPEN, so_tien=opening)
    assert answer.status_code == 303, answer.text


async def given_a_phone_attempt(gateway: Gateway) -> str:
    """Let somebody begin to pay on a phone; return our reference of the attempt."""
    payable = await payable_of(gateway.database)
    token = gateway.links.pay_url(payable.id).rpartition("/")[2]
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    (reference,) = await gateway.column(
        "SELECT reference FROM attempt WHERE status = 'redirected' ORDER BY id"
    )
    return str(reference)


def a_form(**changes: str) -> dict[str, str]:
    return {"ma": CODE, "khoa": str(new_id()), "so_tien": "135.000", "dua": "150.000", **changes}


async def seen(gateway: Gateway) -> dict[str, str]:
    """Return the form's hidden fields as the officer's page has them."""
    page = await gateway.page(f"{TAKE}?ma={CODE}")
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
