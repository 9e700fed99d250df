"""The options that several commands share: the words that one takes, and groups that a command takes as one value.

Each is written as a line of its help: `--name METAVAR: help` for an option, `METAVAR: help` for an argument.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pcaform.core import console, facts
from pcaform.core.files import is_directory
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.sources.aws.session import Caller
    from pcaform.sources.aws.snapshot import Filters
    from pcaform.sources.hcl.providers import Options

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")
_ARN = re.compile(facts.CA_ARN)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")
_ROLE_NAME = re.compile(r"([\x21-\x39\x3b-\x7e]+/)?[\w+=,.@-]{1,64}", re.ASCII)
_DAYS = re.compile(r"(?P<number>[0-9]{1,4})(?P<unit>[dw]?)")

Format = Annotated[Literal["text", "markdown", "json", "github", "sarif"], "--format: The output format."]
Expiring = Annotated[str, "--expiring DAYS: Report what ends within this time, such as 90d or 12w."]
QUIET = "Print results, warnings and errors only."
VERBOSE = "Print what runs and what is written too: programs, AWS requests and files."
COMPLETION = "_PCAFORM_COMPLETE"
"""The variable by which a shell asks for completions."""
AcceptedChange = StrEnum(
    "AcceptedChange",
    {
        "tags": "tags",
        "force_destroy": "force-destroy",
        "timeouts": "timeouts",
        "wording": "wording",
        "forget": "forget",
    },
)
"""What `adopt --accept` takes."""


class Status(StrEnum):
    """What `import aws --status` takes: every status of a CA."""

    CREATING = "CREATING"
    PENDING_CERTIFICATE = "PENDING_CERTIFICATE"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    DELETED = "DELETED"


def expand_groups(command: Callable[..., int]) -> Callable[..., int]:
    """Return a command for Typer: each parameter that is a group, a dataclass of options, becomes those options."""
    own = signature(command).parameters
    shared = {name: each for name, each in signature(Verbosity).parameters.items() if name not in own}
    parameters = {**own, **shared}
    groups: dict[str, Any] = {
        name: each.annotation for name, each in parameters.items() if is_dataclass(each.annotation)
    }
    members = {name: signature(group).parameters for name, group in groups.items()}

    @wraps(command)
    def expanded(**values: Any) -> int:
        for name, group in groups.items():
            values[name] = group(**{option: values.pop(option) for option in members[name]})
        Verbosity(values["is_quiet"], values["is_verbose"]).set()
        return command(**{name: value for name, value in values.items() if name in own})

    options = [
        option.replace(kind=Parameter.KEYWORD_ONLY, annotation=_annotate(option.annotation))
        for name, each in parameters.items()
        for option in (members[name].values() if name in groups else [each])
    ]
    expanded.__annotations__ = {option.name: option.annotation for option in options}
    vars(expanded)["__signature__"] = Signature(options)
    return expanded


def _annotate(annotation: Any) -> Any:
    """Return an annotation for Typer, whose line of text is an option or an argument."""
    (line,) = annotation.__metadata__
    if not isinstance(line, str):  # it has limits that no line has
        return annotation
    head, _, text = line.partition(": ")
    names = re.findall(r"(?<!\S)--?[a-z-]+", head)
    if names:
        metavar = head.partition(names[-1])[2].strip()
        return Annotated[annotation.__origin__, typer.Option(*names, metavar=metavar or None, help=text)]
    return Annotated[annotation.__origin__, typer.Argument(metavar=head, help=text)]


@dataclass(frozen=True, slots=True)
class Verbosity:
    """How much a command says besides its result; every command has these options."""

    is_quiet: Annotated[bool, f"--quiet -q: {QUIET}"] = False
    is_verbose: Annotated[bool, f"--verbose -v: {VERBOSE}"] = False

    def set(self) -> None:
        """Make it that of this process, unless it says nothing: an option of `pcaform` may have said it."""
        if self.is_quiet and self.is_verbose:
            raise Failure("--quiet and --verbose exclude each other")
        if self.is_quiet or self.is_verbose:
            console.set_verbosity(-1 if self.is_quiet else 1)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Where the spec goes, and the name of its stack, which no source has.

    `out` is a new file, or a directory with one file per stack; `into` is a spec that exists. `form` is the report's.
    """

    stack: Annotated[str, "--stack NAME: The name of the stack, which no source knows. Not with --into."] = ""
    out: Annotated[
        Path | None, "--out FILE|DIR: A new file, or a directory for one file per stack. Default: print it."
    ] = None
    into: Annotated[Path | None, "--into SPEC: Change only what differs in this existing spec."] = None
    is_dry_run: Annotated[bool, "--dry-run: Write nothing; print a unified diff; exit 2 if there is one."] = False
    form: Annotated[Literal["text", "json"], "--format: The format of the report; json goes to standard output."] = (
        "text"
    )
    force: Annotated[bool, "--force: Overwrite the file that --out names."] = False

    def check(self) -> None:
        """Raise Failure for options that contradict each other, before anything is read."""
        if self.into is not None and self.out is not None:
            raise Failure("--into changes an existing spec, --out writes a new one: give one of them")
        if self.into is None and not self.stack:
            raise Failure("--stack NAME is missing: no source knows it; to change a spec that exists, give --into SPEC")
        if self.into is None and self.out is None:
            if self.is_dry_run:
                raise Failure("--dry-run shows what would change in a file: give --into SPEC or --out FILE with it")
            if self.form == "json":
                raise Failure(
                    "--format json prints the report where the spec is printed: give --out FILE or --into SPEC with it"
                )


