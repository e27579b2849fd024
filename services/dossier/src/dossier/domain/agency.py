"""Agencies (cơ quan) and procedures (thủ tục hành chính) as data."""

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
