"""Tariffs (mức thu): a dated amount for one kind of case, and which of them fits a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import FeeKind, FilingChannel
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class TariffStatus(StrEnum):
    """Where a tariff stands; its dates say when an approved one is in force."""

    DRAFT = "draft"
    APPROVED = "approved"
    DISCARDED = "discarded"
    """A draft that nobody wants any more; its code is not given again."""


class TariffTrigger(StrEnum):
    """What happens to a tariff."""

    EDIT = "edit"
    APPROVE = "approve"
    DISCARD = "discard"
    SET_LAST_DAY = "set_last_day"


LIFECYCLE: Final = Lifecycle(
    initial=TariffStatus.DRAFT,
    steps=(
        Step(TariffStatus.DRAFT, TariffTrigger.EDIT, TariffStatus.DRAFT),
        Step(TariffStatus.DRAFT, TariffTrigger.APPROVE, TariffStatus.APPROVED),
        Step(TariffStatus.DRAFT, TariffTrigger.DISCARD, TariffStatus.DISCARDED),
        Step(TariffStatus.APPROVED, TariffTrigger.SET_LAST_DAY, TariffStatus.APPROVED),
        # No step edits an approved one: assessments rest on it.
    ),
)


class TariffOrigin(StrEnum):
    """Where a tariff came from."""

    LIST = "list"
    """The published list that the deployment hands in."""
    PERSON = "person"
    """Drafted by one person; approved by a second one or not at all."""


class TariffPhase(StrEnum):
    """What a list says of a tariff on a day: its status, and its dates once approved."""

    DRAFT = "draft"
    REQUESTED = "requested"
    UPCOMING = "upcoming"
    IN_FORCE = "in_force"
    ENDED = "ended"
    DISCARDED = "discarded"


class TariffChangedError(DomainError):
    """A published tariff is never edited: a new amount is a new row with its own dates."""

    kind = Kind.CONFLICT
    code = "tariff-changed"
    title = "Mức thu đã công bố không được sửa"


class TariffInvalidError(DomainError):
    """A row of a tariff file cannot be a tariff."""

    kind = Kind.INVALID
    code = "tariff-invalid"
    title = "Dòng biểu phí chưa đúng"


class TariffRequestedError(DomainError):
    """What waits for its second person stays as it was asked for."""

    kind = Kind.CONFLICT
    code = "tariff-requested"
    title = "Mức thu đang chờ duyệt"


class TariffNotFoundError(DomainError):
    """There is no tariff of this code."""

    kind = Kind.NOT_FOUND
    code = "tariff-not-found"
    title = "Không tìm thấy mức thu này"


@dataclass(frozen=True)
class Tariff:
    """One row of the published list; empty key parts hold for any value."""

    id: UUID
    code: str
    fee_code: str
    kind: FeeKind
    fee_name: str
    procedure_code: str | None
    variant: str | None
    variant_name: str | None
    channel: TariffChannel
    territory_code: str | None
    payer_group: str | None
    rule: TariffRule
    from_quantity: int
    to_quantity: int | None
    unit: TariffUnit
    amount_vnd: int
    valid_from: date
    valid_to: date | None
    legal_basis: str
    certainty: Certainty
    exemption_reason_code: str | None

    @property
    def key(self) -> tuple[object, ...]:
        """Return what no two tariffs share."""
        return (
            self.fee_code,
            self.procedure_code,
            self.variant,
            self.channel,
            self.territory_code,
            self.payer_group,
            self.valid_from,
            self.rule,
            self.from_quantity,
        )

    @property
    def specificity(self) -> tuple[bool, bool, bool, bool, bool]:
        """Return how narrowly the row is keyed, the weightiest part first (domain rule 0)."""
        return (
            self.procedure_code is not None,
            self.variant is not None,
            self.territory_code is not None,
            self.payer_group is not None,
            self.channel is not TariffChannel.BOTH,
        )


@dataclass(frozen=True)
class Circumstances:
    """What chooses among the rows of one fee code."""

    procedure_code: str
    variant: str | None
    channel: FilingChannel
    territory_code: str | None
    payer_group: str | None
    filed_on: date
    """The day of filing decides, never the day of payment."""


@dataclass(frozen=True)
class TariffFilter:
    """What a list of tariffs is narrowed by; None: not at all."""

    words: tuple[str, ...] = ()
    certainty: Certainty | None = None
    in_force_on: date | None = None
    phase: TariffPhase | None = None
    today: date | None = None
    """What ``phase`` is reckoned from."""
    after: str | None = None
    """Code of the last row of the page before."""
    limit: int = 50


def phase_of(tariff: Tariff, status: TariffStatus, *, requested: bool, today: date) -> TariffPhase:
    """Return what a list says of ``tariff``: an approved one is in force by its dates alone."""
    if status is TariffStatus.DISCARDED:
        return TariffPhase.DISCARDED
    if status is TariffStatus.DRAFT:
        return TariffPhase.REQUESTED if requested else TariffPhase.DRAFT
    if today < tariff.valid_from:
        return TariffPhase.UPCOMING
    if tariff.valid_to is not None and tariff.valid_to < today:
        return TariffPhase.ENDED
    return TariffPhase.IN_FORCE


def differing(one: Tariff, other: Tariff) -> set[str]:
    """Return in which fields two rows of one code differ, their ids left out."""
    names = (field.name for field in fields(Tariff) if field.name != "id")
    return {name for name in names if getattr(one, name) != getattr(other, name)}


def fits(tariff: Tariff, case: Circumstances) -> bool:
    """Tell whether ``tariff`` is in force on the filing day, each key part equal or general."""
    in_force = tariff.valid_from <= case.filed_on and (
        tariff.valid_to is None or case.filed_on <= tariff.valid_to
    )
    return (
        in_force
        and tariff.procedure_code in {None, case.procedure_code}
        and tariff.variant in {None, case.variant}
        and tariff.territory_code in {None, case.territory_code}
        and tariff.payer_group in {None, case.payer_group}
        and tariff.channel in {TariffChannel.BOTH, TariffChannel(case.channel)}
    )


def most_specific(tariffs: Iterable[Tariff]) -> Sequence[Tariff]:
    """Return the rows that win: the most specific, then the latest; equals count together.

    The order of the key parts is procedure, variant, territory, payer group, channel.
    """
    candidates = sorted(tariffs, key=_rank, reverse=True)
    return [tariff for tariff in candidates if _rank(tariff) == _rank(candidates[0])]


def _rank(tariff: Tariff) -> tuple[tuple[bool, bool, bool, bool, bool], date]:
    return (tariff.specificity, tariff.valid_from)
