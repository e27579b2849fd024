"""Money that left by a channel's file, held against our refunds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from payment_gateway.domain.reconciling import Finding, Known
from shared.contracts.money import DifferenceKind


@dataclass(frozen=True)
class Debit:
    """A row of a file that says that money left."""

    line_no: int
    channel_reference: str
    amount_vnd: int


@dataclass(frozen=True)
class OurRefund:
    """A refund that was paid, under the reference that its channel or bank gave it."""

    channel_reference: str
    amount_vnd: int
    agency_code: str
    dossier_code: str | None


def compare_debits(
    debits: Iterable[Debit], ours: Mapping[str, OurRefund], *, owner: str, only_known: bool
) -> list[Finding]:
    """Return one finding per row; ``only_known``: other money leaves this account too, as it may.

    A row without a refund of ours, or of another amount than it, is a difference: money left that
    nobody here approved. Refunds are counted apart from what came in.
    """
    found: list[Finding] = []
    for debit in debits:
        refund = ours.get(debit.channel_reference)
        if refund is None and only_known:
            continue
        agency = owner if refund is None else refund.agency_code
        dossier = None if refund is None else refund.dossier_code
        known = None if dossier is None else Known(None, dossier, agency)
        ours_vnd = None if refund is None else refund.amount_vnd
        found.append(
            Finding(
                debit.channel_reference, 0, _kind(debit.amount_vnd, ours_vnd), agency,
                ours_vnd, debit.amount_vnd, known=known, kept_line_no=debit.line_no,
            )
        )  # fmt: skip
    return found


def _kind(theirs_vnd: int, ours_vnd: int | None) -> DifferenceKind | None:
    if ours_vnd is None:
        return DifferenceKind.THERE_NOT_HERE
    if theirs_vnd == ours_vnd:
        return None
    return DifferenceKind.OVER if theirs_vnd > ours_vnd else DifferenceKind.SHORT
