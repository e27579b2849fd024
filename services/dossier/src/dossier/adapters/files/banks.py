"""Names of banks and wallets by the codes that facts carry. Data of the package."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


@lru_cache
def bank_names() -> Mapping[str, str]:
    """Return short names by BIN; a wallet without one by its name in plain letters."""
    text = (files("dossier") / "data" / "banks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["bin"] or _plain(row["short_name"]): row["short_name"] for row in rows}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode().lower())
