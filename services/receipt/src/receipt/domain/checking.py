"""Is this receipt real (xác minh): what a file says, against what we keep, gives one judgement.

Only what the check page shows to everybody is compared: amount and day. Comparing a name would
let a stranger find a payer by guessing.
"""

from dataclasses import dataclass
from enum import StrEnum

from receipt.domain.lifecycles import ReceiptStatus
from receipt.domain.receipt import Receipt
from receipt.domain.uploads import Kept, Problem, Seal, Told
from shared.days import vietnam_day


class Result(StrEnum):
    """What the public check of a receipt says."""

    VALID = "valid"
    REPLACED = "replaced"
    """It is ours, and another receipt has taken its place (biên lai thay thế)."""
    UNKNOWN = "unknown"
    """Not ours."""
    ALTERED = "altered"
    """Ours by its number, but the file is not the one that we made."""


class Difference(StrEnum):
    """In what a file is not the one that we made."""

    BYTES = "bytes"
    ADDED = "added"
    """It is our file with something added at its end."""
    SIGNATURE_BROKEN = "signature_broken"
    SIGNED_BY_ANOTHER = "signed_by_another"
    NOT_SIGNED = "not_signed"
    AMOUNT = "amount"
    DAY = "day"
    NO_FILE_YET = "no_file_yet"
    """The receipt has no file so far, so this cannot be it."""


@dataclass(frozen=True)
class Judgement:
    """The answer, and why."""

    result: Result
    differences: tuple[Difference, ...] = ()
    problem: Problem | None = None


def judge_place(receipt: Receipt | None) -> Judgement:
    """Judge symbols and a number; also a file that is, byte for byte, the one of ``receipt``."""
    if receipt is None:
        return Judgement(Result.UNKNOWN)
    replaced = receipt.status is ReceiptStatus.REPLACED
    return Judgement(Result.REPLACED if replaced else Result.VALID)


def judge_other_file(told: Told, receipt: Receipt | None, kept: Kept | None) -> Judgement:
    """Judge a file whose bytes are not those that we keep; ``receipt`` is the one it names.

    ``kept`` is that receipt's own file, if there is one. XML that a program only wrote anew around
    what is signed is as good as ours: the signature says so, and the data say that they are a
    receipt. A PDF says so to nobody but its reader; another paper of ours may name the number too.
    """
    if receipt is None:
        return Judgement(Result.UNKNOWN, problem=told.problem)
    if kept is None:
        return Judgement(Result.ALTERED, (Difference.NO_FILE_YET, *_content(told, receipt)))
    seal, content = _seal(told, kept), _content(told, receipt)
    if told.is_data and told.seal is Seal.WHOLE and not seal and not content:
        return judge_place(receipt)
    return Judgement(Result.ALTERED, (Difference.BYTES, *seal, *content))


def _seal(told: Told, kept: Kept) -> tuple[Difference, ...]:
    if kept.begins_the_other:
        return (Difference.ADDED,)
    if told.seal is Seal.BROKEN:
        return (Difference.SIGNATURE_BROKEN,)
    if told.seal is Seal.WHOLE and told.certificate != kept.certificate:
        return (Difference.SIGNED_BY_ANOTHER,)
    if told.seal is Seal.NONE and kept.seal is not Seal.NONE:
        return (Difference.NOT_SIGNED,)
    return ()


def _content(told: Told, receipt: Receipt) -> tuple[Difference, ...]:
    found = []
    if told.total_vnd not in {None, receipt.fact.total_vnd}:
        found.append(Difference.AMOUNT)
    if told.issued_on not in {None, vietnam_day(receipt.fact.issued_at)}:
        found.append(Difference.DAY)
    return tuple(found)
