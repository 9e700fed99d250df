"""The command line: words -> calls of the commands, and every end -> an exit code.

0 fine, 1 error, 2 differences or findings, 3 unexpected, 130 interrupted. Commands are imported when they are called,
so that `--help` stays quick.
"""

import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pcaform import __version__
from pcaform.problems import Failure, Invalid

_UNEXPECTED = 3
_INTERRUPTED = 130
_ISSUES = "https://github.com/pcaform/pcaform/issues"


class Format(StrEnum):
    """What `validate --format` takes."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


class ReportFormat(StrEnum):
    """What `guard --format` takes."""

    text = "text"
    json = "json"


class AccessFormat(StrEnum):
    """What `access --format` takes."""

    text = "text"
    markdown = "markdown"
    json = "json"


class Described(StrEnum):
    """What `schema` describes."""

    spec = "spec"
    guard = "guard"
    access = "access"


class Shell(StrEnum):
    """What `sandbox --shell` takes."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


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


@app.command("render")
def _render(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Spec files, or '-' for standard input.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the stacks' directories are written.")],
    *,
    modules: Annotated[
        str,
        typer.Option(
            "--modules",
            metavar="vendored|shared|SOURCE",
            help="Copies in the stack, one copy in DIR/modules, or a module source of your own.",
        ),
    ] = "vendored",
    force: Annotated[bool, typer.Option("--force", help="Lose what was edited by hand in rendered files.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name what is stale; exit 2 if any.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print a unified diff; exit 2 if any.")] = False,
) -> int:
    """Write the Terraform stack of each spec to DIR/<stack>/."""
    from pcaform.commands import render

    return render.run(specs, out, modules=modules, force=force, check=check, show=diff)


@app.command("validate")
def _validate(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Files, directories, or '-'.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
) -> int:
    """Print every problem of every spec, at its place."""
    from pcaform.commands import validate

    return validate.run(specs, form=form.value, strict=strict)


@app.command("schema")
def _schema(
    of: Annotated[Described, typer.Argument(metavar="[spec|guard|access]", help="What to describe.")] = Described.spec,
) -> int:
    """Print the JSON Schema of the spec, for editors, or of what guard and access print as JSON."""
    from pcaform.commands import schema

    return schema.run(of.value)


@app.command("guard")
def _guard(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN.json", help="What 'terraform show -json PLAN' prints, or '-' for stdin.")
    ],
    *,
    form: Annotated[ReportFormat, typer.Option("--format", help="How findings are printed.")] = ReportFormat.text,
) -> int:
    """Refuse a plan that would break trust (exit 2): judge what it does to CAs, their certificates and permissions."""
    from pcaform.commands import guard

    return guard.run(plan, form=form.value)


@app.command("access")
def _access(
    stack: Annotated[str, typer.Argument(metavar="SPEC|STACK", help="A spec, '-', or the directory of a stack.")],
    *,
    form: Annotated[AccessFormat, typer.Option("--format", help="How it is printed.")] = AccessFormat.text,
) -> int:
    """Show who may do what on which CA, proven over the rendered policies; exit 2 where that is not as granted."""
    from pcaform.commands import access

    return access.run(stack, form=form.value)


@_import.command("state")
def _import_state(
    state: Annotated[str, typer.Argument(metavar="FILE", help="A Terraform state, or '-' for standard input.")],
    stack: Annotated[str, typer.Option("--stack", metavar="NAME", help="The stack's name, which no state holds.")],
) -> int:
    """Print the spec of the CAs in a Terraform state ('terraform state pull | pcaform import state - --stack x')."""
    from pcaform.commands import import_state

    return import_state.run(state, stack=stack)


@app.command("sandbox", context_settings={"ignore_unknown_options": True})
def _sandbox(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[-- CMD ...]", help="Run CMD in the sandbox, then stop it.")
    ] = None,
    *,
    account: Annotated[str, typer.Option(metavar="ID", help="The sandbox's account id.")] = "123456789012",
    region: Annotated[str, typer.Option(metavar="REGION", help="The region children use.")] = "eu-west-1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    iam: Annotated[bool, typer.Option("--iam", help="Let IAM policies decide who may do what.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", dir_okay=False, help="Keep the content in FILE; it is written at the end."
        ),
    ] = None,
    shell: Annotated[Shell | None, typer.Option("--shell", help="Whose words to print; default: the caller's.")] = None,
) -> int:
    """Start a local AWS (Private CA, ACM, IAM, S3, STS) to try things out."""
    from pcaform.commands import sandbox

    return sandbox.run(command or [], account_id=account, region=region, port=port, iam=iam, shell=shell, state=state)


@app.command("demo")
def _demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Do it in DIR and leave it there to look at.")
    ] = None,
) -> int:
    """Show the whole loop on the sandbox: render, apply, issue, renew, break the renewal, mend it, import."""
    from pcaform.commands import demo

    return demo.run(keep)


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; the one place where failures become messages."""
    try:
        code = app(args=arguments, prog_name="pcaform", standalone_mode=False)
    except Invalid as invalid:
        return _failed("\n".join(problem.with_source() for problem in invalid.problems))
    except Failure as failure:
        return _failed(f"pcaform: {failure}")
    except typer.TyperException as usage:
        return _failed(f"pcaform: {usage.format_message()}\nTry 'pcaform --help'.")
    except (KeyboardInterrupt, typer.Abort):
        return _failed("pcaform: interrupted", _INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the boundary: what nobody foresaw is reported, never lost
        import traceback

        return _failed(
            f"{traceback.format_exc()}\npcaform: unexpected error. Please report the lines above: {_ISSUES}",
            _UNEXPECTED,
        )
    if code == _INTERRUPTED:  # Typer has caught the interrupt itself
        return _failed("pcaform: interrupted", code)
    return code if isinstance(code, int) else 0


def run() -> None:
    """Console script: `main` as a process, which a polite kill ends like Ctrl-C: servers and children are stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())


def _failed(message: str, code: int = 1) -> int:
    sys.stderr.write(f"{message}\n")
    return code
