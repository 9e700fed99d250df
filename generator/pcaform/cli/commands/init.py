"""`pcaform init`: writes a first spec, with comments, for one of the usual shapes of a PKI."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from pcaform.cli.exit_codes import OK
from pcaform.core import console
from pcaform.core.files import packaged_directory, read_file, resolve_target, write_target
from pcaform.core.problems import Failure

Shape = Literal["acm", "offline-root", "short-lived", "two-regions", "reference"]
_SHAPES: Mapping[Shape, str] = {
    "acm": "a root and an issuing CA for ACM",
    "offline-root": "an issuing CA whose root is outside AWS",
    "short-lived": "certificates of at most seven days, for a mesh",
    "two-regions": "a root and an issuing CA in each of two regions",
    "reference": "a CA that another stack or team manages",
}
_ACCOUNT, _REGION, _SECOND = "123456789012", "eu-west-1", "us-east-1"
_ARN = f"arn:aws:acm-pca:{_REGION}:{_ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
"""What the shapes have in the place of answers, as `Corp` and `corp.example`."""


def command(
    file: Annotated[Path | None, "FILE: The new spec; default: STACK.yaml."] = None,
    *,
    shape: Annotated[Shape | None, "--shape: What to start with."] = None,
    stack: Annotated[str | None, "--stack NAME: The name of the stack."] = None,
    account_id: Annotated[str | None, "--account-id ID: The AWS account."] = None,
    region: Annotated[str | None, "--region REGION: The region; default: AWS_REGION."] = None,
    organization: Annotated[str | None, "--organization NAME: In the subjects of the CAs."] = None,
    domain: Annotated[str, "--domain NAME: Certificates are requested for names below it."] = "corp.example",
    second_region: Annotated[str, "--second-region REGION: The other region, with --shape two-regions."] = _SECOND,
    arn: Annotated[str | None, "--arn ARN: The CA, with --shape reference."] = None,
    force: Annotated[bool, "--force: Overwrite the file."] = False,
) -> int:
    """Write a first spec, with comments, for a usual shape of PKI.

    What no option says is asked on a terminal.

    $ pcaform init
    $ pcaform init --shape acm --account-id 123456789012 --region eu-west-1
    - AWS_REGION
    > spec.md
    """
    from pcaform.rules.load import load_valid_text

    choice: Any = shape or _ask("--shape", f"Shape ({', '.join(_SHAPES)})", "acm")
    if choice not in get_args(Shape):
        raise Failure(f"--shape: there is no shape '{choice}', allowed: {', '.join(_SHAPES)}")
    name = stack or _ask("--stack", "Name of the stack", "corp-pki")
    answers = {
        _ACCOUNT: account_id or _ask("--account-id", "AWS account"),
        _REGION: region or os.environ.get("AWS_REGION") or _ask("--region", "Region"),
        "Corp": organization or _ask("--organization", "Organization, for the subjects of the CAs", "Corp"),
        "corp.example": domain,
        _SECOND: second_region,
    }
    if choice == "reference":
        answers = {_ARN: arn or _ask("--arn", "ARN of the CA")} | answers
    text = _fill(read_file(packaged_directory("templates") / "specs" / f"{choice}.yaml").decode(), name, answers)
    path = file or Path(f"{name}.yaml")
    load_valid_text(text, str(path), directory=path.parent)
    target = resolve_target(path)
    if target.before is not None and not force:
        raise Failure(f"{path}: already exists: give another file, or --force to overwrite it")
    write_target(target, text)
    console.print_progress(
        f"wrote {path}: {_SHAPES[choice]}",
        f"next: pcaform graph {path}; pcaform render {path} --out stacks; then 'terraform init' in stacks/{name}",
    )
    return OK


def _ask(option: str, question: str, default: str | None = None) -> str:
    """Return the answer on a terminal, else the default; raises Failure where there is neither."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() and "CI" not in os.environ:
        return str(typer.prompt(question, default=default, err=True))
    if default is None:
        raise Failure(f"{option} is missing, and there is no terminal to ask on")
    return default


def _fill(text: str, stack: str, answers: Mapping[str, str]) -> bytes:
    """Return a shape with the answers in the place of its examples; its comments stay."""
    from pcaform.spec.yaml_edit.edit import edit
    from pcaform.spec.yaml_reader import parse

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [fill(each) for each in value]
        for example, answer in answers.items():
            if isinstance(value, str) and example in value:
                return value.replace(example, answer)
        return value

    return edit(text, {**fill(parse(text.encode(), "shape").data), "stack": stack}).encode()
