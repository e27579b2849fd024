"""A mail server, asked with time limits; only jobs use it."""

import asyncio
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr

from notifier.domain import NotDeliveredError
from shared.outside import require_open

_STEP_SECONDS: Final = 10.0
_ALL_SECONDS: Final = 40.0
"""Well below the lease of a message: a try that hangs ends before another begins."""
_PERMANENT: Final = range(500, 600)


class MailServer:
    """Sends letters to the server at ``url`` (``smtp://[user:password@]host:port``, ``smtps://``)."""

    def __init__(self, url: SecretStr) -> None:
        parts = urlsplit(url.get_secret_value())
        if parts.hostname is None:
            raise ValueError("MAIL_URL names no host")
        self._host = parts.hostname
        self._port = parts.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"

    async def send(self, mail: EmailMessage) -> None:
        """Hand ``mail`` over; raise NotDeliveredError, final where the server refuses it for good.

        The error names a code only: a server's own words may hold an address.
        """
        require_open("smtp")
        try:
            async with asyncio.timeout(_ALL_SECONDS):
                await aiosmtplib.send(
                    mail,
                    hostname=self._host,
                    port=self._port,
                    username=self._user,
                    password=self._password,
                    use_tls=self._tls,
                    timeout=_STEP_SECONDS,
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            final = all(code in _PERMANENT for code in codes)
            raise NotDeliveredError(f"recipient-refused-{codes[0]}", is_final=final) from None
        except aiosmtplib.SMTPDataError as error:
            final = error.code in _PERMANENT
            raise NotDeliveredError(f"letter-refused-{error.code}", is_final=final) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotDeliveredError(f"server-refused-{error.code}") from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise NotDeliveredError("server-unreachable") from None
