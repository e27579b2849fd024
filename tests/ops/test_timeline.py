"""One dossier's timeline: what happened, and what has not happened yet."""

from datetime import timedelta

from ops.domain.archive import Head
from ops.domain.timeline import Archived, Wait, awaited, entries
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.dossier import (
    DossierReceived,
    PartnerFactAcknowledged,
    PartnerFactSent,
)
from shared.contracts.envelope import Event
from shared.contracts.fee import FeeAssessed, FeePending
from shared.contracts.payment import PaymentRequested, PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from tests.contracts.examples import example_of
from tests.ops.builders import LONG_AGO, a_receipt, a_settled_payment, an_id, head_of, told


def said(fact: Event, number: int) -> Head:
    at = LONG_AGO + timedelta(milliseconds=40 * number)
    return head_of(told(fact, event_id=an_id(number), at=at))


def an_example(event: type[Event], number: int) -> Head:
    return said(example_of(event), number)


def waits(*heads: Head) -> list[Wait]:
    return [each.what for each in awaited(heads)]


def test_given_a_journey_when_it_goes_on_then_only_its_next_step_is_awaited() -> None:
    received = an_example(DossierReceived, 1)
    assessed = an_example(FeeAssessed, 2)
    requested = an_example(PaymentRequested, 3)

    assert waits(received) == [Wait.ASSESSMENT]
    assert waits(received, an_example(FeePending, 2)) == [Wait.TARIFF]
    assert waits(received, assessed) == [Wait.PAYABLE]
    assert waits(received, assessed, requested) == [Wait.PAYER]
    assert waits(received, assessed, requested, an_example(PaymentSettled, 4)) == [Wait.RECEIPT]


def test_given_two_kinds_paid_when_one_receipt_is_issued_then_the_other_is_awaited() -> None:
    settled = said(a_settled_payment(), 1)
    first, second = said(a_receipt("phi"), 2), said(a_receipt("le_phi"), 3)

    assert waits(settled) == [Wait.RECEIPT, Wait.RECEIPT]
    assert waits(settled, first) == [Wait.RECEIPT, Wait.FILE]
    assert waits(first, second, settled) == [Wait.FILE, Wait.FILE]


def test_given_the_file_is_ready_when_asked_then_nothing_is_awaited() -> None:
    issued = an_example(ReceiptIssued, 1)

    assert waits(issued, an_example(ReceiptFileReady, 2)) == []


def test_given_archived_facts_when_listed_then_each_line_tells_its_hop_and_its_figures() -> None:
    heads = [said(a_settled_payment(), 1), said(a_receipt("phi"), 2)]
    archived = [Archived("lephi.payment", 0, 5, LONG_AGO, head) for head in heads]

    paid, receipt = entries(archived)

    assert (paid.name, paid.amount_vnd, paid.detail, paid.after) == (
        "PaymentSettled",
        112_000,
        "TM",
        None,
    )
    assert (receipt.amount_vnd, receipt.detail) == (62_000, "EBL01 26TAA 1")
    assert receipt.after == timedelta(milliseconds=40)


def test_given_any_fact_of_the_catalogue_when_listed_then_it_has_a_line() -> None:
    for number, event in enumerate(EVENT_TYPES.values(), start=1):
        head = an_example(event, number)

        (line,) = entries([Archived("lephi.ops", 0, 0, LONG_AGO, head)])

        assert line.name == event.__name__


def test_given_an_acknowledged_fact_when_it_is_sent_again_then_its_answer_is_awaited_anew() -> None:
    sent, again = an_example(PartnerFactSent, 1), an_example(PartnerFactSent, 3)

    assert waits(sent) == [Wait.PARTNER]
    assert waits(sent, an_example(PartnerFactAcknowledged, 2)) == []
    assert waits(sent, an_example(PartnerFactAcknowledged, 2), again) == [Wait.PARTNER]
    assert waits(sent, again, an_example(PartnerFactAcknowledged, 4)) == []