@dataclass(frozen=True, slots=True)
class FileOptions:
    """Where the CAs of Terraform files are, if the files do not say it."""

    region: Annotated[str | None, "--region REGION: The region, if no provider block names it."] = None
    account_id: Annotated[str | None, "--account-id ID: The account, if no provider block names it."] = None

    def options(self, var_files: tuple[str, ...] = ()) -> "Options":
        """Return the options of reading files."""
        from pcaform.sources.hcl.providers import Options

        return Options(region=self.region, account_id=self.account_id, var_files=var_files)


FROM_FILES = FileOptions()
"""Where the files say it themselves."""


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """Which AWS account is read, by whom, and in which regions."""

    profile: Annotated[str | None, "--profile NAME: A profile of ~/.aws/config."] = None
    region: Annotated[
        list[str] | None, "--region REGION: A region to read; repeatable. Default: that of the profile."
    ] = None
    all_regions: Annotated[bool, "--all-regions: Every region that the account has enabled."] = False
    assume_role: Annotated[str | None, "--assume-role ARN: The role to assume for reading."] = None
    external_id: Annotated[str | None, "--external-id ID: The external ID that this role requires."] = None

    def caller(self, role: str | None = None) -> "Caller":
        """Return who reads and where; a CA named by its ARN names its region too. Raises Failure for bad usage.

        `role` is the name of a role in each of many accounts.
        """
        from pcaform.sources.aws.session import Caller

        names = tuple(dict.fromkeys(self.region or self.regions_of_cas()))
        wrong = [region for region in names if _REGION.fullmatch(region) is None]
        if wrong:
            raise Failure(f"'{wrong[0]}' is not a region, expected one such as eu-west-1")
        if self.region and self.all_regions:
            raise Failure("--region and --all-regions exclude each other")
        if self.assume_role and not _ROLE.fullmatch(self.assume_role):
            raise Failure(
                f"--assume-role '{self.assume_role}': expected the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME"
            )
        if self.assume_role and role:
            raise Failure("--role is assumed by the caller: instead of --assume-role, give a --profile that assumes it")
        if role and self.regions_of_cas():
            raise Failure("--arn names a CA of one account: leave it out, or leave the other accounts out")
        if self.external_id and not (self.assume_role or role):
            raise Failure("--external-id needs a role: name it with --assume-role")
        regions = () if self.all_regions else names
        return Caller(self.profile, self.assume_role, self.external_id, regions, self.all_regions)

    def regions_of_cas(self) -> list[str]:
        """Return the regions of the CAs that are named; here there are none."""
        return []


