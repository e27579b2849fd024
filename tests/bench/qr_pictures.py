"""P9: QR pictures a second, none of them twice, beside the same pictures by the bare library.

zxing-cpp, which is not the product's, is drawn beside both and only reported.
"""

import io
from collections.abc import Callable
from itertools import count
from time import process_time
from typing import Final

import qrcode
import zxingcpp
from PIL import Image
from qrcode.image.base import BaseImage
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

from payment_gateway.adapters.qr import qr_png, qr_svg
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench

_GOAL: Final = Limit(must=0.9, aim=1.0)
P9: Final = Name("P9", "QR pictures/s, PNG", "", "qr.py: qrcode, PNG", _GOAL)
P9_SVG: Final = Name("P9s", "QR pictures/s, SVG", "", "qr.py: qrcode, SVG", _GOAL)
_SECONDS: Final = 0.5
_LINK: Final = "http://192.168.10.20:8080/p/7KQ2M9XW41PT9fA3kLm2QpXz"
_NUMBERS: Final = count(1000)

Draw = Callable[[str], bytes]


def bare(factory: type[BaseImage]) -> Draw:
    """Return how the library alone draws: level M, eight pixels a module, a quiet zone of four."""

    def draw(text: str) -> bytes:
        code = qrcode.QRCode(
            error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=8, border=4
        )
        code.add_data(text)
        out = io.BytesIO()
        code.make_image(image_factory=factory).save(out)
        return out.getvalue()

    return draw


async def measure(bench: Bench, *, pairs: int) -> list[Result]:
    """Return the lines of P9: PNG, then SVG."""
    for way, draw in (("PNG", _zxing_png), ("SVG", _zxing_svg)):
        bench.tell(f"P9  zxing-cpp, {way}: {_rate(draw):,.0f} a second (only reported)")
    return [
        _compared(P9, bare(PilImage), qr_png, pairs),
        _compared(P9_SVG, bare(SvgPathImage), qr_svg, pairs),
    ]


def _compared(name: Name, baseline: Draw, ours: Draw, pairs: int) -> Result:
    """Draw by turns, warmed up; each pair begins with the other one."""
    rates: dict[Draw, list[float]] = {baseline: [], ours: []}
    for draw in (baseline, ours):
        _rate(draw)
    for number in range(pairs):
        for draw in (baseline, ours) if number % 2 else (ours, baseline):
            rates[draw].append(_rate(draw))
    return figures.result(name, rates[baseline], rates[ours])


def _rate(draw: Draw) -> float:
    """Return how many pictures of different links one second of CPU draws."""
    begin, drawn = process_time(), 0
    while (spent := process_time() - begin) < _SECONDS:
        draw(f"{_LINK}{next(_NUMBERS)}")
        drawn += 1
    return drawn / spent


def _zxing_png(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    out = io.BytesIO()
    picture = Image.fromarray(code.to_image(scale=8, add_quiet_zones=True))
    picture.save(out, format="PNG", compress_level=1)
    return out.getvalue()


def _zxing_svg(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return bytes(code.to_svg(scale=8).encode())
