"""All views of payment-gateway."""

from typing import Final

from payment_gateway.views.agencies import AGENCIES
from payment_gateway.views.dossiers import CLOSED_DOSSIERS
from payment_gateway.views.fees import FEE_STATE
from payment_gateway.views.receipts import PAYMENT_RECEIPTS

VIEWS: Final = (FEE_STATE, PAYMENT_RECEIPTS, CLOSED_DOSSIERS, AGENCIES)
