"""Converts listed CAs and the responses about them to resources and notes."""

from collections.abc import Iterable, Iterator
from typing import Any

from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import ApiCall, FailedCall, Responses
from pcaform.sources.aws.ca_statuses import status_handling, status_notes
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.list_cas import ListedCa
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform.resource_types import AUTHORITY, PERMISSION, SHARE

_OWN = (
    api_calls.PERMISSIONS,
    api_calls.POLICY,
    api_calls.CERTIFICATE,
    api_calls.REQUEST,
    api_calls.TAGS,
)
_FOREIGN = (api_calls.CERTIFICATE,)
"""What the default permission of a RAM share allows to read; a reference needs it, as the parent of CAs."""
_NAMES = {
    api_calls.PERMISSIONS: "permissions",
    api_calls.POLICY: "policy",
    api_calls.CERTIFICATE: "certificate",
    api_calls.REQUEST: "certificate_signing_request",
    api_calls.TAGS: "tags",
}
"""Names of the operations' results in notes."""


def list_calls(cas: Iterable[ListedCa]) -> list[ApiCall]:
    """Return the API calls about the CAs that are written to a spec."""
    return [
        ApiCall(operation, ca.arn)
        for ca in cas
        if status_handling(ca.description["Status"]).is_written
        for operation in (_FOREIGN if ca.is_foreign else _OWN)
    ]


def list_resources(
    ca: ListedCa, responses: Responses, filters: Filters, *, origin: str
) -> Iterator[Resource | ImportNote]:
    """Yield a CA with its permissions and policy, and notes; nothing if its tags are not selected."""
    tags = responses.get(ApiCall(api_calls.TAGS, ca.arn), {})
    if filters.tags and isinstance(tags, FailedCall):
        yield ImportNote("unknown", ca.arn, f"whether it has the selected tags: {tags.reason}")
        return
    if filters.tags and not filters.has_selected_tags(tags):
        return
    yield from status_notes(ca.description)
    if status_handling(ca.description["Status"]).is_written:
        yield from _list_written(ca, responses, origin)


def list_bare_resources(
    cas: Iterable[ListedCa], responses: Responses, filters: Filters
) -> Iterator[Resource | ImportNote]:
    """Yield CAs with only the attributes of ListCertificateAuthorities."""
    for ca in cas:
        tags = responses.get(ApiCall(api_calls.TAGS, ca.arn), {})
        if isinstance(tags, FailedCall):
            yield ImportNote("unknown", ca.arn, f"whether it has the selected tags: {tags.reason}")
        elif filters.has_selected_tags(tags) and status_handling(ca.description["Status"]).is_written:
            attributes = convert.to_arguments(ca.description)
            yield Resource(
                AUTHORITY,
                ca.arn,
                attributes,
                ca.arn,
                is_reference=ca.is_foreign,
            )


def _list_written(ca: ListedCa, responses: Responses, origin: str) -> Iterator[Resource | ImportNote]:
    why = convert.unmanageable_reason(ca.description)
    if why and not ca.is_foreign:
        yield ImportNote("left out", ca.arn, f"{why}; it is written as a reference, which is not managed")
    is_reference = ca.is_foreign or bool(why)
    attributes = convert.to_arguments(ca.description)
    for operation in _FOREIGN if ca.is_foreign else _OWN:
        response = responses[ApiCall(operation, ca.arn)]
        if isinstance(response, FailedCall):
            yield ImportNote("unknown", ca.arn, f"{_NAMES[operation]}: {response.reason}")
        else:
            attributes |= _read_attributes(operation, response)
    yield Resource(
        AUTHORITY,
        ca.arn,
        attributes,
        ca.arn,
        origin=origin,
        is_reference=is_reference,
    )
    if not is_reference:
        yield from (ImportNote("left out", ca.arn, setting) for setting in convert.unsupported_settings(ca.description))
    if not ca.is_foreign:
        yield from _permission_resources(ca.arn, responses[ApiCall(api_calls.PERMISSIONS, ca.arn)], origin)
        yield from _policy_resources(ca.arn, responses[ApiCall(api_calls.POLICY, ca.arn)], origin)


def _read_attributes(operation: str, response: Any) -> dict[str, Any]:
    if operation == api_calls.TAGS:
        return {"tags_all": convert.user_tags(response)}
    if operation == api_calls.REQUEST:
        return {"certificate_signing_request": response}
    if operation == api_calls.CERTIFICATE:
        return {
            "certificate": response.get("Certificate", ""),
            "certificate_chain": response.get("CertificateChain", ""),
        }
    return {}


def _permission_resources(arn: str, response: Any, origin: str) -> Iterator[Resource]:
    for permission in [] if isinstance(response, FailedCall) else response:
        principal, source = permission["Principal"], permission.get("SourceAccount", "")
        yield Resource(
            PERMISSION,
            f"{arn},{principal}",
            {"certificate_authority_arn": arn, "actions": sorted(permission["Actions"]), "principal": principal}
            | ({"source_account": source} if source else {}),
            f"{arn},{principal},{source}",
            origin=origin,
        )


def _policy_resources(arn: str, response: Any, origin: str) -> Iterator[Resource]:
    if isinstance(response, str):
        yield Resource(SHARE, f"{arn},policy", {"resource_arn": arn, "policy": response}, arn, origin=origin)
