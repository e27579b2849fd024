"""What a hostile payer and a hostile clerk try at the doors: nothing happens twice, or at all."""

import asyncio
import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest
from httpx import Response

from payment_gateway.domain.payables import Payable
from shared.contracts.money import RefundApproved, RefundSettled
from shared.ids import new_id
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import REASON, asked, given_paid, send
from tests.payment_gateway.builders import (
    PAYEE,
    assessed,
    given_an_attempt,
    hear_assessed,
    payable_of,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.told import Said, said
from tests.support.facts import facts

REFUNDS: Final = "/can-bo/thu-tien/hoan-tien"
ALL: Final = """SELECT concat_ws(' ', (SELECT count(*) FROM outbox), (SELECT count(*) FROM money),
  (SELECT count(*) FROM attempt), (SELECT string_agg(status, ',') FROM refund),
  (SELECT sum(abs(amount_vnd)) FROM ledger_entry), (SELECT count(*) FROM approval))"""
MEGABYTE: Final = 1_000_000


async def heard(gateway: Gateway, channel: str, message: Said) -> Response:
    headers = {"content-type": "application/json", **(message.headers or {})}
    path = f"/ipn/{channel}{'?' + message.query if message.query else ''}"
    return await gateway.client.request(
        message.method, path, content=message.body or None, headers=headers
    )


def turned(message: Said) -> Said:
    """Return the same fields in the opposite order, under the signature that was given."""
    if message.query:
        return Said("GET", query=urlencode(parse_qsl(message.query)[::-1]))
    fields: dict[str, Any] = json.loads(message.body)
    body = json.dumps(dict(reversed(fields.items())), separators=(", ", ":  "))
    return Said("POST", body=body.encode(), headers=message.headers)


@pytest.mark.parametrize("channel", ["npsp", "vnpay", "momo", "zalopay", "vietqr"])
async def test_given_a_callback_when_it_is_replayed_with_its_fields_turned_round_then_money_is_one(
    gateway: Gateway, channel: str
) -> None:
    message = said(channel)
    first = await heard(gateway, channel, message)
    stands = await gateway.column(ALL)

    again = [await heard(gateway, channel, each) for each in (turned(message), message)]

    assert await gateway.column("SELECT amount_vnd FROM money") == [135_000]
    assert await gateway.column(ALL) == stands
    assert all(answer.status_code < 500 for answer in (first, *again))


@pytest.mark.parametrize("path", ["/ipn/npsp", "/ipn/momo", "/ipn/zalopay", "/ipn/vietqr"])
async def test_given_a_body_of_a_megabyte_or_a_deep_one_when_a_bank_sends_it_then_it_is_not_read(
    gateway: Gateway, path: str
) -> None:
    huge = await gateway.client.post(path, content=b"{" + b" " * MEGABYTE + b"}")
    deep = await gateway.client.post(path, content=b"[" * 30_000)

    assert huge.status_code == 413
    assert deep.status_code < 500
    assert await gateway.column("SELECT count(*) FROM kept_callback") == [0]


async def test_given_a_payers_link_when_more_than_a_channel_is_sent_then_no_attempt_is_made_of_it(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    path = f"/api/payment-gateway/v1/pay-links/{token}/attempts"
    bodies: tuple[Any, ...] = (
        {"channel": "cash"}, {"channel": ["vnpay"]},
        {"channel": "vnpay", "bank": "x" * 5_000}, {"channel": "\u0000"}, [], "vnpay", None,
    )  # fmt: skip

    answers = [
        await gateway.client.post(path, json=each, headers={"Idempotency-Key": str(new_id())})
        for each in bodies
    ]

    assert [answer.status_code for answer in answers] == [422] * len(bodies)
    assert await gateway.column("SELECT count(*) FROM attempt") == [0]
    more = {"channel": "vnpay", "amount_vnd": 1, "status": "succeeded", "payable_id": "x"}
    await gateway.client.post(path, json=more, headers={"Idempotency-Key": str(new_id())})
    kept = "SELECT amount_vnd FROM attempt WHERE status <> 'succeeded'"
    assert await gateway.column(kept) == [payable.amount_vnd]


async def test_given_another_collectors_fee_when_money_names_another_partner_then_it_is_not_theirs(
    gateway: Gateway,
) -> None:
    theirs = PAYEE.model_copy(update={"agency_code": "H34.22.08"})
    await hear_assessed(gateway.database, assessed(payee=theirs))
    attempt = await given_an_attempt(gateway.database, await payable_of(gateway.database))

    await gateway.tell(told(attempt.reference, MaDoiTac="DOITAC02"))

    assert await gateway.column("SELECT agency_code FROM money") == ["H34.10"]
    assert await gateway.column("SELECT status FROM attempt") == [attempt.status]


async def test_given_a_refund_when_every_button_is_pressed_again_and_again_then_it_is_paid_once(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    payable = await payable_of(gateway.database)
    form = {"ma": payable.dossier_code, "ly_do": "assessed_less", "reason": REASON}
    form |= {f"so_tien_{line.line_id}": f"{line.amount_vnd}" for line in payable.lines}
    refund = await asked(gateway, f"{REFUNDS}-moi", **form)
    twice = await send(gateway, Role.ACCOUNTANT, f"{REFUNDS}-moi", **form)
    await sign_in(gateway, Role.SUPERVISOR)
    (plan,) = await gateway.column("SELECT plan_sha256 FROM approval")
    await gateway.submit(f"{refund}/duyet", plan="0" * 64)
    assert await facts(gateway.database, RefundApproved) == []

    await asyncio.gather(
        *[gateway.submit(f"{refund}/duyet", plan=plan) for _ in range(6)],
        *[gateway.submit(f"{refund}/tu-choi", reason=REASON) for _ in range(6)],
    )
    decided = await gateway.column("SELECT status FROM refund")
    await sign_in(gateway, Role.ACCOUNTANT)
    await asyncio.gather(
        *[gateway.submit(f"{refund}/da-chi", ma_giao_dich=f"CK{n}") for n in range(6)]
    )

    assert twice.status_code == 422
    assert decided in (["by_hand"], ["declined"])
    paid = len(await facts(gateway.database, RefundSettled))
    assert paid == len(await facts(gateway.database, RefundApproved)) == (decided == ["by_hand"])
    stands = await gateway.column(ALL)
    for role in (Role.ACCOUNTANT, Role.SUPERVISOR):
        await sign_in(gateway, role)
        for button in ("gui-duyet", "duyet", "tu-choi", "rut", "gui-lai", "da-chi"):
            typed = {"plan": plan, "reason": REASON, "ma_giao_dich": "CK9", "da_kiem_tra": "1"}
            answer = await gateway.submit(f"{refund}/{button}", **typed)
            assert answer.status_code in {303, 403, 404, 409, 422}, (role, button)
    assert await gateway.column(ALL) == stands
