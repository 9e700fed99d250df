"""`pcaform graph`: shows a hierarchy, and who may issue from each CA, of a spec, a state or an account."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.cli.options import AccountOptions
from pcaform.core import console
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.render.graph import Graph


def command(
    spec: Annotated[str | None, "[SPEC]: The spec's file, or '-'."] = None,
    *,
    state: Annotated[str | None, "--state FILE: A Terraform state instead, or '-'."] = None,
    live: Annotated[bool, "--live: Read an AWS account instead: the CAs and who signed them."] = False,
    form: Annotated[
        Literal["text", "mermaid", "dot"], "--format: A tree, or a graph for Mermaid or Graphviz."
    ] = "text",
    account: AccountOptions,
) -> int:
    """Show which CA signs which, and who may issue from each CA.

    Give one of a spec, a state and an account. Of an account it shows who signed whom; 'access' shows who may issue.

    $ pcaform graph corp-pki.yaml
    $ pcaform graph --state terraform.tfstate --format mermaid
    $ pcaform graph --live --all-regions
    - AWS_PROFILE AWS_REGION
    > spec.md
    """
    from pcaform.render import graph

    if (spec is not None) + (state is not None) + live != 1:
        raise Failure("name one of a SPEC, --state FILE, and --live")
    if not live and account != AccountOptions():
        raise Failure("profiles, regions and roles are for reading an account: add --live")
    formats = {"text": graph.format_tree, "mermaid": graph.format_mermaid, "dot": graph.format_dot}
    console.print_result("\n".join(map(formats[form], _build_graphs(spec, state, account))))
    return OK


def _build_graphs(spec: str | None, state: str | None, account: AccountOptions) -> "Iterator[Graph]":
    from pcaform.render.graph import build_graph

    if spec is not None:
        from pcaform.rules.load import load_file

        yield build_graph(load_file(spec))
    elif state is not None:
        from pcaform.core.files import display_name, read_bytes
        from pcaform.importer.infer.infer import infer
        from pcaform.sources import tfstate

        inferred = infer(tfstate.read(read_bytes(state), display_name(state)), stack="state")
        for each in inferred:
            console.print_status(*(f"not shown: {note.address}: {note.reason}" for note in each.notes))
        yield from (build_graph(each.spec) for each in inferred)
    else:
        from pcaform.checks.report.parts import build_account_graph
        from pcaform.cli.account_session import open_account
        from pcaform.sources.account_snapshot import CERTIFICATE
        from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot

        opened = open_account(account.caller())
        yield build_account_graph(read_snapshot(opened, SnapshotRequest(parts=(CERTIFICATE,))))
