"""Commands, loaded when they are asked for, and the layout of their help.

The docstring of a command is its help: a sentence for the list of commands, paragraphs, then lines that start with
`$ `: examples, with `- `: variables of the environment, with `> `: its page, if that has not the name of the command.
"""

from collections.abc import Mapping
from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import TyperInfo

from pcaform.cli import commands
from pcaform.cli.options import expand_groups
from pcaform.core.garbage_collection import gc_paused

DOCS = "https://github.com/pcaform/pcaform/blob/main/docs"
VARIABLES: Mapping[str, str] = {
    "PCAFORM_TERRAFORM": "the program to run; default: terraform, else tofu",
    "PCAFORM_PROVIDER_MIRROR": "a directory of providers, without a registry",
    "AWS_PROFILE": "the profile; other variables of the AWS CLI work too",
    "AWS_REGION": "the region",
    "NO_COLOR": "no colours; TERM=dumb also does that",
}
"""What each variable of the environment is for, unless an option says it."""
WIDEST = 10_000
"""The most columns of help, if the terminal has them."""
_PAUSED = "affected guard import_hcl import_plan import_state lock pipeline render stacks"
"""The commands that run without the garbage collector: all that they make lives as long as they do."""


class _Layout(TyperCommand if TYPE_CHECKING else object):  # type: ignore[misc] # it is mixed into groups too
    """The layout of the help of a command or of a group."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return `--help` with a default that Typer needs no pydantic to check: that would double the start-up."""
        option = super().get_help_option(ctx)
        vars(option).update(default=False)
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the words of the command line; every error knows the command it is about."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            vars(error).update(ctx=getattr(error, "ctx", None) or ctx)
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line: options, then arguments as they are named."""
        arguments = [_name(each) for each in self.get_params(ctx) if each.param_type_name == "argument"]
        return ["[OPTIONS]", *arguments, *(["COMMAND"] if isinstance(self, TyperGroup) else [])]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, with their defaults."""
        for kind in ("argument", "option"):
            found = [each for each in self.get_params(ctx) if each.param_type_name == kind]
            rows = [(each.get_help_record(ctx) or ("", ""), _name(each)) for each in found]
            if rows:
                with formatter.section(f"{kind.capitalize()}s"):
                    formatter.write_dl([(name if kind == "argument" else row[0], row[1]) for row, name in rows])

    def format_epilog(self, _: Any, formatter: Any) -> None:
        """Write examples, variables and page, as they are."""
        formatter.write(f"\n{self.epilog}\n")


class Command(_Layout, TyperCommand):
    """A command, with this layout of its help."""


class Group(_Layout, TyperGroup):
    """A command of commands, each imported when it is asked for; without one, it prints its help.

    `sections` are the headings with the names below; the module of a command is its name after `prefix`. `report+merge`
    is a name of two words, beside a command `report` that takes arguments of its own.
    """

    sections: ClassVar[Mapping[str, str]] = {}
    prefix: ClassVar[str] = ""
    groups: ClassVar[Mapping[str, "type[Group]"]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: dict[str, Any] = dict.fromkeys(_split(" ".join(self.sections.values())))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first words name, and the words after them."""
        return super().resolve_command(
            ctx, [words, *args[2:]] if (words := " ".join(args[:2])) in self.commands else args
        )

    def get_command(self, _: Any, cmd_name: str) -> Any:
        """Return a command by its name, None if there is none."""
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        if group := self.groups.get(cmd_name):
            app.info = TyperInfo(app, name=cmd_name, cls=group, **describe(group))
            app.callback()(lambda: None)
        elif cmd_name in self.commands:
            name = f"{self.prefix}{cmd_name}".replace(" ", "_")
            module = import_module(f"{commands.__name__}.{name}")
            settings = getattr(module, "SETTINGS", None)
            about = describe(module.command, f"{self.prefix}{cmd_name}.md".replace("_", "-"))
            run = gc_paused()(module.command) if name in _PAUSED.split() else module.command
            app.command(cmd_name, cls=Command, context_settings=settings, **about)(expand_groups(run))
        return typer.main.get_command(app) if cmd_name in self.commands else None

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands below their headings, then the options."""
        width = max(map(len, self.commands))
        for title, names in self.sections.items():
            with formatter.section(title):
                rows = [(name.ljust(width), self.get_command(ctx, name).get_short_help_str()) for name in _split(names)]
                formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the words of the command line; `help` may stand before a command too."""
        if args[:1] in ([], ["help"]) and not ctx.resilient_parsing:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)


def describe(documented: Any, page: str = "") -> dict[str, Any]:
    """Return the help of a docstring as Typer takes it; `page` is its page, unless the docstring names one."""
    lines = cleandoc(documented.__doc__).splitlines()
    marked = {mark: [line[2:] for line in lines if line.startswith(mark)] for mark in ("$ ", "- ", "> ")}
    text = "\n".join(line for line in lines if line[:2] not in marked)
    names = " ".join(marked["- "]).split()
    named = [f"{name:{max(map(len, names))}}  {VARIABLES[name]}" for name in names]
    blocks = {"Examples:": marked["$ "], "Environment:": named}
    epilog = [line for title, rows in blocks.items() if rows for line in (title, *(f"  {row}" for row in rows), "")]
    docs = f"Docs: {urljoin(f'{DOCS}/', (marked['> '] or [page])[0])}"
    return {
        "help": text,
        "short_help": " ".join(text.split("\n\n")[0].split()),
        "epilog": "\n".join([*epilog, docs]),
    }


def _split(names: str) -> list[str]:
    return [name.replace("+", " ") for name in names.split()]


def _name(argument: Any) -> str:
    """Return the name of an argument, in brackets where it may be left out."""
    name = str(argument.metavar)
    return name if argument.required or name.startswith("[") else f"[{name}]"
