"""`pcaform graph`: shows the hierarchy of a spec, and who may issue from each CA."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console


def command(
    spec: Annotated[str, "SPEC: The spec's file, or '-'."],
    *,
    form: Annotated[
        Literal["text", "mermaid", "dot"], "--format: A tree, or a graph for Mermaid or Graphviz."
    ] = "text",
) -> int:
    """Show which CA signs which, and who may issue from each CA.

    A state or an account becomes a spec first: see the second example.

    $ pcaform graph corp-pki.yaml
    $ pcaform import aws --stack corp-pki | pcaform graph - --format mermaid
    > spec.md
    """
    from pcaform.render import graph
    from pcaform.rules.load import load_file

    formats = {"text": graph.format_tree, "mermaid": graph.format_mermaid, "dot": graph.format_dot}
    console.print_result(formats[form](graph.build_graph(load_file(spec))))
    return OK
