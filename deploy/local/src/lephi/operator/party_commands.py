"""``lephi party``: the people of a dossier."""

from typing import Annotated, Any

import typer

from lephi.operator.console import out, run, show_json
from lephi.operator.environment import read_stack
from lephi.operator.machine import MachineClient
from shared.dossier_code import parse_dossier_code

party = typer.Typer(no_args_is_help=True, help="The people of a dossier.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a sentence.")]
Why = Annotated[str, typer.Option("--reason", help="Goes to the audit record; name nobody.")]


@party.callback()
def people() -> None:
    """Say that ``party`` has commands of its own, also while it has only one."""


@party.command("redact")
def redact(
    code: Annotated[str, typer.Argument(help="Dossier code (số hồ sơ).")],
    reason: Why = "requested by the person",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Forget the people of a dossier, for good; what a receipt printed stays, by law."""

    async def work() -> dict[str, Any]:
        stored = parse_dossier_code(code)
        async with MachineClient(read_stack()) as client:
            path = f"/api/dossier/v1/dossiers/{stored}/party/redaction"
            answer: dict[str, Any] = await client.post(path, {"reason": reason})
        return answer

    done = run(work)
    if as_json:
        show_json(done)
        return
    when = "are forgotten" if done["is_new"] else f"were forgotten at {done['redacted_at']}"
    out().print(f"{done['dossier_code']}: its people {when}; receipts keep what they printed")
