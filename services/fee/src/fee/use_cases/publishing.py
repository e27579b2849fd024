"""Putting tariffs in force: the published list at start, and what every publication brings."""

import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain import tariff as domain
from fee.domain.checking import check_all
from fee.domain.tariff import (
    Tariff,
    TariffChangedError,
    TariffInvalidError,
    TariffOrigin,
    TariffTrigger,
)
from fee.repository import assessments
from fee.repository import tariffs as repository
from fee.tables import ReassessmentRow, TariffRow
from shared.contracts.envelope import Cause
from shared.contracts.fee import TariffPublished
from shared.ids import new_id
from shared.outbox import Emission, emit_all

EVERYWHERE: Final = "VN"
"""Stands for the agency of a tariff that holds in every territory."""


@dataclass(frozen=True)
class Taken:
    """What came of the published list."""

    published: int
    left: Sequence[str]
    """Codes of rows that stand aside, because persons have a tariff of that code or key."""


async def publish_list(
    session: AsyncSession, tariffs: Sequence[Tariff], *, cause: Cause, now: datetime
) -> Taken:
    """Approve and publish the rows that are new, and the last days newly set.

    Safe to repeat: a row that is known as it stands changes nothing. What persons have drafted or
    decided stands, and the list's row is left out. A row of the list itself that comes with
    another amount, key or basis is refused, because assessments rest on it (TariffChangedError).
    """
    check_all(tariffs)
    await repository.close_book(session)
    status = domain.LIFECYCLE.next(domain.LIFECYCLE.initial, TariffTrigger.APPROVE)
    worded = [(tariff, words_of(tariff)) for tariff in tariffs]
    new = await repository.insert_tariffs(session, worded, status=status, approved_at=now)
    known = await repository.lock_tariffs(session, [t.code for t in tariffs if t.code not in new])
    keys = await repository.keys_of_persons(session, {tariff.fee_code for tariff in tariffs})
    left = [t.code for t in tariffs if t.code not in new and _is_persons(t, known, keys)]
    published = [
        tariff
        for tariff in tariffs
        if tariff.code in new
        or (tariff.code not in left and _ends_newly(tariff, known.get(tariff.code)))
    ]
    await say_published(session, published, cause=cause, now=now)
    return Taken(len(published), left)


async def say_published(
    session: AsyncSession, tariffs: Sequence[Tariff], *, cause: Cause, now: datetime
) -> None:
    """Say that ``tariffs`` are in force by their dates, and have dossiers that wait looked at."""
    if not tariffs:
        return
    assessments.insert_reassessment(
        session,
        ReassessmentRow(
            id=new_id(),
            fee_codes=sorted({tariff.fee_code for tariff in tariffs}),
            after="",
            causation_id=cause.causation_id,
            due_at=now,
        ),
    )
    emissions = [
        Emission(_published(tariff), cause, tariff.territory_code or EVERYWHERE)
        for tariff in tariffs
    ]
    await emit_all(session, emissions, now=now)


def toneless(text: str) -> str:
    """Return ``text`` in lower case and without Vietnamese tone marks: "Hộ tịch" is "ho tich"."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def words_of(tariff: Tariff) -> str:
    """Return what ``tariff`` is found by."""
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


def _is_persons(
    tariff: Tariff, known: Mapping[str, TariffRow], keys: Container[tuple[object, ...]]
) -> bool:
    row = known.get(tariff.code)
    if row is None:
        return tariff.key in keys
    return row.origin is TariffOrigin.PERSON


def _ends_newly(tariff: Tariff, row: TariffRow | None) -> bool:
    """Set the last day that a published row has got; False if it stands as it was."""
    if row is None:
        raise TariffInvalidError(f"{tariff.code}: another row has the same key and first day")
    known = repository.to_tariff(row)
    if replace(tariff, id=known.id, valid_to=None) != replace(known, valid_to=None):
        raise TariffChangedError(f"{tariff.code} is published and differs", tariff_code=tariff.code)
    if row.approval_id is not None or tariff.valid_to == known.valid_to:
        return False
    row.valid_to = tariff.valid_to
    return True


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
