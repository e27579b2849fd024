"""What the province tells us: raw bytes verified and translated into our words. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from dossier.adapters.province import messages, translate, words
from dossier.domain.days import DayStatement
from dossier.domain.dossier import StatedDossier
from dossier.domain.partner import Answer
from dossier.domain.search import toneless
from shared.contracts.dossier import PartnerAnswer
from shared.contracts.envelope import CODE_PATTERN
from shared.contracts.party import PartyStated
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code

M = TypeVar("M", bound=BaseModel)

UNKNOWN: Final = "unknown"
"""Stands for the dossier of a message that names none."""

_AGENCY: Final = re.compile(rf"(?=.*[A-Z]){words.AGENCY_PATTERN}", re.ASCII)
"""An agency's id; digits alone may be a person's number."""
_LIKE_A_CODE: Final = re.compile(r"(?=.*[a-z])(?=.*\d)[^a-z]*(?:[a-z]{1,3}[^a-z]+)*[a-z]{0,3}")
"""Letters and digits, as names and numbers of people have not, and no word of four letters."""
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}", re.ASCII)
"""What a sender's id may look like; words in its place are not echoed."""
_INSTANT: Final[TypeAdapter[datetime]] = TypeAdapter(words.Instant)

_REASONS: Final = {
    "missing": "field-missing",
    "string_type": "text-expected",
    "int_type": "number-expected",
    "int_from_float": "number-expected",
    "list_type": "list-expected",
    "tuple_type": "list-expected",
    "model_type": "object-expected",
    "model_attributes_type": "object-expected",
    "literal_error": "unknown-value",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "string_too_long": "too-long",
    "too_long": "too-long",
    "string_pattern_mismatch": "code-invalid",
}
"""Pydantic's words for what is wrong, in ours; a custom error of ``words`` is its own reason."""


@dataclass(frozen=True)
class Refusal:
    """Why a message is refused, and what of it could still be read."""

    reason_code: str
    field: str
    message_id: str | None
    dossier_code: str
    """In its stored form; ``unknown`` where the message names none."""
    written_code: str | None
    """As the province wrote it, where it looks like a code; a name in its place is not echoed."""
    agency_code: str
    """The receiving agency; ``-`` where it cannot be read."""

    @property
    def detail(self) -> str:
        """Return reason and field, without any value."""
        return f"{self.reason_code}:{self.field}"


class RefusedError(Exception):
    """The message is refused; not a DomainError, because the door answers it and goes on."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


@dataclass(frozen=True)
class Stated:
    """One whole dossier, and its people."""

    message: StatedDossier
    party: PartyStated


def read_dossier_message(
    value: bytes | None, *, sent_at: datetime, key: str | None = None
) -> Stated | DayStatement:
    """Return what a message of ``tthc.dossier`` says; raise RefusedError where it is bad.

    ``sent_at`` orders what gives neither NgayCapNhat nor ``time``. Where ``key`` or subject names
    another dossier than MaHoSo, nobody knows which is meant; one that names none says nothing.
    """
    body = _object(value)
    if body.get("type") == messages.DAY_TYPE:
        return translate.to_day(_parse(messages.DayTotals, body), _time(body) or sent_at)
    if body.get("type") != messages.DOSSIER_TYPE:
        raise RefusedError(_refusal(body, "unknown-type", "type"))
    stated = _parse(messages.Dossier, body)
    for name, said in (("subject", body.get("subject")), ("key", key)):
        if stored_code(said) not in {UNKNOWN, stated.MaHoSo}:
            raise RefusedError(_refusal(body, "dossier-code-differs", name))
    return Stated(
        message=translate.to_dossier(stated, stated.NgayCapNhat or _time(body) or sent_at),
        party=translate.to_party(stated),
    )


def read_acknowledgement(value: bytes | None) -> tuple[UUID, Answer]:
    """Return which fact is answered, and how; raise RefusedError where it cannot be read."""
    body = _object(value)
    if body.get("type") != messages.ACKNOWLEDGEMENT_TYPE:
        raise RefusedError(_refusal(body, "unknown-type", "type"))
    stated = _parse(messages.Acknowledgement, body)
    try:
        fact_id = UUID(stated.MaSuKien)
    except ValueError as error:
        raise RefusedError(_refusal(body, "code-invalid", "MaSuKien")) from error
    result = PartnerAnswer(stated.KetQua)
    words_given = stated.LyDo if result is PartnerAnswer.ERROR else None
    return fact_id, Answer(result, _reason_code(words_given), words_given)


def refusal_of(value: bytes | None, reason_code: str, field: str) -> Refusal:
    """Return the refusal of a message that was read but breaks a rule of ours."""
    return _refusal(_object(value), reason_code, field)


def _object(value: bytes | None) -> dict[str, Any]:
    try:
        body = json.loads(value or b"")
    except (ValueError, RecursionError) as error:
        raise RefusedError(_refusal({}, "not-json", "-")) from error
    if not isinstance(body, dict):
        raise RefusedError(_refusal({}, "not-json", "-"))
    return body


def _parse(model: type[M], body: dict[str, Any]) -> M:
    try:
        return model.model_validate(body.get("data"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = "field-missing" if first["input"] is None else first["type"]
        field = _path(first["loc"]) or "data"
        raise RefusedError(_refusal(body, _REASONS.get(reason, reason), field)) from None


def _path(places: tuple[int | str, ...]) -> str:
    path = ""
    for place in places:
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if path else place
    return path


def _refusal(body: dict[str, Any], reason_code: str, field: str) -> Refusal:
    data = body.get("data")
    data = data if isinstance(data, dict) else {}
    written = data.get("MaHoSo")
    receiving = data.get("CoQuanTiepNhan")
    agency = receiving.get("Ma") if isinstance(receiving, dict) else None
    message_id = body.get("id")
    return Refusal(
        reason_code=reason_code.replace("_", "-"),
        field=field,
        message_id=_id(message_id),
        dossier_code=stored_code(written),
        written_code=_echo(written),
        agency_code=agency if isinstance(agency, str) and _AGENCY.fullmatch(agency) else "-",
    )


def _short(value: object) -> str | None:
    """Return a text as it came, cut, without what JSON or PostgreSQL cannot hold."""
    if not isinstance(value, str):
        return None
    return value[:100].encode("utf-8", "replace").decode().replace("\x00", "")


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _MESSAGE_ID.fullmatch(value) else None


def _echo(written: object) -> str | None:
    short = _short(written)
    if not short:
        return short
    return short if short is not None and _LIKE_A_CODE.fullmatch(toneless(short)) else None


def stored_code(written: object) -> str:
    """Return the code as we store it; ``unknown`` where ``written`` is none."""
    try:
        return parse_dossier_code(written) if isinstance(written, str) else UNKNOWN
    except InvalidDossierCodeError:
        return UNKNOWN


def _time(body: dict[str, Any]) -> datetime | None:
    if body.get("time") is None:
        return None
    try:
        return _INSTANT.validate_python(body["time"])
    except ValidationError as error:
        reason = error.errors()[0]["type"]
        raise RefusedError(_refusal(body, reason, "time")) from None


def _reason_code(text: str | None) -> str | None:
    """Return the province's reason where it is a code; its words stay in our own table."""
    if text is None:
        return None
    return text if re.fullmatch(CODE_PATTERN, text) else "other"
