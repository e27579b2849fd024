"""A receipt (biên lai) and its file, as they stand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from receipt.domain.lifecycles import FileStatus, ReceiptStatus, is_stored
from receipt.domain.payer import Payer
from receipt.domain.places import Place
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReceiptIssued


@dataclass(frozen=True)
class ReceiptFile:
    """The file of a receipt; names and hashes once it is stored."""

    status: FileStatus
    name: str | None
    sha256: str | None
    xml_name: str | None = None
    """The signed XML beside it; the first receipts have none."""
    xml_sha256: str | None = None
    error_code: str | None = None
    """Why the last try failed; None once it is stored."""
    signed_at: datetime | None = None
    certificate_serial: str | None = None

    @property
    def is_stored(self) -> bool:
        """Tell whether the file can be read."""
        return is_stored(self.status)


@dataclass(frozen=True)
class Receipt:
    """One receipt as it is shown."""

    fact: ReceiptIssued
    status: ReceiptStatus
    file: ReceiptFile
    collector_code: str
    payer: Payer | None = None
    """As printed; for staff who may open the file anyway."""
    successor: ReceiptIssued | None = None
    """The receipt that replaces it."""
    refunded_vnd: int = 0
    """What of it went back and is marked beside it."""

    @property
    def replaced_by(self) -> UUID | None:
        """Return the id of its successor."""
        return None if self.successor is None else self.successor.receipt_id

    @property
    def successor_place(self) -> Place | None:
        """Return where its successor stands."""
        fact = self.successor
        if fact is None:
            return None
        return Place(fact.issuer.tax_code, fact.form_symbol, fact.serial_symbol, fact.number)

    @property
    def replaced_place(self) -> Place | None:
        """Return where the receipt stands that it replaces."""
        old = self.fact.replaced
        if old is None:
            return None
        tax_code = self.fact.issuer.tax_code
        return Place(tax_code, old.form_symbol, old.serial_symbol, old.number)

    @property
    def is_wholly_refunded(self) -> bool:
        """Tell whether all that it states went back."""
        return self.refunded_vnd >= self.fact.total_vnd

    @property
    def receipt_id(self) -> UUID:
        """Return its id, which the links to it carry."""
        return self.fact.receipt_id

    @property
    def place(self) -> Place:
        """Return where it stands, for everybody to ask."""
        fact = self.fact
        return Place(fact.issuer.tax_code, fact.form_symbol, fact.serial_symbol, fact.number)


@dataclass(frozen=True)
class FileWork:
    """A file that is to be made now."""

    fact: ReceiptIssued
    payer: Payer | None
    cause: Cause
    agency_code: str
    """The receiving agency's."""
    render_sha256: str | None = None
    """Of what an earlier try printed; printing again gives the same."""

    @property
    def tax_code(self) -> str:
        """Return the collector's, which says whose certificate signs."""
        return self.fact.issuer.tax_code


@dataclass(frozen=True)
class Rendered:
    """A receipt as it is printed, before it is signed."""

    pdf: bytes
    data: bytes | None
    """Its XML, which the PDF carries; None for the first template, which had none."""
    sha256: str
    """Of the PDF."""


@dataclass(frozen=True)
class Signed:
    """Both files of a receipt, each with its signature."""

    pdf: bytes
    xml: bytes | None
    signed_at: datetime
    certificate_serial: str


@dataclass(frozen=True)
class MadeFile:
    """Files that lie in the store."""

    name: str
    pdf_sha256: str
    xml_name: str | None
    xml_sha256: str | None
    signed_at: datetime
    certificate_serial: str


@dataclass(frozen=True)
class Progress:
    """How far one try came."""

    render_sha256: str | None = None
    is_signed: bool = False
