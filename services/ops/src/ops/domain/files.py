"""The invariant of the files of receipts: I8 of reliability.md.

Only receipt can read its store and print again; it does so by itself and writes down what it
found. Here that is read, and the hashes are compared with those that were said.
"""

from typing import Final

from ops.domain.evidence import Evidence
from ops.domain.findings import Breach, Check, Finding

_FAULTS: Final = {"render-differs": Breach.FILE_RENDERS_OTHERWISE}


def files_are_what_was_said(evidence: Evidence, check: Check) -> Finding:
    """I8: a stored file has its hashes, is signed whole, and prints again to the same bytes."""
    said = evidence.streams.files
    stored = {each.receipt_id: each for each in evidence.files}
    for receipt_id, file in stored.items():
        about = f"receipt {receipt_id}"
        if file.fault is not None:
            check.violated(_FAULTS.get(file.fault, Breach.FILE_DAMAGED), about)
        if receipt_id not in said:
            check.missing(Breach.FILE_NOT_SAID, about, since=file.stored_at)
        elif said[receipt_id] != file.hashes:
            check.violated(Breach.FILE_DIFFERS, about)
    for receipt_id in said.keys() - stored.keys():
        check.violated(Breach.FILE_NOT_IN_TABLE, f"receipt {receipt_id}")
    counts = {
        "files": len(stored),
        "read_back": sum(each.checked_at is not None for each in evidence.files),
    }
    return check.finding(
        "I8", "Tệp biên lai còn nguyên như lúc ký, in lại vẫn đúng từng byte", counts
    )
