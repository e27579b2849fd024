"""The decision tables, a file per subject; rows carry no behaviour."""

from receipt.tables.model import Base
from receipt.tables.people import AgencyRow, PartyRow
from receipt.tables.receipts import ReceiptFileRow, ReceiptRow
from receipt.tables.series import SeriesRow

__all__ = ["AgencyRow", "Base", "PartyRow", "ReceiptFileRow", "ReceiptRow", "SeriesRow"]
