"""Tariffs as text: the fields of the form, and the lines of the file; both read alike."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from fee.domain.checking import Fault, FaultCode, check
from fee.domain.tariff import Tariff, TariffInvalidError
from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import FeeKind, LegalBasis, OfficialName
from shared.ids import new_id

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_ROWS: Final = 1000

_SERVICE_PRICES: Final = frozenset({"gia_dich_vu", "gia", "service_price", "gia dich vu"})
"""Survey, post and the like are prices: invoiced, never receipted (domain.md 5, rule 9)."""
_FORMULA: Final = ("=", "+", "-", "@", "\t")
"""A cell that begins so is a formula to the program that opens an exported list."""


def _no_formula(text: str) -> str:
    if text.startswith(_FORMULA):
        raise PydanticCustomError("formula", "begins like a formula")
    return text


def _number(text: str) -> int:
    """Return the number that ``text`` is, with or without groups: 12000 or 12.000."""
    if not re.fullmatch(r"[0-9]{1,15}|[0-9]{1,3}(\.[0-9]{3}){1,4}", text):
        raise PydanticCustomError("number", "no whole number")
    return int(text.replace(".", ""))


def _day(text: str) -> date:
    """Return the day that ``text`` is, as 2026-11-24 or 24/11/2026."""
    if re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", text):
        day, month, year = text.split("/")
        text = f"{year}-{month:>02}-{day:>02}"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise PydanticCustomError("date", "no day")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "no day of the calendar") from None


_Optional = BeforeValidator(lambda text: text or None)
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
_Name = Annotated[OfficialName, BeforeValidator(_no_formula)]
_Number = Annotated[int, BeforeValidator(_number)]
_Day = Annotated[date, BeforeValidator(_day)]


class TariffLine(BaseModel):
    """One line of a tariff file, as text; its columns are those of the published list."""

    model_config = ConfigDict(extra="forbid")

    tariff_code: _Code
    fee_code: _Code
    fee_kind: FeeKind
    fee_name_vi: _Name
    procedure_code: Annotated[_Code | None, _Optional]
    variant_code: Annotated[_Code | None, _Optional]
    variant_name_vi: Annotated[_Name | None, _Optional]
    channel: TariffChannel
    territory_code: Annotated[_Code | None, _Optional]
    payer_group: Annotated[_Code | None, _Optional]
    rule: TariffRule
    from_quantity: _Number
    to_quantity: Annotated[_Number | None, _Optional]
    unit: TariffUnit
    amount_vnd: _Number
    valid_from: _Day
    valid_to: Annotated[_Day | None, _Optional]
    legal_basis: Annotated[LegalBasis, BeforeValidator(_no_formula)]
    certainty: Certainty
    exemption_reason_code: Annotated[_Code | None, _Optional]

    def to_tariff(self) -> Tariff:
        """Return the tariff that the line describes, under a new id."""
        return Tariff(
            id=new_id(),
            code=self.tariff_code,
            fee_code=self.fee_code,
            kind=self.fee_kind,
            fee_name=self.fee_name_vi,
            procedure_code=self.procedure_code,
            variant=self.variant_code,
            variant_name=self.variant_name_vi,
            channel=self.channel,
            territory_code=self.territory_code,
            payer_group=self.payer_group,
            rule=self.rule,
            from_quantity=self.from_quantity,
            to_quantity=self.to_quantity,
            unit=self.unit,
            amount_vnd=self.amount_vnd,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            legal_basis=self.legal_basis,
            certainty=self.certainty,
            exemption_reason_code=self.exemption_reason_code,
        )


COLUMNS: Final = tuple(TariffLine.model_fields)


@dataclass(frozen=True)
class ReadLine:
    """One line as it was read: a tariff, or what is wrong with it."""

    number: int
    """Which line of the file it ends on; 0 for a form."""
    code: str
    tariff: Tariff | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class ReadFile:
    """A file as it was read; ``faults`` are of the whole, and then there are no lines."""

    lines: tuple[ReadLine, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_line(cells: Mapping[str, str], number: int = 0) -> ReadLine:
    """Return the tariff that ``cells`` describe, or every field's fault."""
    tidy = {name: unicodedata.normalize("NFC", text.strip()) for name, text in cells.items()}
    code = tidy.get("tariff_code", "")
    try:
        tariff = TariffLine.model_validate(tidy).to_tariff()
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        return ReadLine(number, code, None, tuple(_fault(each) for each in details))
    return ReadLine(number, code, tariff, check(tariff))


