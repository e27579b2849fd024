"""Makes one file in a process of its own, which a failpoint may end."""

import asyncio
import sys
from pathlib import Path

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.signer.file_key import read_key_file
from receipt.jobs.files import make_file
from receipt.jobs.workshop import Workshop
from shared.db.database import Database
from shared.pdf import PdfPrinter
from tests.receipt.signers import KEY_FILE_PASSWORD, signers_with


async def main(url: str, folder: str, key_file: str) -> None:
    database = Database(url)
    printer = PdfPrinter()
    signers = signers_with(read_key_file(Path(key_file), KEY_FILE_PASSWORD))
    await make_file(database, None, workshop=Workshop(printer, signers, LocalFolder(Path(folder))))
    await printer.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
