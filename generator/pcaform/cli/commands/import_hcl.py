"""`pcaform import hcl`: writes the spec of the CAs that Terraform files configure."""

from dataclasses import replace
from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import FROM_FILES, FileOptions, ImportOptions
from pcaform.core import console

_HINT = (
    "what is unknown here Terraform may know: '--evaluate' lets it evaluate a copy on the sandbox; or use "
    "'pcaform import plan' with the output of 'terraform show -json PLAN'"
)


def command(
    directory: Annotated[str, "DIR: The directory of a stack, or of a configuration."],
    *,
    var_file: Annotated[list[str] | None, "--var-file FILE: A file with values of variables; repeatable."] = None,
    is_evaluated: Annotated[
        bool, "--evaluate: Let Terraform evaluate the rest, in a copy of the files on the sandbox."
    ] = False,
    is_of_opentofu: Annotated[
        bool, "--opentofu: Read '*.tofu' files as well, in place of those of the same name, as OpenTofu does."
    ] = False,
    location: FileOptions = FROM_FILES,
    options: ImportOptions,
) -> int:
    """Write a spec of the CAs in Terraform files.

    What is not literal there is left out, or see --evaluate. Exit code 2 if something is left out, unknown or in
    conflict.

    $ pcaform import hcl infra/pki --stack corp-pki --out corp-pki.yaml
    $ pcaform import hcl infra/pki --evaluate --stack corp-pki
    - PCAFORM_TERRAFORM PCAFORM_PROVIDER_MIRROR
    """
    from pcaform.cli.import_result import write_result
    from pcaform.sources.hcl.read import read

    given = replace(location.options(tuple(var_file or ())), is_of_opentofu=is_of_opentofu)
    inventory = read(directory, given)
    is_unknown = any(note.kind == "unknown" for note in inventory.notes)
    if is_evaluated and is_unknown:
        from pcaform.cli.evaluation import evaluate

        inventory = evaluate(directory, inventory, given)
    elif is_unknown:
        console.print_status(_HINT)
    return OK if write_result(inventory, options) else FINDINGS