@dataclass(frozen=True, slots=True)
class CaOptions(AccountOptions):
    """Which AWS account is read, and which CAs in it."""

    arn: Annotated[list[str] | None, "--arn ARN: Only this CA; repeatable."] = None
    tag: Annotated[list[str] | None, "--tag KEY=VALUE: Only CAs with this tag; repeatable, then with all of them."] = (
        None
    )

    def regions_of_cas(self) -> list[str]:
        """Return the region of each CA that is named; raises Failure for what is not the ARN of a CA."""
        for arn in self.arn or ():
            if not _ARN.fullmatch(arn):
                raise Failure(
                    f"'{arn}' is not the ARN of a CA, expected "
                    "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/UUID"
                )
        return [arn.split(":")[3] for arn in self.arn or ()]

    def filters(self, statuses: tuple[str, ...] = ()) -> "Filters":
        """Return which CAs are read; raises Failure for bad usage."""
        from pcaform.sources.aws.snapshot import Filters

        pairs = [tag.partition("=") for tag in self.tag or ()]
        incomplete = [key for key, sign, _ in pairs if not (key and sign)]
        if incomplete:
            raise Failure(f"--tag '{incomplete[0]}': expected KEY=VALUE")
        self.regions_of_cas()
        return Filters(tuple(self.arn or ()), tuple((key, value) for key, _, value in pairs), statuses)


@dataclass(frozen=True, slots=True)
class ManyOptions:
    """Which accounts are read instead of one, and by which role in each."""

    accounts: Annotated[
        str | None, "--accounts FILE: Read many accounts: a line has an id and, if you like, a name; '-' is stdin."
    ] = None
    organization: Annotated[
        str | None,
        "--organization ID: Read the ACTIVE accounts below a root or unit, such as ou-1a2b-3c4d5e6f; or 'all'.",
    ] = None
    specs: Annotated[list[str] | None, "--specs DIR: Read the accounts and regions of these specs; repeatable."] = None
    role: Annotated[
        str | None, "--role NAME: The role to assume in each account; in the caller's own none is assumed."
    ] = None
    shard: Annotated[str | None, "--shard K/N: Only part K of N of these accounts, for one of N jobs."] = None
    checkpoint: Annotated[
        Path | None, "--checkpoint PATH: Keep answers here, and resume from them; for many accounts a directory."
    ] = None

    def is_given(self, *, keeps_one: bool = False) -> bool:
        """Tell whether there are many accounts; raises Failure for options that do not fit together.

        A command that `keeps_one` takes a checkpoint for one account too, which is a file.
        """
        given = [each for each in (self.accounts, self.organization, self.specs) if each]
        if len(given) > 1:
            raise Failure("--accounts, --organization and --specs exclude each other")
        if not given and (self.role or self.shard):
            raise Failure("--role and --shard are for many accounts: give --accounts, --organization or --specs too")
        if given and not self.role:
            raise Failure("--role NAME is missing: the role to assume in each account")
        if self.role and not _ROLE_NAME.fullmatch(self.role):
            raise Failure(f"--role '{self.role}': expected the name of a role, with its path if it has one, and no ARN")
        if given and self.checkpoint and not is_directory(self.checkpoint):
            raise Failure(f"--checkpoint {self.checkpoint}: there is no such directory: make it first")
        if not (given or keeps_one) and self.checkpoint:
            raise Failure("--checkpoint is for many accounts: give --accounts, --organization or --specs too")
        return bool(given)


def parse_expiring(text: str) -> timedelta:
    """Return the time that `--expiring` names; raises Failure for bad usage."""
    match = _DAYS.fullmatch(text)
    if match is None:
        raise Failure(f"--expiring '{text}': expected days or weeks, such as 90d or 12w")
    return timedelta(days=int(match["number"]) * (7 if match["unit"] == "w" else 1))
