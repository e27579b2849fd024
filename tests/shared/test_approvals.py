"""The second person: refused by our own code, and by PostgreSQL where the code is left out."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from shared import approvals
from shared.approvals import (
    LIFECYCLE,
    AlreadyRequestedError,
    ApprovalNotFoundError,
    ApprovalState,
    ApprovalTrigger,
    Decision,
    NotYourRequestError,
    Person,
    PlanChangedError,
    SamePersonError,
    Wanted,
)
from shared.db.database import Database
from shared.db.tables import ApprovalRow, AuditRow
from shared.ids import new_id
from shared.lifecycle import IllegalStepError
from tests.conftest import NewDatabase
from tests.support.facts import NOON

ASKS = Person("staff-1", "Người Đề Nghị")
DECIDES = Person("staff-2", "Người Duyệt")
ACT = "refund.pay"
APPROVE = Decision(ACT, ApprovalTrigger.APPROVE)
DECLINE = Decision(ACT, ApprovalTrigger.DECLINE, "chưa đủ căn cứ")
WITHDRAW = Decision(ACT, ApprovalTrigger.WITHDRAW)
PLAN = {"amount_vnd": 50_000, "money_id": "m-1"}


def wanted(**changes: Any) -> Wanted:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "act": ACT,
        "subject": "r-1",
        "plan": PLAN,
        "reason": "nộp hai lần",
    }
    return Wanted(**(fields | changes))


async def asked(database: Database, **changes: Any) -> UUID:  # noqa: ANN401 - any field
    async with database.transaction() as session:
        return (await approvals.request(session, wanted(**changes), by=ASKS, now=NOON)).id


async def decided(
    database: Database, approval_id: UUID, decision: Decision, by: Person = DECIDES
) -> ApprovalState:
    async with database.transaction() as session:
        now = NOON + timedelta(minutes=1)
        row = await approvals.decide(session, approval_id, decision, by=by, now=now)
        return ApprovalState(row.state)


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("shared")


async def test_given_a_request_when_another_person_approves_then_both_are_on_record(
    database: Database,
) -> None:
    approval_id = await asked(database)

    state = await decided(database, approval_id, APPROVE)

    async with database.transaction() as session:
        row = await approvals.find(session, ACT, approval_id)
        audit = (await session.scalars(select(AuditRow).order_by(AuditRow.at))).all()
    assert state is ApprovalState.APPROVED
    assert (row.requested_by, row.decided_by, row.decided_by_name) == (
        "staff-1",
        "staff-2",
        "Người Duyệt",
    )
    assert [(each.actor, each.act) for each in audit] == [
        ("staff-1", "refund.pay.request"),
        ("staff-2", "refund.pay.approve"),
    ]


@pytest.mark.parametrize(
    ("decision", "by", "error"),
    [
        (APPROVE, ASKS, SamePersonError),
        (DECLINE, ASKS, SamePersonError),
        (WITHDRAW, DECIDES, NotYourRequestError),
        (Decision(ACT, ApprovalTrigger.APPROVE, plan_sha256="0" * 64), DECIDES, PlanChangedError),
    ],
    ids=["own approval", "own refusal", "taking back for another", "another plan on screen"],
)
async def test_given_a_request_when_the_wrong_person_or_plan_decides_then_it_stays_open(
    database: Database, decision: Decision, by: Person, error: type[Exception]
) -> None:
    approval_id = await asked(database)

    with pytest.raises(error):
        await decided(database, approval_id, decision, by)

    async with database.transaction() as session:
        assert [row.id for row in await approvals.open_requests(session, ACT)] == [approval_id]
        (row,) = await approvals.open_requests(session, ACT)
        same = await approvals.open_request(session, ACT, row.subject)
        assert same is not None
        assert same.id == approval_id
        assert await approvals.open_request(session, "tariff.change", row.subject) is None


async def refused(database: Database, statement: str) -> bool:
    try:
        async with database.transaction() as session:
            await session.execute(text(statement))
    except IntegrityError:
        return True
    return False


async def test_given_a_request_when_a_statement_goes_past_the_code_then_postgresql_refuses(
    database: Database,
) -> None:
    changes = (
        "state = 'approved', decided_by = requested_by, decided_at = now()",
        "state = 'declined', decided_by = requested_by, decided_at = now()",
        "state = 'approved'",
        "state = 'approved', decided_at = now()",
        "decided_by = 'staff-2'",
        "requested_by = 'staff-9'",
        "plan = '{\"amount_vnd\": 1}'",
        "plan_sha256 = 'x'",
        "reason = 'khác'",
        "agency_code = 'H34.10'",
    )
    approval_id = await asked(database)

    taken = [each for each in changes if not await refused(database, f"UPDATE approval SET {each}")]  # noqa: S608 - of this test

    assert taken == []
    assert await decided(database, approval_id, APPROVE) is ApprovalState.APPROVED


async def test_given_a_decision_when_anybody_changes_it_then_postgresql_refuses(
    database: Database,
) -> None:
    statements = (
        "UPDATE approval SET state = 'requested', decided_at = NULL, decided_by = NULL",
        "UPDATE approval SET decided_by = 'staff-3'",
        "UPDATE approval SET decision_reason = 'sửa'",
        "DELETE FROM approval",
    )
    await decided(database, await asked(database), APPROVE)

    taken = [each for each in statements if not await refused(database, each)]

    assert taken == []


async def test_given_an_open_request_when_the_same_is_asked_at_once_then_one_is_taken(
    database: Database,
) -> None:
    outcomes = await asyncio.gather(*[asked(database) for _ in range(8)], return_exceptions=True)
    other = await asked(database, subject="r-2")

    taken = [each for each in outcomes if isinstance(each, UUID)]
    refused = [each for each in outcomes if isinstance(each, AlreadyRequestedError)]
    assert (len(taken), len(refused)) == (1, 7)
    assert other not in taken


async def test_given_two_who_decide_at_once_when_both_press_then_one_decision_stands(
    database: Database,
) -> None:
    approval_id = await asked(database)

    outcomes = await asyncio.gather(
        decided(database, approval_id, APPROVE),
        decided(database, approval_id, DECLINE, Person("staff-3", "Người Thứ Ba")),
        return_exceptions=True,
    )

    states = [each for each in outcomes if isinstance(each, ApprovalState)]
    async with database.transaction() as session:
        row = await approvals.find(session, ACT, approval_id)
    assert states == [row.state]
    assert sum(isinstance(each, IllegalStepError) for each in outcomes) == 1


async def test_given_two_who_looked_before_they_press_when_both_press_then_one_decision_stands(
    database: Database,
) -> None:
    approval_id = await asked(database)
    both_looked = asyncio.Barrier(2)

    async def looked_then_decided(by: Person) -> None:
        async with database.transaction() as session:
            shown = await approvals.find(session, ACT, approval_id)
            await both_looked.wait()
            decided_now = await approvals.decide(session, approval_id, APPROVE, by=by, now=NOON)
            assert decided_now is shown

    outcomes = await asyncio.gather(
        looked_then_decided(DECIDES),
        looked_then_decided(Person("staff-3", "Người Thứ Ba")),
        return_exceptions=True,
    )

    assert {type(each) for each in outcomes} == {type(None), IllegalStepError}


@pytest.mark.parametrize("first", [APPROVE, DECLINE], ids=["approved", "declined"])
async def test_given_a_decision_when_asked_again_then_it_is_a_request_of_its_own(
    database: Database, first: Decision
) -> None:
    earlier = await asked(database)
    await decided(database, earlier, first)

    later = await asked(database)

    assert later != earlier
    assert await decided(database, later, WITHDRAW, ASKS) is ApprovalState.WITHDRAWN


async def test_given_no_such_request_when_decided_then_it_is_not_found(database: Database) -> None:
    with pytest.raises(ApprovalNotFoundError):
        await decided(database, new_id(), APPROVE)


async def test_given_requests_of_agencies_when_others_look_or_decide_then_they_are_not_there(
    database: Database,
) -> None:
    ours = await asked(database, agency_code="H34.10")
    anyones = await asked(database, subject="r-2")
    strangers = frozenset({"H34.22.08"})
    stranger = Person("staff-3", "Người Nơi Khác", strangers)
    colleague = Person("staff-2", "Người Duyệt", frozenset({"H34.10"}))

    for decision in (APPROVE, Decision("replay.run", ApprovalTrigger.APPROVE)):
        with pytest.raises(ApprovalNotFoundError):
            await decided(database, ours, decision, stranger)
    with pytest.raises(ApprovalNotFoundError):
        await decided(database, ours, Decision("replay.run", ApprovalTrigger.APPROVE), colleague)

    async with database.transaction() as session:
        seen = await approvals.open_requests(session, ACT, agencies=strangers)
        with pytest.raises(ApprovalNotFoundError):
            await approvals.find(session, ACT, ours, agencies=strangers)
        with pytest.raises(ApprovalNotFoundError):
            await approvals.find(session, "replay.run", ours)
    assert [row.id for row in seen] == [anyones]
    assert await decided(database, ours, APPROVE, colleague) is ApprovalState.APPROVED


async def test_given_a_plan_when_it_is_made_anew_then_only_an_equal_one_passes(
    database: Database,
) -> None:
    approval_id = await asked(database)

    async with database.transaction() as session:
        row: ApprovalRow = await approvals.find(session, ACT, approval_id)

    approvals.check_plan(row, {"money_id": "m-1", "amount_vnd": 50_000})
    with pytest.raises(PlanChangedError):
        approvals.check_plan(row, PLAN | {"amount_vnd": 50_001})


@pytest.mark.parametrize("state", list(ApprovalState))
@pytest.mark.parametrize("trigger", list(ApprovalTrigger))
def test_given_a_state_when_something_happens_then_only_an_open_request_moves(
    state: ApprovalState, trigger: ApprovalTrigger
) -> None:
    assert LIFECYCLE.allows(state, trigger) is (state is ApprovalState.REQUESTED)
