"""Agencies and procedures from the text of a CSV file with a header line. Pure."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Final

from pydantic import TypeAdapter

from dossier.domain.agency import Agency, Procedure, publication_of
from shared.contracts.parts import Account, AgencyCode, PaymentTiming
from shared.errors import DomainError, Kind

_IS_TREASURY: Final = {"yes": True, "no": False}
_AGENCY_CODE: Final[TypeAdapter[str]] = TypeAdapter(AgencyCode)


class BadDataFileError(DomainError):
    """A data file is not what its header promises; ``detail`` names the line."""

    kind = Kind.INVALID
    code = "data-file-invalid"
    title = "Tệp dữ liệu chưa đúng"


def read_agencies(text: str) -> list[Agency]:
    """Return the agencies; an empty field is unknown. Lines of one code are its accounts."""
    found: dict[str, Agency] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            agency = _agency(row)
            _AGENCY_CODE.validate_python(agency.agency_code)
            publication_of(agency)  # What cannot be said is refused before anything is stored.
        except (KeyError, ValueError) as error:
            raise BadDataFileError(f"agencies, line {number}") from error
        if not _is_sound(agency):
            raise BadDataFileError(f"agencies, line {number}: its last day or its successor")
        first = found.get(agency.agency_code)
        accounts = () if first is None else first.accounts
        found[agency.agency_code] = replace(agency, accounts=(*accounts, *agency.accounts))
    return list(found.values())


def read_procedures(text: str) -> list[Procedure]:
    """Return the procedures."""
    found: list[Procedure] = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            procedure = Procedure(
                procedure_code=row["procedure_code"],
                name=row["name_vi"],
                field_name=row["field_vi"],
                payment_timing=PaymentTiming(row["payment_timing_default"]),
            )
        except (KeyError, ValueError) as error:
            raise BadDataFileError(f"procedures, line {number}") from error
        found.append(procedure)
    return found


def _agency(row: dict[str, str]) -> Agency:
    return Agency(
        agency_code=row["agency_code"],
        name=row["name"],
        parent_code=row["parent_code"] or None,
        tax_code=row["tax_code"] or None,
        address=row["address"] or None,
        phone=row["phone"] or None,
        territory_code=row["territory_code"] or None,
        accounts=_account(row),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        succeeded_by=row["succeeded_by"] or None,
    )


def _is_sound(agency: Agency) -> bool:
    """Tell whether the agency ends after it begins, and only then has a successor."""
    if agency.valid_to is None:
        return agency.succeeded_by is None
    return agency.valid_from <= agency.valid_to and agency.succeeded_by != agency.agency_code


def _account(row: dict[str, str]) -> tuple[Account, ...]:
    if not row["account_number"]:
        return ()
    account = Account(
        ref=row["account_ref"],
        bin=row["account_bin"],
        number=row["account_number"],
        holder=row["account_holder"],
        treasury=_IS_TREASURY[row["account_treasury"]],
    )
    return (account,)
