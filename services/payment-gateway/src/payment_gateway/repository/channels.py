"""Channels and banks: stored from the package's data files, read for every payer."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.channels import Bank, ChannelInfo
from payment_gateway.tables.channels import BankRow, ChannelRow
from shared.contracts.parts import PaymentChannel
from shared.db import driver

_CHANNEL: Final = """
SELECT c.code, c.name, c.kind, c.min_vnd, c.max_vnd, b.code AS bank_code, b.name AS bank_name,
       b.full_name, b.kind AS bank_kind, b.mark
FROM channel c LEFT JOIN bank b ON b.channel = c.code AND b.code = $2
WHERE c.code = $1
"""


async def replace_channels(session: AsyncSession, channels: Sequence[ChannelInfo]) -> None:
    """Store ``channels`` and their banks in this order, and forget all others."""
    codes = [channel.code for channel in channels]
    await session.execute(delete(BankRow))
    await session.execute(delete(ChannelRow).where(ChannelRow.code.not_in(codes)))
    for place, channel in enumerate(channels):
        values = {
            "place": place, "name": channel.name, "kind": channel.kind,
            "min_vnd": channel.min_vnd, "max_vnd": channel.max_vnd,
        }  # fmt: skip
        statement = insert(ChannelRow).values(code=channel.code, **values)
        await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        session.add_all(
            BankRow(
                channel=channel.code, code=bank.code, place=at, name=bank.name,
                full_name=bank.full_name, kind=bank.kind, mark=bank.mark,
            )
            for at, bank in enumerate(channel.banks)
        )  # fmt: skip
    await session.flush()


async def read_channel(
    session: AsyncSession, code: str, bank_code: str | None
) -> ChannelInfo | None:
    """Return one channel, with the one bank that a payer chose; None if there is no such channel.

    Plain SQL: measured by P2.
    """
    if "\0" in f"{code}{bank_code}":
        return None  # No row of PostgreSQL holds a zero character.
    row = await driver.fetchrow(session, _CHANNEL, code, bank_code)
    if row is None:
        return None
    bank = (
        None
        if row["bank_code"] is None
        else Bank(
            row["bank_code"], row["bank_name"], row["full_name"], row["bank_kind"], row["mark"]
        )
    )
    return ChannelInfo(
        code=PaymentChannel(row["code"]), name=row["name"], kind=row["kind"],
        min_vnd=row["min_vnd"], max_vnd=row["max_vnd"], banks=() if bank is None else (bank,),
    )  # fmt: skip


async def read_channels(session: AsyncSession) -> Sequence[ChannelInfo]:
    """Return the channels in their order, each with the banks it reaches."""
    banks: dict[PaymentChannel, list[Bank]] = defaultdict(list)
    for row in await session.scalars(select(BankRow).order_by(BankRow.place)):
        banks[row.channel].append(Bank(row.code, row.name, row.full_name, row.kind, row.mark))
    rows = await session.scalars(select(ChannelRow).order_by(ChannelRow.place))
    return [
        ChannelInfo(
            code=row.code, name=row.name, kind=row.kind, min_vnd=row.min_vnd, max_vnd=row.max_vnd,
            banks=tuple(banks[row.code]),
        )
        for row in rows
    ]  # fmt: skip
