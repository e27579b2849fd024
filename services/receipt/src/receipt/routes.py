"""The JSON door: facts and file of one receipt for its holder, the public check."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response, status
from starlette.requests import Request

from receipt.adapters.file_store.answers import pdf_answer
from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.schemas import (
    FileInTheMaking,
    Place,
    ReceiptAnswer,
    Verdict,
    Verification,
    answer_of,
    verification_of,
)
from receipt.settings import Settings
from receipt.use_cases import look_up
from shared.clock import utc_now
from shared.links import Purpose, read_token
from shared.web.identity import public
from shared.web.limits import LookUpLimit
from shared.web.request import Transaction, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

RETRY_AFTER_SECONDS: Final = 2

router = APIRouter(prefix="/api/receipt/v1", tags=["receipts"])


@router.get("/receipts/{token}", dependencies=[public()])
async def read_receipt(session: Transaction, settings: Configured, token: str) -> ReceiptAnswer:
    """Return the facts of the receipt that an ``r`` token opens."""
    receipt_id = read_token(settings.link_key.get_secret_value(), Purpose.RECEIPT, token)
    receipt = await look_up.show_receipt(session, receipt_id)
    return answer_of(receipt, pdf_url=f"{settings.public_url}/api/receipt/v1/receipts/{token}/pdf")


@router.get(
    "/receipts/{token}/pdf",
    dependencies=[public()],
    response_model=None,
    responses={
        200: {"content": {"application/pdf": {}}},
        202: {"model": FileInTheMaking, "description": "Being made; see Retry-After"},
    },
)
async def read_pdf(session: Transaction, settings: Configured, token: str) -> Response:
    """Return the PDF of the receipt that an ``r`` token opens; 202 while it is being made.

    Whoever asks moves the file to the front of those that are to be made.
    """
    receipt_id = read_token(settings.link_key.get_secret_value(), Purpose.RECEIPT, token)
    receipt = await look_up.ask_for_file(session, receipt_id, now=utc_now())
    if receipt.file.is_stored:
        return await pdf_answer(LocalFolder(settings.files_folder), receipt)
    waiting = FileInTheMaking(file_status=receipt.file.status)
    return Response(
        waiting.model_dump_json(),
        status_code=status.HTTP_202_ACCEPTED,
        media_type="application/json",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


@router.post("/verifications", dependencies=[public()])
async def verify_receipt(
    request: Request, session: Transaction, limits: LookUpLimit, place: Place
) -> Verification:
    """Tell whether a receipt with these symbols and this number is ours; no personal data."""
    await limits.check(request)
    symbols = (place.issuer_tax_code, place.form_symbol, place.serial_symbol)
    answer = verification_of(await look_up.verify(session, symbols, place.number))
    if answer.result is Verdict.UNKNOWN:
        await limits.miss(request, f"{place.issuer_tax_code}-{place.number}")
    return answer
