"""Agencies (cơ quan) and procedures (thủ tục hành chính) as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.contracts.dossier import AgencyPublished
from shared.contracts.parts import Account, Payee, PaymentTiming


@dataclass(frozen=True)
class Agency:
    """An agency as its administrator entered it; what is unknown is None and waits."""

    agency_code: str
    name: str
    parent_code: str | None
    tax_code: str | None
    address: str | None
    phone: str | None
    territory_code: str | None
    accounts: tuple[Account, ...]
    valid_from: date
    valid_to: date | None
    succeeded_by: str | None


@dataclass(frozen=True)
class Procedure:
    """A procedure as the national list names it."""

    procedure_code: str
    name: str
    field_name: str
    payment_timing: PaymentTiming


def in_force(code: str | None, known: Mapping[str, Agency], *, today: date) -> Agency | None:
    """Return the agency that does on ``today`` what is said of ``code``: itself, or its successor.

    An agency is there until its last day (``valid_to``); then whoever succeeded it is asked, as
    often as agencies were merged. None where nobody did, or where it is unknown: nothing is
    guessed (ADR 9).
    """
    passed: set[str] = set()
    while code is not None and code not in passed:
        agency = known.get(code)
        if agency is None or not has_ended(agency, today=today):
            return agency
        passed.add(code)
        code = agency.succeeded_by
    return None


def has_ended(agency: Agency, *, today: date) -> bool:
    """Tell whether the last day of ``agency`` is past."""
    return agency.valid_to is not None and agency.valid_to < today


def payee_of(agency: Agency | None) -> Payee | None:
    """Return the agency as receipts print it; None while anything a receipt needs is unknown.

    Its first account collects.
    """
    published = None if agency is None else publication_of(agency)
    if published is None:
        return None
    return Payee(
        agency_code=published.agency_code,
        name=published.name,
        tax_code=published.tax_code,
        address=published.address,
        phone=published.phone,
        account=published.accounts[0],
    )


def publication_of(agency: Agency) -> AgencyPublished | None:
    """Return the fact about ``agency``; None while it is incomplete."""
    known = (agency.tax_code, agency.address, agency.phone, agency.territory_code)
    if None in known or not agency.accounts:
        return None
    return AgencyPublished.model_validate(
        {
            "agency_code": agency.agency_code,
            "name": agency.name,
            "parent_code": agency.parent_code,
            "tax_code": agency.tax_code,
            "address": agency.address,
            "phone": agency.phone,
            "territory_code": agency.territory_code,
            "accounts": agency.accounts,
            "valid_from": agency.valid_from,
            "valid_to": agency.valid_to,
            "succeeded_by": agency.succeeded_by,
        }
    )
