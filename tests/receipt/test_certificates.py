"""Certificates watched: what the accountant is told, and the figure for the operators."""

from datetime import timedelta

import pytest

from lephi.stack.certificates import Validity
from receipt.adapters.signer.signers import Signers
from receipt.jobs.files import make_file, note_certificates
from shared.clock import utc_now
from shared.web.identity import Role
from tests.receipt.signers import TAX_CODE, new_key, signers_with
from tests.receipt.world import World

ENDING = "Chứng thư số ký biên lai của mã số thuế 6101234567 hết hạn ngày"
EXPIRED = "Chứng thư số ký biên lai của mã số thuế 6101234567 đã hết hạn"
MISSING = "Mã số thuế 6101234567 chưa có chứng thư số để ký biên lai"


def ending_in(days: float) -> Signers:
    now = utc_now()
    validity = Validity(now - timedelta(days=400), now + timedelta(days=days))
    return signers_with(new_key(validity=validity))


@pytest.mark.parametrize(
    ("signers", "said"),
    [
        (signers_with(), MISSING),
        (ending_in(-1), EXPIRED),
        (ending_in(29.9), ENDING),
        (ending_in(30.1), None),
    ],
    ids=["missing", "expired", "ending", "in_force"],
)
async def test_given_a_certificate_when_the_accountant_looks_then_what_is_to_be_done_is_said(
    world: World, signers: Signers, said: str | None
) -> None:
    await world.pay()
    await note_certificates(world.database, None, signers=signers)
    await world.sign_in(Role.ACCOUNTANT)

    page = await world.page("/can-bo/bien-lai")

    assert [each for each in (MISSING, EXPIRED, ENDING) if each in page] == ([said] if said else [])


async def test_given_no_certificate_in_force_when_files_wait_then_their_number_is_told(
    world: World,
) -> None:
    await world.pay()
    expired = ending_in(-1)
    await note_certificates(world.database, None, signers=expired)
    world.workshop = type(world.workshop)(world.workshop.printer, expired, world.workshop.store)
    await make_file(world.database, None, workshop=world.workshop)
    await world.sign_in(Role.ACCOUNTANT)

    page = await world.page("/can-bo/bien-lai")

    assert EXPIRED in page
    assert "Số biên lai đang chờ ký: 1." in page


async def test_given_a_certificate_when_noted_then_the_figures_say_when_it_ends(
    world: World,
) -> None:
    await note_certificates(world.database, None, signers=ending_in(10))

    figures = (await world.client.get("/metrics")).text

    assert 'lephi_receipt_certificate_ends_seconds{serial="' in figures
    assert f'tax_code="{TAX_CODE}"' in figures
