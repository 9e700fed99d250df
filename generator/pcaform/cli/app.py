"""The application: its name and version, and every command by its name, in the order in which `--help` lists them."""

from typing import Annotated

import typer

from pcaform import __version__
from pcaform.cli.commands import (
    access,
    adopt,
    audit,
    demo,
    drift,
    guard,
    import_aws,
    import_hcl,
    import_state,
    render,
    sandbox,
    schema,
    validate,
)

app = typer.Typer(
    name="pcaform",
    help="YAML in, reviewable Terraform for AWS Private CA out, and existing CAs back into YAML.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_import = typer.Typer(help="Read existing CAs back into a spec.", no_args_is_help=True, rich_markup_mode=None)

app.command("drift")(drift.command)
app.command("audit")(audit.command)
app.command("adopt")(adopt.command)
app.command("render")(render.command)
app.command("validate")(validate.command)
app.command("schema")(schema.command)
app.command("guard")(guard.command)
app.command("access")(access.command)
app.command("sandbox", context_settings=sandbox.SETTINGS)(sandbox.command)
app.command("demo")(demo.command)
app.add_typer(_import, name="import")
_import.command("state")(import_state.command)
_import.command("hcl")(import_hcl.command)
_import.command("aws")(import_aws.command)


def _print_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag
    if value:
        typer.echo(f"pcaform {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
