"""Publishing tariffs, and reading the published list."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from fee import repository
from fee.domain import tariff as domain
from fee.domain.tariff import (
    Tariff,
    TariffChangedError,
    TariffFilter,
    TariffInvalidError,
    TariffTrigger,
)
from fee.tables import TariffRow
from shared.contracts.envelope import Cause
from shared.contracts.fee import Certainty, TariffPublished
from shared.outbox import Emission, emit_all

EVERYWHERE: Final = "VN"
"""Stands for the agency of a tariff that holds in every territory."""


@dataclass(frozen=True)
class TariffPage:
    """One page of the list; ``next_after`` names where the next one begins."""

    tariffs: Sequence[Tariff]
    next_after: str | None
    counts: Mapping[Certainty, int]


async def publish_tariffs(
    session: AsyncSession, tariffs: Sequence[Tariff], *, cause: Cause, now: datetime
) -> int:
    """Approve and publish the rows that are new, and the last days newly set; return how many.

    Safe to repeat: a row that is known as it stands changes nothing. A known row with another
    amount, key or basis is refused, because assessments rest on it (TariffChangedError).
    """
    domain.check_all(tariffs)
    status = domain.LIFECYCLE.next(domain.LIFECYCLE.initial, TariffTrigger.APPROVE)
    worded = [(tariff, _words(tariff)) for tariff in tariffs]
    new = await repository.insert_tariffs(session, worded, status=status)
    known = await repository.lock_tariffs(session, [t.code for t in tariffs if t.code not in new])
    published = [t for t in tariffs if t.code in new or _ends_newly(t, known.get(t.code))]
    emissions = [
        Emission(_published(tariff), cause, tariff.territory_code or EVERYWHERE)
        for tariff in published
    ]
    await emit_all(session, emissions, now=now)
    return len(published)


async def list_tariffs(session: AsyncSession, wanted: TariffFilter, *, typed: str) -> TariffPage:
    """Return a page of the list; ``typed`` is searched without tone marks in names and codes."""
    narrowed = replace(wanted, words=tuple(toneless(typed).split()))
    rows = await repository.list_tariffs(session, narrowed)
    shown = rows[: wanted.limit]
    return TariffPage(
        tariffs=shown,
        next_after=shown[-1].code if len(rows) > len(shown) else None,
        counts=await repository.count_tariffs(session),
    )


def toneless(text: str) -> str:
    """Return ``text`` in lower case and without Vietnamese tone marks: "Hộ tịch" is "ho tich"."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _ends_newly(tariff: Tariff, row: TariffRow | None) -> bool:
    """Set the last day that a published row has got; False if it stands as it was."""
    if row is None:
        raise TariffInvalidError(f"{tariff.code}: another row has the same key and first day")
    known = repository.to_tariff(row)
    if replace(tariff, id=known.id) == known:
        return False
    if replace(tariff, id=known.id, valid_to=None) != replace(known, valid_to=None):
        raise TariffChangedError(f"{tariff.code} is published and differs", tariff_code=tariff.code)
    row.valid_to = tariff.valid_to
    return True


def _words(tariff: Tariff) -> str:
    parts = (
        tariff.code,
        tariff.fee_code,
        tariff.fee_name,
        tariff.variant_name,
        tariff.procedure_code,
        tariff.territory_code,
        tariff.payer_group,
        tariff.legal_basis,
    )
    return toneless(" ".join(part for part in parts if part))


def _published(tariff: Tariff) -> TariffPublished:
    return TariffPublished(
        tariff_id=tariff.id,
        tariff_code=tariff.code,
        fee_code=tariff.fee_code,
        fee_name=tariff.fee_name,
        kind=tariff.kind,
        variant_name=tariff.variant_name,
        unit=tariff.unit,
        exemption_reason_code=tariff.exemption_reason_code,
        certainty=tariff.certainty,
        procedure_code=tariff.procedure_code,
        variant=tariff.variant,
        channel=tariff.channel,
        territory_code=tariff.territory_code,
        payer_group=tariff.payer_group,
        rule=tariff.rule,
        from_quantity=tariff.from_quantity,
        to_quantity=tariff.to_quantity,
        amount_vnd=tariff.amount_vnd,
        valid_from=tariff.valid_from,
        valid_to=tariff.valid_to,
        legal_basis=tariff.legal_basis,
    )
