"""What the service hears: agencies, people, their forgetting; twice, late and out of order."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.handlers import hear_party, publish_agency, redact_party, subscriptions
from receipt.use_cases.look_up import find_by_phone
from shared.clock import utc_now
from shared.contracts.dossier import AgencyPublished, PartyRedacted
from shared.contracts.envelope import Said, envelope_bytes
from shared.contracts.messaging import MessageParked
from shared.contracts.party import PartyStated
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import SeriesOpened
from shared.days import vietnam_day
from shared.db import driver
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.attempts import Attempts, Unit
from shared.kafka.consumer import Reader
from shared.subscriptions import Message, UnreadableMessageError
from tests.receipt.acts import issued, know, settle
from tests.receipt.builders import DOSSIER, PAYEE, a_line, a_party, a_payment
from tests.support.facts import a_cause, an_envelope, facts


def a_message(stated: PartyStated | None, *, sequence: int = 1) -> Message:
    value = None
    if stated is not None:
        said = Said(
            id=new_id(),
            source=stated.source,
            time=utc_now(),
            cause=a_cause(),
            agency="H34.10",
            sequence=sequence,
        )
        value = envelope_bytes(stated, said)
    return Message("lephi.party", 0, 0, DOSSIER, value, {}, datetime(2026, 11, 24, tzinfo=UTC))


def bytes_of(fact: PaymentSettled) -> bytes:
    return envelope_bytes(fact, Said(new_id(), "/x", utc_now(), a_cause(), "H34.10", 1))


async def hear(database: Database, *messages: Message) -> None:
    async with database.transaction() as session:
        await hear_party(session, messages)


async def opens_by(database: Database, last_digits: str) -> bool:
    async with database.transaction() as session:
        return bool(await find_by_phone(session, DOSSIER, last_digits))


async def payers(database: Database) -> list[str | None]:
    async with database.transaction() as session:
        rows = await driver.fetch(session, "SELECT payer->>'name' AS name FROM receipt ORDER BY id")
    return [row["name"] for row in rows]


def an_agency(**changes: object) -> AgencyPublished:
    values: dict[str, object] = {
        "agency_code": "H34.10",
        "name": PAYEE.name,
        "tax_code": PAYEE.tax_code,
        "address": PAYEE.address,
        "phone": "0260 3797 799",
        "territory_code": "H34",
        "accounts": (PAYEE.account,),
        "valid_from": "2026-01-01",
    }
    return AgencyPublished.model_validate(values | changes)


async def test_given_an_agency_when_published_twice_then_its_two_series_are_opened_once(
    database: Database,
) -> None:
    async with database.transaction() as session:
        await publish_agency(session, an_envelope(an_agency()))
        await publish_agency(session, an_envelope(an_agency(name="Tên mới"), sequence=2))

    opened = [event.data for event in await facts(database, SeriesOpened)]
    year = vietnam_day(utc_now()).year
    assert sorted(series.serial_symbol[3:] for series in opened) == ["AA", "AB"]
    assert {(series.tax_code, series.form_symbol) for series in opened} == {("6101234567", "EBL01")}
    assert {series.year for series in opened} == {year}


async def test_given_an_older_statement_when_it_comes_last_then_the_newer_one_stays(
    database: Database,
) -> None:
    await hear(database, a_message(a_party(name="Tên mới", phone="0905 000 222"), sequence=2))

    await hear(database, a_message(a_party(name="Tên cũ", phone="0905 000 111"), sequence=1))
    await settle(database, a_payment())

    assert await payers(database) == ["Tên mới"]
    assert await opens_by(database, "0222")
    assert not await opens_by(database, "0111")


async def test_given_a_numbered_receipt_when_its_people_change_then_what_is_printed_stays(
    database: Database,
) -> None:
    await hear(database, a_message(a_party(name="Người nộp"), sequence=1))
    await settle(database, a_payment())

    await hear(database, a_message(a_party(name="Người khác"), sequence=2))

    assert await payers(database) == ["Người nộp"]


@pytest.mark.parametrize("by_tombstone", [True, False])
async def test_given_forgotten_people_when_a_zombie_repeats_them_then_they_stay_forgotten(
    database: Database, *, by_tombstone: bool
) -> None:
    await hear(database, a_message(a_party(), sequence=1))
    await settle(database, a_payment())

    if by_tombstone:
        await hear(database, a_message(None))
    else:
        async with database.transaction() as session:
            fact = PartyRedacted.model_validate(
                {"dossier_code": DOSSIER, "redacted_at": utc_now(), "by": "system"}
            )
            await redact_party(session, an_envelope(fact))
    await hear(database, a_message(a_party(), sequence=9))

    assert not await opens_by(database, "3456")
    assert await payers(database) == ["Đặng Thị Ngọc Ánh"]
    async with database.transaction() as session:
        kept = await driver.fetchrow(session, "SELECT payer, id_numbers, phone_endings FROM party")
    assert kept is not None
    assert (kept["payer"], kept["id_numbers"], kept["phone_endings"]) == (None, [], [])


async def test_given_a_name_of_a_thousand_letters_when_heard_then_it_is_parked_not_cut(
    database: Database,
) -> None:
    message = a_message(a_party())
    assert message.value is not None
    body = json.loads(message.value)
    body["data"]["payer"]["name"] = "N" * 1000
    long = Message("lephi.party", 0, 0, DOSSIER, json.dumps(body).encode(), {}, message.timestamp)

    with pytest.raises(UnreadableMessageError):
        await hear(database, long)


async def test_given_the_service_when_it_subscribes_then_settled_payments_come_by_the_poll(
    database: Database,
) -> None:
    heard = subscriptions("http://x")
    [settled] = [each for each in heard if each.event_type == PaymentSettled.type]
    await know(database, a_party())
    message = Message("lephi.payment", 0, 0, DOSSIER, bytes_of(a_payment()), {}, utc_now())

    async with database.transaction() as session:
        await settled.handle(session, [message])

    assert settled.batched
    [receipt] = await issued(database)
    assert receipt.check_url.startswith("http://x/xac-minh/6101234567/EBL01/")


@pytest.mark.parametrize(
    ("lines", "name", "reason"),
    [(5_000, "Phí", "receipt-too-many-lines"), (500, "Ờ" * 500, "fact-too-large")],
)
async def test_given_an_endless_payment_when_heard_then_it_is_parked_and_others_are_numbered(
    database: Database, lines: int, name: str, reason: str
) -> None:
    reader = Reader(
        consumer="receipt", instance="0", subscriptions=subscriptions("http://x"),
        topic="lephi.receipt", source="/x",
    )  # fmt: skip
    [settled] = [each for each in reader.subscriptions if each.event_type == PaymentSettled.type]
    many = [a_line(name=name, legal_basis=name) for _ in range(lines)]
    endless = a_payment(*many, dossier_code="H34.10-261122-0001")
    messages = [
        Message("lephi.payment", 0, offset, fact.dossier_code, bytes_of(fact), {}, utc_now())
        for offset, fact in enumerate((endless, a_payment()))
    ]
    attempts = Attempts(database, reader)

    async def advance(_session: AsyncSession) -> None:
        """The offset is not what is looked at."""

    assert await attempts.once([Unit(settled, messages)], advance) is not None
    for message in messages:
        await attempts.settle(settled, message, advance)

    assert [receipt.dossier_code for receipt in await issued(database)] == [DOSSIER]
    [parked] = await facts(database, MessageParked)
    assert parked.data.key == "H34.10-261122-0001"
    assert parked.data.reason_code == reason
