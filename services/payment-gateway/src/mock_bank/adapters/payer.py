"""What the doors know of a payer and of the mock's settings."""

from typing import Annotated

from fastapi import Depends

from mock_bank.settings import Settings
from shared.web.request import settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]
"""The mock's settings, in a route."""
