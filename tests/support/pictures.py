"""QR codes read back from pictures."""

import io
import subprocess

import zxingcpp
from PIL import Image


def decoded(png: bytes) -> str:
    """Return the text of the one code in the picture ``png``."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1, f"{len(found)} codes in the picture"
    return str(found[0].text)


def first_page(pdf: bytes) -> bytes:
    """Return the first page of ``pdf`` as a PNG picture of 200 dots per inch."""
    answer = subprocess.run(
        ["pdftoppm", "-png", "-r", "200", "-f", "1", "-singlefile", "-"],  # noqa: S607
        input=pdf,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return answer.stdout
