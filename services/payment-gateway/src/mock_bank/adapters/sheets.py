"""CSV as the wallets and banks of this mock write it: UTF-8, CRLF, quoted where needed."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_of(lines: Iterable[Sequence[str]]) -> bytes:
    """Return ``lines`` as a file."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(lines)
    return file.getvalue().encode()
