"""The decision tables, a file per subject; rows carry no behaviour."""

from receipt.tables.certificates import SigningCertificateRow
from receipt.tables.corrections import ErrorNoticeRow, NoticeCounterRow, RefundMarkRow
from receipt.tables.daily_tables import (
    DailyTableChangeRow,
    DailyTableLineRow,
    DailyTableRow,
    DailyTableSubmissionRow,
    TaxOutageRow,
)
from receipt.tables.model import Base
from receipt.tables.people import AgencyRow, PartyRow
from receipt.tables.receipts import ReceiptFileRow, ReceiptRow
from receipt.tables.series import AwaitingNumberRow, SeriesRow

__all__ = [
    "AgencyRow",
    "AwaitingNumberRow",
    "Base",
    "DailyTableChangeRow",
    "DailyTableLineRow",
    "DailyTableRow",
    "DailyTableSubmissionRow",
    "ErrorNoticeRow",
    "NoticeCounterRow",
    "PartyRow",
    "ReceiptFileRow",
    "ReceiptRow",
    "RefundMarkRow",
    "SeriesRow",
    "SigningCertificateRow",
    "TaxOutageRow",
]
