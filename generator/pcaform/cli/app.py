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
from pcaform.cli.options import expand_groups

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
app.add_typer(_import, name="import")

for _module in (drift, audit, adopt, render, validate, schema, guard, access, sandbox, demo):
    _settings = getattr(_module, "SETTINGS", None)
    app.command(_module.__name__.rpartition(".")[2], context_settings=_settings)(expand_groups(_module.command))
for _module in (import_state, import_hcl, import_aws):
    _import.command(_module.__name__.rpartition("_")[2])(expand_groups(_module.command))


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
