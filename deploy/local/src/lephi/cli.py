"""The command line ``lephi``: the embedded stack, and the operator's tools."""

from importlib.util import find_spec

import typer
from dotenv import load_dotenv

from lephi.stack import commands as stack_commands

app = typer.Typer(
    name="lephi",
    help="Lệ Phí on one machine: the stack, and the operator's tools.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
stack_commands.register(app)

if find_spec("lephi.operator.commands") is not None:
    from lephi.operator import commands as operator_commands

    operator_commands.register(app)


def main() -> None:
    """Run the command line; ``.env`` sets what the environment does not."""
    load_dotenv(".env")
    app()
