"""Refunds proposed, messages kept: what a person decides later."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import refunds
from payment_gateway.tables.monies import KeptCallbackRow, RefundRow
from shared.contracts.money import RefundProposed
from shared.contracts.parts import PaymentChannel


async def insert_refund(session: AsyncSession, proposed: RefundProposed, *, now: datetime) -> bool:
    """Store a proposed refund; False if the money has an open one already."""
    statement = (
        insert(RefundRow)
        .values(
            id=proposed.refund_id, money_id=proposed.money_id, payable_id=proposed.payment_id,
            scope=proposed.scope, lines=[line.model_dump(mode="json") for line in proposed.lines],
            amount_vnd=proposed.amount_vnd, status=refunds.LIFECYCLE.initial,
            reason_code=proposed.reason_code, proposed_by=proposed.by, proposed_at=now,
            agency_code=proposed.agency_code,
        )
        .on_conflict_do_nothing()
        .returning(RefundRow.id)
    )  # fmt: skip
    return await session.scalar(statement) is not None


async def keep_callback(
    session: AsyncSession, channel: PaymentChannel, raw: bytes, *, reason_code: str, now: datetime
) -> None:
    """Keep a genuine message as it came; the same message is kept once."""
    statement = insert(KeptCallbackRow).values(
        sha256=hashlib.sha256(raw).hexdigest(), channel=channel, reason_code=reason_code,
        received_at=now, raw=raw,
    )  # fmt: skip
    await session.execute(statement.on_conflict_do_nothing())


async def kept_callbacks(session: AsyncSession, *, limit: int = 50) -> Sequence[KeptCallbackRow]:
    """Return the newest messages that wait for a person."""
    statement = select(KeptCallbackRow).order_by(KeptCallbackRow.received_at.desc()).limit(limit)
    return (await session.scalars(statement)).all()
