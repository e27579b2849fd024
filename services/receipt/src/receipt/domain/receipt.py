"""A receipt (biên lai) and its file, as they stand."""

from dataclasses import dataclass
from uuid import UUID

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.payer import Payer
from receipt.domain.places import Place
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReceiptIssued


@dataclass(frozen=True)
class ReceiptFile:
    """The file of a receipt; name and hash once it is stored."""

    status: FileStatus
    name: str | None
    sha256: str | None

    @property
    def is_stored(self) -> bool:
        """Tell whether the file can be read."""
        return self.status is FileStatus.STORED


@dataclass(frozen=True)
class Receipt:
    """One receipt as it is shown."""

    fact: ReceiptIssued
    status: ReceiptStatus
    file: ReceiptFile
    collector_code: str
    replaced_by: UUID | None = None

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


@dataclass(frozen=True)
class MadeFile:
    """A file that lies in the store."""

    name: str
    render_sha256: str
    pdf_sha256: str
