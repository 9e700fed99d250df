"""`import hcl --evaluate`: lets Terraform evaluate a copy of the files on the sandbox, with nothing of the caller's."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core.problems import Failure
from pcaform.sources import tfplan
from pcaform.sources.hcl.blocks import Block, parse_body
from pcaform.sources.hcl.lexer import decode_source
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import add_evaluated
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.terraform.runner import Terraform, TerraformError, find_binary

_SOURCE = re.compile(r'^\s*source\s*=\s*"(?P<path>\.\.?/[^"]*)"', re.MULTILINE)
_LEFT = (".terraform", ".terraform.*", ".git", "*.tfstate*", "crash.log")
_MODULES = Path(".terraform") / "modules"
_OVERRIDE = "zzz_pcaform_override.tf"
_LOCAL = 'terraform {\n  backend "local" {}\n}\n'
_CREDENTIALS = ("profile", "access_key", "secret_key", "token", "shared_config_files", "shared_credentials_files")
_ACCOUNT, _REGION = "123456789012", "eu-west-1"
_SHOWN = 12
"""Lines of Terraform's message in a note."""
_WHAT_TO_DO = (
    "what it could evaluate is taken. Give missing values with --var-file, or plan where the files are at home and use "
    "'pcaform import plan'"
)


def evaluate(directory: str, files: Inventory, options: Options) -> Inventory:
    """Return what files hold, with what only Terraform can evaluate; raises Failure where there is no Terraform."""
    binary, own = find_binary(), files.providers.get("")
    account_id = own.account_id if own else options.account_id or _ACCOUNT
    region = own.region if own else options.region or _REGION
    with tempfile.TemporaryDirectory(prefix="pcaform-evaluate-") as scratch:
        root = _copy(Path(directory).resolve(), Path(scratch))
        variables = [f"-var-file={Path(name).resolve()}" for name in options.var_files]
        selected = Path(directory) / ".terraform" / "environment"
        workspace = {"TF_WORKSPACE": selected.read_text(encoding="utf-8").strip()} if selected.is_file() else {}
        with open_sandbox(account_id=account_id, region=region) as (_, environment):
            terraform = Terraform(binary, root, {**environment, **workspace})
            plan, problem = _plan(terraform, Path(scratch) / "plan", variables)
    notes = [ImportNote("unknown", directory, f"{problem}; {_WHAT_TO_DO}")] if problem else []
    planned = tfplan.read(plan, directory, options, files=files) if plan else None
    return add_evaluated(files, planned, notes)


def _plan(terraform: Terraform, file: Path, variables: list[str]) -> tuple[bytes, str]:
    """Return a plan as JSON, empty if there is none, and what Terraform said of what it could not evaluate."""
    problem = ""
    try:
        terraform.init()
        terraform.plan(file, *variables)
    except TerraformError as error:
        text = "\n".join(error.lines).replace(f" in {terraform.directory}", "")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        problem = " ".join(lines[:_SHOWN])
    return (json.dumps(terraform.show(file)).encode() if file.exists() else b""), problem


def _copy(root: Path, scratch: Path) -> Path:
    """Copy a configuration with its local modules, without state and backend; return the copy of the root module."""
    directories = list(_directories(root))
    top = Path(os.path.commonpath(directories))
    for each in directories:
        shutil.copytree(
            each,
            scratch / "files" / each.relative_to(top),
            ignore=shutil.ignore_patterns(*_LEFT),
            ignore_dangling_symlinks=True,
            dirs_exist_ok=True,
        )
    copy = scratch / "files" / root.relative_to(top)
    if (root / _MODULES).is_dir():  # what 'terraform init' has downloaded already
        shutil.copytree(root / _MODULES, copy / _MODULES, ignore_dangling_symlinks=True)
    for each in directories:
        here = scratch / "files" / each.relative_to(top)
        blocks = [block for path in sorted(here.glob("*.tf")) for block in _blank_imports(path)]
        providers = [_override(block) for block in blocks if (block.type, block.labels) == ("provider", ("aws",))]
        text = "".join([_LOCAL if here == copy else "", *dict.fromkeys(providers)])
        if text:
            (here / _OVERRIDE).write_text(text, encoding="utf-8")
    return copy


def _directories(root: Path) -> Iterator[Path]:
    """Yield the directories of the modules that a configuration calls by a local path, itself first."""
    waiting, seen = [root], {root}
    while waiting:
        directory = waiting.pop()
        yield directory
        for path in directory.glob("*.tf"):
            sources = _SOURCE.finditer(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else ()
            found = {(directory / match["path"]).resolve() for match in sources}
            new = [each for each in sorted(found - seen) if each.is_dir()]
            seen.update(new)
            waiting += new


def _blank_imports(path: Path) -> list[Block]:
    """Take the `import` blocks out of a file, whose objects the sandbox does not have; return all blocks."""
    try:
        source = decode_source(path.read_bytes(), path.name)
        blocks = parse_body(source).blocks
    except Failure:  # Terraform says better what is wrong
        return []
    text = source.text
    for block in (each for each in blocks if each.type == "import"):
        text = text[: block.start] + re.sub(r"[^\n]", " ", text[block.start : block.stop]) + text[block.stop :]
    if text != source.text:
        path.write_text(text, encoding="utf-8")
    return blocks


def _override(block: Block) -> str:
    alias = block.body.attributes.get("alias")
    lines = [f"alias = {alias.value.text}"] if alias else []
    lines += [f"{name} = null" for name in _CREDENTIALS if name in block.body.attributes]
    return "".join(['provider "aws" {\n', *(f"  {line}\n" for line in lines), "}\n"])
