"""Settlement files as the mock bank writes them, which shares no code with the readers."""

import base64
from datetime import UTC, date, datetime
from typing import Final

from mock_bank.domain.payments import Channel
from mock_bank.domain.statements import Entry, Planted, sheet
from mock_bank.routes.statements import WRITERS
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.adapters.folders import readers
from payment_gateway.domain.statements import Sheet
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id

DAY: Final = date(2026, 11, 28)


NOON: Final = datetime(2026, 11, 28, 5, 0, 7, tzinfo=UTC)


CHANNELS: Final = [each.code for each in read_catalogue()]


_DIGITS: Final = frozenset({PaymentChannel.VNPAY, PaymentChannel.MOMO, PaymentChannel.ZALOPAY})


def an_entry(
    number: int = 7,
    *,
    amount_vnd: int = 62_000,
    booked_at: datetime = NOON,
    description: str = "ck cam on",
) -> Entry:
    return Entry(
        payment_id=new_id(), reference=f"LP{number:010d}T01",
        transaction_code=f"GD261128{number:09d}", amount_vnd=amount_vnd, bank_code="970436",
        description=description, booked_at=booked_at,
        details={"bin": "970436", "account": "7111000123456"},
    )  # fmt: skip


def written(channel: PaymentChannel, found: list[Entry], *spoils: Planted) -> bytes:
    write, _ = WRITERS[Channel(channel.value)]
    made = [_of_zalopay(each) for each in found] if channel is PaymentChannel.ZALOPAY else found
    return write(sheet(made, list(spoils)))


def _of_zalopay(entry: Entry) -> Entry:
    return Entry(**{**vars(entry), "reference": f"261128_{entry.reference}"})


def told(channel: PaymentChannel, entry: Entry) -> tuple[str, int]:
    code = entry.transaction_code
    return (code.removeprefix("GD") if channel in _DIGITS else code), entry.amount_vnd


def read(channel: PaymentChannel, raw: bytes) -> Sheet:
    return readers()[channel](raw, DAY)


def plain_of(channel: PaymentChannel, raw: bytes) -> str:
    return (base64.b64decode(raw) if channel is PaymentChannel.NPSP else raw).decode()


def raw_of(channel: PaymentChannel, text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return base64.b64encode(data) if channel is PaymentChannel.NPSP else data
