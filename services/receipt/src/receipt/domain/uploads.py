"""What a file that somebody hands in says of itself. Imports little: the child loads it too."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from receipt.domain.places import Place


class Seal(StrEnum):
    """What the digital signature in a file says of that file (chữ ký số)."""

    NONE = "none"
    WHOLE = "whole"
    """Somebody signed it, and all of it is what was signed."""
    BROKEN = "broken"
    """It is signed, and is not, or not all, what was signed."""


class Problem(StrEnum):
    """Why nothing could be read in a file; no file of ours has any of these."""

    EMPTY = "empty"
    NEITHER_PDF_NOR_XML = "neither_pdf_nor_xml"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_COSTLY = "too_costly"
    """It would cost more time or memory than a receipt does."""
    NO_NUMBER = "no_number"
    """It can be read, but no symbols and number of a receipt stand in it."""


@dataclass(frozen=True)
class Told:
    """What a file says of itself; ``problem`` where nothing could be read."""

    problem: Problem | None = None
    place: Place | None = None
    total_vnd: int | None = None
    issued_on: date | None = None
    is_data: bool = False
    """It is an XML, to be compared with the XML that we keep; else a PDF."""
    seal: Seal = Seal.NONE
    certificate: str | None = None
    """SHA-256 of the certificate that it was signed with; whose it is, the kept file tells."""


@dataclass(frozen=True)
class Kept:
    """The file that we keep of the receipt that another file names."""

    seal: Seal
    certificate: str | None
    begins_the_other: bool
    """The other one is this file with something added."""
