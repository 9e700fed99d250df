"""The one application, and its group of importing commands; commands are imported when they are called."""

from typing import Annotated

import typer

from pcaform import __version__

app = typer.Typer(
    name="pcaform",
    help="YAML in, reviewable Terraform for AWS Private CA out, and existing CAs back into YAML.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
importing = typer.Typer(help="Read existing CAs back into a spec.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(importing, name="import")


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag
    if value:
        typer.echo(f"pcaform {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
