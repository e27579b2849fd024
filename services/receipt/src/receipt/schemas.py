"""Bodies of receipt's JSON and forms."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from receipt.domain.checking import Difference, Result
from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.places import Place, read_place
from receipt.domain.receipt import Receipt
from receipt.domain.uploads import Problem
from receipt.use_cases.verify import Checked
from shared.contracts.parts import FeeKind, PaymentMethod


class Issuer(BaseModel):
    """Who collected, as printed."""

    name: str
    tax_code: str
    address: str


class PrintedLine(BaseModel):
    """One fee of the receipt."""

    name: str
    legal_basis: str | None
    amount_vnd: int


class ReceiptAnswer(BaseModel):
    """Facts of one receipt for its holder; the payer's name stands in the file only."""

    kind: FeeKind
    form_symbol: str
    serial_symbol: str
    number: int
    status: ReceiptStatus
    dossier_code: str
    procedure_name: str
    issuer: Issuer
    lines: list[PrintedLine]
    total_vnd: int
    total_in_words: str
    method: PaymentMethod
    paid_at: datetime
    issued_at: datetime
    check_url: str
    file_status: FileStatus
    pdf_url: str


class FileInTheMaking(BaseModel):
    """The answer 202: the file is being made, ask again after ``Retry-After`` seconds."""

    file_status: FileStatus


class PlaceAsked(BaseModel):
    """The symbols and the number of a receipt, as they are printed."""

    model_config = ConfigDict(extra="forbid")

    issuer_tax_code: Annotated[str, Field(max_length=30)]
    form_symbol: Annotated[str, Field(max_length=30)]
    serial_symbol: Annotated[str, Field(max_length=30)]
    number: Annotated[int, Field(ge=1, le=99_999_999)]


class FileAsked(BaseModel):
    """A receipt's PDF or XML, as multipart/form-data."""

    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]


class PlaceTold(BaseModel):
    """Where a receipt stands, and the public page that checks it."""

    issuer_tax_code: str
    form_symbol: str
    serial_symbol: str
    number: int
    check_path: str


class SignatureTold(BaseModel):
    """Who signed the files that were issued."""

    holder: str | None
    certificate_serial: str
    signed_at: datetime


class Verification(BaseModel):
    """What is public of a receipt: no name, no dossier."""

    result: Result
    differences: list[Difference] = []
    """In what a file is not the one that was issued; with ``altered`` only."""
    problem: Problem | None = None
    """Why nothing could be read in a file; with ``unknown`` only."""
    place: PlaceTold | None = None
    issuer_name: str | None = None
    kind: FeeKind | None = None
    total_vnd: int | None = None
    issued_at: datetime | None = None
    pdf_sha256: str | None = None
    xml_sha256: str | None = None
    signature: SignatureTold | None = None
    replaced_by: PlaceTold | None = None
    replaces: PlaceTold | None = None
    refunded_vnd: int = 0
    """What of it went back; the receipt stays what it is."""


def answer_of(receipt: Receipt, *, pdf_url: str) -> ReceiptAnswer:
    """Return the facts of ``receipt`` for its holder."""
    fact = receipt.fact
    return ReceiptAnswer(
        kind=fact.kind,
        form_symbol=fact.form_symbol,
        serial_symbol=fact.serial_symbol,
        number=fact.number,
        status=receipt.status,
        dossier_code=fact.dossier_code,
        procedure_name=fact.context.procedure_name,
        issuer=Issuer(
            name=fact.issuer.name, tax_code=fact.issuer.tax_code, address=fact.issuer.address
        ),
        lines=[
            PrintedLine(name=line.name, legal_basis=line.legal_basis, amount_vnd=line.amount_vnd)
            for line in fact.lines
        ],
        total_vnd=fact.total_vnd,
        total_in_words=fact.total_in_words,
        method=fact.method,
        paid_at=fact.paid_at,
        issued_at=fact.issued_at,
        check_url=fact.check_url,
        file_status=receipt.file.status,
        pdf_url=pdf_url,
    )


def verification_of(checked: Checked) -> Verification:
    """Return what the public may know."""
    judgement, receipt = checked.judgement, checked.receipt
    told = Verification(
        result=judgement.result,
        differences=list(judgement.differences),
        problem=judgement.problem,
    )
    if receipt is None:
        return told
    fact = receipt.fact
    return told.model_copy(
        update={
            "place": _place_told(receipt.place),
            "issuer_name": fact.issuer.name,
            "kind": fact.kind,
            "total_vnd": fact.total_vnd,
            "issued_at": fact.issued_at,
            "pdf_sha256": receipt.file.sha256,
            "replaced_by": receipt.successor_place and _place_told(receipt.successor_place),
            "replaces": receipt.replaced_place and _place_told(receipt.replaced_place),
            "refunded_vnd": receipt.refunded_vnd,
            "xml_sha256": receipt.file.xml_sha256,
            "signature": checked.signature and SignatureTold(**asdict(checked.signature)),
        }
    )


def place_asked(asked: PlaceAsked) -> Place | None:
    """Return the place that a machine asks about; None if no receipt can be there."""
    place = read_place(
        asked.issuer_tax_code, asked.form_symbol, asked.serial_symbol, str(asked.number)
    )
    return place if isinstance(place, Place) else None


def _place_told(place: Place) -> PlaceTold:
    return PlaceTold(
        issuer_tax_code=place.tax_code,
        form_symbol=place.form_symbol,
        serial_symbol=place.serial_symbol,
        number=place.number,
        check_path=place.path,
    )
