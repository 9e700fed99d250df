"""What belongs to a CA or certificate that was left out -> left out too: what ties them only stands for an ARN."""

from collections.abc import Iterable, Sequence
from typing import Any

from pcaform.inventory import Remark, Resource, is_symbolic
from pcaform.sources.hcl import symbols

_AUTHORITY = "aws_acmpca_certificate_authority"
_CERTIFICATE = "aws_acmpca_certificate"
_OWNERS = ("certificate_authority_arn", "resource_arn")
_REASON = "what it belongs to or was signed by is left out: import from the state instead, where it is known"


def attached(resources: Iterable[Resource]) -> tuple[list[Resource], list[Remark]]:
    """Return the resources whose CAs and certificates are there too, and a remark for each of the others."""
    kept = list(resources)
    remarks: list[Remark] = []
    while lost := _lost(kept):
        kept = [each for each in kept if each.address not in lost]
        remarks += [Remark("unknown", address, f"{each.origin}: {_REASON}") for address, each in lost.items()]
    return kept, remarks


def _lost(resources: Sequence[Resource]) -> dict[str, Resource]:
    """Return by address what belongs to a CA, or has a certificate, that is not among the resources."""
    arns = {each.attributes.get("arn") for each in resources if each.type == _AUTHORITY}
    certificates = {each.attributes.get("certificate") for each in resources if each.type == _CERTIFICATE}
    return {
        each.address: each
        for each in resources
        if any(_is_absent(each.attributes.get(name), arns) for name in _OWNERS)
        or (
            symbols.is_certificate(each.attributes.get("certificate"))
            and each.attributes["certificate"] not in certificates
        )
    }


def _is_absent(arn: Any, arns: set[Any]) -> bool:
    return isinstance(arn, str) and is_symbolic(arn) and arn not in arns
