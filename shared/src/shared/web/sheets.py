"""Files for spreadsheets (CSV): UTF-8 with the mark that Excel knows it by, no cell that runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.responses import Response

MARK: Final = b"\xef\xbb\xbf"
"""The beginning of a whole file: without it Excel reads Vietnamese as something else."""
MEDIA_TYPE: Final = "text/csv; charset=utf-8"
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A text that begins so, in full width too, is a formula somewhere (OWASP: CSV Injection)."""


def sheet_of(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Return ``rows`` as a file to save under ``name``, which is plain ASCII."""
    return Response(MARK + as_csv(rows), media_type=MEDIA_TYPE, headers=saved_as(name))


def saved_as(name: str) -> dict[str, str]:
    """Return the headers with which a browser saves the answer under ``name``."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Return ``rows`` as a part of a file, without its mark; None is an empty cell."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet runs; a number stays a number."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell
