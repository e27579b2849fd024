"""Lines of a list of dossiers, and the address of each of its pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from dossier.domain.search import Search
from dossier.pages import words
from dossier.views.board import BoardRow
from dossier.views.lines import Asked, Filter, Place
from dossier.views.standing import Standing, standing_of
from shared.days import start_of_day

BOARD_PATH: Final = "/can-bo/ho-so"
_SEPARATOR: Final = "~"
_PAGE: Final = 50


T = TypeVar("T")


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Let what nobody meant, and an empty field of the form, be nothing asked for."""
    try:
        return read(value)
    except ValidationError:
        return None


Given = Annotated[T | None, WrapValidator(_or_none)]


class BoardQuery(BaseModel):
    """What the address of the list says; anything unknown means the beginning of the whole list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tim: Annotated[str, Field(max_length=200)] = ""
    loc: Filter = Filter.ALL
    trang_thai: Given[Annotated[int, Field(ge=1, le=10)]] = None
    thu_tuc: Annotated[str, Field(max_length=40)] = ""
    tu: Given[date] = None
    den: Given[date] = None
    after: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = _PAGE

    @property
    def opens_only_hit(self) -> bool:
        """Tell whether a search that finds one dossier should open it."""
        return self.loc is Filter.ALL and not self.after and not self.is_narrowed

    @property
    def is_narrowed(self) -> bool:
        """Tell whether status, procedure or days are asked for."""
        return any((self.trang_thai, self.thu_tuc, self.tu, self.den))

    def asked(self, agencies: Sequence[str], search: Search | None) -> Asked:
        """Return what is looked for; the last day is asked for as a whole."""
        until = None if self.den is None else self.den + timedelta(days=1)
        return Asked(
            agencies=agencies,
            limit=self.limit,
            show=self.loc,
            search=search,
            after=self.place(),
            status=self.trang_thai,
            procedure_code=self.thu_tuc or None,
            filed_from=None if self.tu is None else start_of_day(self.tu),
            filed_before=None if until is None else start_of_day(until),
        )

    def place(self) -> Place | None:
        """Return where the page begins; None at the beginning."""
        instant, _, dossier_code = self.after.partition(_SEPARATOR)
        try:
            submitted_at = datetime.fromisoformat(instant)
        except ValueError:
            return None
        if submitted_at.tzinfo is None or not dossier_code:
            return None
        return Place(submitted_at, dossier_code)

    def filtered(self, show: Filter) -> str:
        """Return the address of the same search under another filter."""
        return self._address(loc=show.value)

    def first(self) -> str:
        """Return the address of the first page."""
        return self._address(loc=self.loc.value)

    def everything(self) -> str:
        """Return the address of the same search without filters."""
        return f"{BOARD_PATH}?{urlencode({'tim': self.tim})}" if self.tim else BOARD_PATH

    def behind(self, line: BoardRow) -> str:
        """Return the address of the page behind ``line``."""
        at = "" if line.submitted_at is None else line.submitted_at.isoformat()
        return self._address(loc=self.loc.value, after=f"{at}{_SEPARATOR}{line.dossier_code}")

    def _address(self, **parts: str) -> str:
        narrowed = {name: getattr(self, name) for name in ("trang_thai", "thu_tuc", "tu", "den")}
        wanted = {"tim": self.tim, **narrowed, **parts}
        if wanted.get("loc") == Filter.ALL.value:
            del wanted["loc"]
        if self.limit != _PAGE:
            wanted["limit"] = self.limit
        given = {name: value for name, value in wanted.items() if value}
        return f"{BOARD_PATH}?{urlencode(given)}" if given else BOARD_PATH


@dataclass(frozen=True)
class ShownLine:
    """One line of a list, in words."""

    row: BoardRow
    standing: words.Tag
    status: str
    amount_vnd: int | None
    """What is due, else what was paid, else what was assessed; None while unknown."""
    may_pay: bool
    has_receipt: bool
    owner: str | None = None
    """Name of the owner, for staff who need it."""


def lines_to_show(rows: Iterable[BoardRow], owners: Mapping[str, str]) -> list[ShownLine]:
    """Return board lines in the words of the staff, with ``owners`` by code."""
    lines = [_line(row, words.standing_tag(standing_of(row))) for row in rows]
    return [replace(line, owner=owners.get(line.row.dossier_code)) for line in lines]


def own_lines_to_show(rows: Iterable[BoardRow]) -> list[ShownLine]:
    """Return board lines in the words of a citizen."""
    return [_line(row, words.standing_tag_of_citizen(standing_of(row))) for row in rows]


def _line(row: BoardRow, standing: words.Tag) -> ShownLine:
    return ShownLine(
        row=row,
        standing=standing,
        status=words.status_word(row.status),
        amount_vnd=row.due_vnd or row.paid_vnd or row.assessed_vnd,
        may_pay=standing_of(row) is Standing.DUE,
        has_receipt=row.receipts > 0,
    )
