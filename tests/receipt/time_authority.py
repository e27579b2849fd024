"""A stand-in for a time-stamp authority (RFC 3161) over HTTP, which can also spoil its answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from aiohttp import web
from asn1crypto import keys, tsp
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

STAMPED_AT: Final = datetime(2026, 11, 28, 7, 5, 13, tzinfo=UTC)
_REPLY: Final = "application/timestamp-reply"


class Spoilt(StrEnum):
    """How an answer can be of no use."""

    SILENT = "silent"
    """Nobody listens."""
    BUSY = "busy"
    RUBBISH = "rubbish"
    EMPTY = "empty"
    A_PAGE = "a_page"
    REFUSED = "refused"
    OF_ANOTHER = "of_another"
    """A genuine stamp of something else."""
    OLD = "old"
    """The genuine answer to another question of the same."""
    FORGED = "forged"


class TimeAuthority:
    """Stamps whatever it is asked to; ``spoils`` says how not."""

    def __init__(self) -> None:
        key, self.certificate = _make()
        info = keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        )
        self._stamper = DummyTimeStamper(self.certificate, info, fixed_dt=STAMPED_AT)
        self.spoils: Spoilt | None = None
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        asked = tsp.TimeStampReq.load(await request.read())
        if self.spoils is Spoilt.BUSY:
            return web.Response(status=503)
        if self.spoils is Spoilt.A_PAGE:
            return web.Response(text="<p>Bảo trì</p>", content_type="text/html")
        return web.Response(body=self._said(asked), content_type=_REPLY)

    def _said(self, asked: tsp.TimeStampReq) -> bytes:
        if self.spoils in {Spoilt.RUBBISH, Spoilt.EMPTY}:
            return b"\x30\x82rubbish" if self.spoils is Spoilt.RUBBISH else b""
        if self.spoils is Spoilt.REFUSED:
            return bytes(tsp.TimeStampResp({"status": {"status": "rejection"}}).dump())
        if self.spoils is Spoilt.OF_ANOTHER:
            asked["message_imprint"]["hashed_message"] = bytes(32)
        if self.spoils is Spoilt.OLD:
            asked["nonce"] = 1
        said = self._stamper.request_tsa_response(asked)
        if self.spoils is Spoilt.FORGED:
            signer = said["time_stamp_token"]["content"]["signer_infos"][0]
            signer["signature"] = bytes(256)
        return bytes(said.dump())


@asynccontextmanager
async def time_authority() -> AsyncIterator[TimeAuthority]:
    """Listen on a free port until the end of the block."""
    authority = TimeAuthority()
    app = web.Application()
    app.router.add_post("/", authority.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    authority.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield authority
    finally:
        await runner.cleanup()


def _make() -> tuple[rsa.RSAPrivateKey, Certificate]:
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dấu thời gian THỬ NGHIỆM")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(STAMPED_AT - timedelta(days=1))
        .not_valid_after(STAMPED_AT + timedelta(days=365))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
    )
    return key, Certificate.load(certificate.public_bytes(Encoding.DER))