def read_file(data: bytes) -> ReadFile:
    """Return every line of a CSV file: UTF-8, separated by commas or, as Excel does, semicolons."""
    try:
        rows = _rows(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _refused(FaultCode.NOT_UTF8)
    except csv.Error:
        return _refused(FaultCode.NOT_CSV)
    columns = [cell.strip() for cell in rows[0][1]] if rows else []
    faults = tuple(_column_faults(columns)) if rows else ()
    if faults:
        return ReadFile(faults=faults)
    if len(rows) <= 1:
        return _refused(FaultCode.NO_ROWS)
    if len(rows) > MAX_ROWS + 1:
        return _refused(FaultCode.TOO_MANY_ROWS)
    return ReadFile(tuple(_read_row(columns, number, row) for number, row in rows[1:]))


def read_tariffs(data: bytes) -> list[Tariff]:
    """Return the tariffs of a CSV file; raise TariffInvalidError naming line and column."""
    found = read_file(data)
    for fault in found.faults:
        raise TariffInvalidError(f"{fault.field}: {fault.code}")
    for line in found.lines:
        for fault in line.faults:
            raise TariffInvalidError(f"line {line.number}: {fault.field}: {fault.code}")
    return [line.tariff for line in found.lines if line.tariff is not None]


def write_file(tariffs: Iterable[Tariff]) -> bytes:
    """Return ``tariffs`` as a file that ``read_file`` reads back, and that Excel opens."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells_of(tariff).values() for tariff in tariffs)
    return text.getvalue().encode("utf-8-sig")


def cells_of(tariff: Tariff) -> dict[str, str]:
    """Return what a form or a file shows of ``tariff``, by column."""
    values = (
        tariff.code, tariff.fee_code, tariff.kind, tariff.fee_name, tariff.procedure_code,
        tariff.variant, tariff.variant_name, tariff.channel, tariff.territory_code,
        tariff.payer_group, tariff.rule, tariff.from_quantity, tariff.to_quantity, tariff.unit,
        tariff.amount_vnd, tariff.valid_from, tariff.valid_to, tariff.legal_basis,
        tariff.certainty, tariff.exemption_reason_code,
    )  # fmt: skip
    cells = ("" if value is None else str(value) for value in values)
    return dict(zip(COLUMNS, cells, strict=True))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line that it ends on."""
    head = text.lstrip().partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


def _read_row(columns: Sequence[str], number: int, row: Sequence[str]) -> ReadLine:
    if len(row) > len(columns):
        return ReadLine(number, row[0].strip(), None, (Fault("", FaultCode.EXTRA_CELLS),))
    filled = [*row, *[""] * (len(columns) - len(row))]
    return read_line(dict(zip(columns, filled, strict=True)), number)


def _column_faults(columns: Sequence[str]) -> Iterable[Fault]:
    for column in dict.fromkeys(columns):
        if column not in COLUMNS:
            yield Fault(column[:64], FaultCode.COLUMN_UNKNOWN)
        elif columns.count(column) > 1:
            yield Fault(column, FaultCode.COLUMN_TWICE)
    for column in COLUMNS:
        if column not in columns:
            yield Fault(column, FaultCode.COLUMN_MISSING)


def _refused(code: FaultCode) -> ReadFile:
    return ReadFile(faults=(Fault("", code),))


_OF_TYPE: Final = {
    "number": FaultCode.NUMBER,
    "date": FaultCode.DATE,
    "formula": FaultCode.FORMULA,
    "enum": FaultCode.CHOICE,
    "string_too_long": FaultCode.TOO_LONG,
}
_WORDED: Final = frozenset({"fee_name_vi", "variant_name_vi", "legal_basis"})


def _fault(detail: ErrorDetails) -> Fault:
    field = str(detail["loc"][0])
    typed = str(detail["input"] or "")
    if not typed or detail["type"] == "missing":
        return Fault(field, FaultCode.REQUIRED)
    if field == "fee_kind" and typed.casefold() in _SERVICE_PRICES:
        return Fault(field, FaultCode.SERVICE_PRICE)
    other = FaultCode.CHARACTERS if field in _WORDED else FaultCode.CODE
    return Fault(field, _OF_TYPE.get(detail["type"], other))
