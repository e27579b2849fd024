"""The view of what lephi.fee last said of a dossier."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain.payables import FeeState, FeeWord
from shared.contracts.envelope import Envelope
from shared.contracts.fee import FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.contracts.parts import FeeKind, Line
from shared.db import driver
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


class FeeStateRow(ViewBase):
    """What lephi.fee last said of a dossier; every column comes from lephi.fee."""

    __tablename__ = "fee_state"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[FeeWord]
    procedure_name: Mapped[str | None]
    agency_name: Mapped[str | None]
    items: Mapped[list[dict[str, Any]] | None]


def _items(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {"kind": line.kind.value, "name": line.name, "amount_vnd": line.amount_vnd}
        for line in lines
    ]


def fee_said(
    event: Envelope[FeePending] | Envelope[FeeAssessed] | Envelope[FeeExempted], word: FeeWord
) -> Iterator[Put]:
    """Note what is said of a dossier's fee."""
    fact = event.data
    yield Put(
        row=FeeStateRow,
        key={"dossier_code": fact.dossier_code},
        columns={
            "word": word,
            "procedure_name": fact.context.procedure_name,
            "agency_name": fact.context.agency_name,
            "items": _items(fact.lines),
        },
    )


def fee_pending(event: Envelope[FeePending]) -> Iterator[Put]:
    """Note that no amount can be said yet."""
    yield from fee_said(event, FeeWord.PENDING)


def fee_assessed(event: Envelope[FeeAssessed]) -> Iterator[Put]:
    """Note that an amount is due; its payable is on the way."""
    yield from fee_said(event, FeeWord.ASSESSED)


def fee_exempted(event: Envelope[FeeExempted]) -> Iterator[Put]:
    """Note that nothing is due, and why is fee's to show."""
    yield from fee_said(event, FeeWord.EXEMPTED)


def fee_withdrawn(event: Envelope[FeeWithdrawn]) -> Iterator[Put]:
    """Note that an assessment ended; names and lines stay as they were said."""
    yield Put(
        row=FeeStateRow,
        key={"dossier_code": event.data.dossier_code},
        columns={"word": FeeWord.WITHDRAWN},
    )


_SAID: Final = """SELECT word, procedure_name, agency_name, items FROM view.fee_state
 WHERE dossier_code = $1"""


async def fee_state(reading: driver.Reading, dossier_code: str) -> FeeState | None:
    """Return what lephi.fee last said of a dossier; None if it said nothing."""
    row = await driver.fetchrow(reading, _SAID, dossier_code)
    if row is None:
        return None
    items = tuple(
        (FeeKind(each["kind"]), str(each["name"]), int(each["amount_vnd"]))
        for each in row["items"] or []
    )
    word = FeeWord(row["word"])
    return FeeState(word, row["procedure_name"] or "", row["agency_name"] or "", items)


FEE_STATE: Final = View(
    name="fee-state",
    version=1,
    rows=(FeeStateRow,),
    folds=(
        fold(FeePending, fee_pending),
        fold(FeeAssessed, fee_assessed),
        fold(FeeExempted, fee_exempted),
        fold(FeeWithdrawn, fee_withdrawn),
    ),
)
