"""The officer's desk and the counter display that it drives."""

import pytest

from shared.links import Purpose
from shared.web.identity import Role
from tests.payment_gateway.builders import (
    CODE,
    given_a_payable,
    given_an_attempt,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.support.web import client_of


async def test_given_a_desk_when_it_shows_a_dossier_then_the_display_shows_it_and_forgets_it(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)
    payable = await given_a_payable(gateway.database)
    await gateway.page("/can-bo/quay")
    (display_id,) = await gateway.column("SELECT id FROM display")
    display = f"/quay/{gateway.links.token(Purpose.DISPLAY, display_id)}"
    blank = await gateway.page(display)

    await gateway.submit("/can-bo/quay/hien", ma=CODE.lower())
    shown = await gateway.page(display)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))
    paid = await gateway.page(display)
    await gateway.submit("/can-bo/quay/xoa")
    cleared = await gateway.page(display)

    assert "Cơ quan H34.10" in blank
    assert CODE in shown
    assert f"/thanh-toan/{CODE}/qr.svg" in shown
    assert "Đã thanh toán" in paid
    for page in (blank, cleared):
        assert CODE not in page
    assert "135.000" not in cleared


async def test_given_a_desk_when_a_code_cannot_be_shown_then_it_says_why(gateway: Gateway) -> None:
    await sign_in(gateway, Role.OFFICER)

    unknown = await gateway.submit("/can-bo/quay/hien", ma=CODE)
    malformed = await gateway.submit("/can-bo/quay/hien", ma="abc")

    assert (unknown.status_code, malformed.status_code) == (422, 422)
    assert "Chưa tìm thấy hồ sơ này" in unknown.text
    assert "Số hồ sơ chưa đúng" in malformed.text


async def test_given_a_pairing_code_when_a_screen_types_it_then_it_is_paired_once(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)
    await gateway.submit("/can-bo/quay/ghep")
    (code,) = await gateway.column("SELECT pairing_code FROM display")

    async with client_of(gateway.service, gateway.database) as screen:
        wrong = await screen.post("/quay/ghep", data={"ma": "000 00x"})
        paired = await screen.post("/quay/ghep", data={"ma": f"{code[:3]} {code[3:]}"})
        again = await screen.post("/quay/ghep", data={"ma": code})
        shown = await screen.get(paired.headers["location"])

    assert (wrong.status_code, paired.status_code, again.status_code) == (422, 303, 422)
    assert "Cơ quan H34.10" in shown.text


async def test_given_a_paired_display_when_its_desk_signs_out_then_it_shows_nothing(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)
    await given_a_payable(gateway.database)
    await gateway.submit("/can-bo/quay/hien", ma=CODE)
    (display_id,) = await gateway.column("SELECT id FROM display")
    display = f"/quay/{gateway.links.token(Purpose.DISPLAY, display_id)}"
    before = await gateway.page(display)

    await gateway.client.post("/api/payment-gateway/oidc/logout")

    assert CODE in before
    after = await gateway.page(display)
    assert CODE not in after
    assert "Ghép màn hình quầy" in after


async def test_given_a_paired_display_when_its_desk_cuts_it_off_then_it_shows_nothing(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)
    await given_a_payable(gateway.database)
    await gateway.submit("/can-bo/quay/hien", ma=CODE)
    (display_id,) = await gateway.column("SELECT id FROM display")
    display = f"/quay/{gateway.links.token(Purpose.DISPLAY, display_id)}"

    await gateway.submit("/can-bo/quay/ngat")

    assert CODE not in await gateway.page(display)


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.ACCOUNTANT])
async def test_given_somebody_who_is_no_officer_when_they_open_the_desk_then_they_may_not(
    gateway: Gateway, role: Role
) -> None:
    await sign_in(gateway, role)

    assert (await gateway.client.get("/can-bo/quay")).status_code == 403
