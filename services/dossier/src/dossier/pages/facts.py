"""Tab *Thông tin*: the facts of a dossier and its people, as rows of label and value."""

from typing import Any

from dossier.domain.partner import FactState
from dossier.pages import words
from dossier.use_cases.look import Shown
from shared.contracts.party import PartyStated, Person
from shared.web.pages import amount, for_display, translate

Rows = list[tuple[str, Any]]


def fact_rows(shown: Shown) -> Rows:
    """Return what the province stated of the dossier, completed with our own data."""
    dossier = shown.dossier
    collecting = dossier.collecting_agency_name or dossier.collecting_agency
    rows: Rows = [
        (translate("Thủ tục"), dossier.procedure_name),
        (translate("Mã thủ tục"), dossier.procedure_code),
        (translate("Lĩnh vực"), dossier.field_name),
        (translate("Cơ quan tiếp nhận"), dossier.receiving_agency_name),
        (
            translate("Cơ quan giải quyết"),
            dossier.deciding_agency_name or dossier.deciding_agency,
        ),
        (translate("Đơn vị thu"), collecting or translate("Chưa rõ, cần bổ sung")),
        (translate("Cách nộp"), words.filing_word(dossier.channel)),
        (translate("Hình thức thu"), words.timing_word(dossier.payment_timing)),
        (translate("Ngày nộp"), for_display(dossier.submitted_at)),
        (translate("Hẹn trả"), None if dossier.due_at is None else for_display(dossier.due_at)),
    ]
    if dossier.paid_elsewhere is not None:
        collected = amount(dossier.paid_elsewhere["amount_vnd"])
        rows.append((translate("Hệ thống tỉnh đã thu"), collected))
    return [(label, value) for label, value in rows if value]


def people_rows(party: PartyStated | None) -> list[tuple[str, Rows]]:
    """Return owner and payer; one card where they are the same person."""
    if party is None:
        return []
    if party.payer == party.owner:
        return [(translate("Chủ hồ sơ, người nộp"), _person(party.owner))]
    return [
        (translate("Chủ hồ sơ"), _person(party.owner)),
        (translate("Người nộp"), _person(party.payer)),
    ]


def _person(person: Person) -> Rows:
    rows: Rows = [
        (translate("Họ tên"), person.name),
        (translate("Loại"), words.person_kind_word(person.kind)),
        (translate("Số định danh"), masked(person.id_number)),
        (translate("Mã số thuế"), person.tax_code),
        (translate("Điện thoại"), person.phone),
        (translate("Thư điện tử"), person.email),
        (translate("Địa chỉ"), person.address),
    ]
    return [(label, value) for label, value in rows if value]


def masked(id_number: str | None) -> str | None:
    """Return an id number as it is commonly masked: ``0380******28``."""
    if id_number is None:
        return None
    hidden = max(len(id_number) - 6, 0)
    return f"{id_number[:4]}{'*' * hidden}{id_number[-2:]}"


def refusals_to_show(shown: Shown, *, with_words: bool) -> list[dict[str, Any]]:
    """Return what the province answered with an error, and why.

    Its own words may name people: they are for staff who see these anyway.
    """
    return [
        {
            "fact": words.fact_word(fact.fact_type),
            "reason": (fact.reason_text if with_words else None)
            or words.reason_word(fact.reason_code),
            "at": fact.answered_at,
        }
        for fact in shown.partner_facts
        if fact.state is FactState.REFUSED
    ]
