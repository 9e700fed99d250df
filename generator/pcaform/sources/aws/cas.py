"""Listed CAs and the answers about them -> resources, and what is to say of each."""

from collections.abc import Iterable, Iterator
from typing import Any

from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import Answers, Question, Unknown
from pcaform.sources.aws.ca_statuses import status_handling, status_notes
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.list_cas import ListedCa
from pcaform.sources.inventory import ImportNote, Resource

_OWN = (
    api_calls.PERMISSIONS,
    api_calls.POLICY,
    api_calls.CERTIFICATE,
    api_calls.REQUEST,
    api_calls.TAGS,
)
_FOREIGN = (api_calls.CERTIFICATE,)
"""What the default permission of a share lets others read, and a reference needs: which CA it is parent of."""


def asked(found: Iterable[ListedCa]) -> list[Question]:
    """Return what is to ask about CAs: everything that is written of each, nothing of those that are not written."""
    return [
        Question(operation, each.arn)
        for each in found
        if status_handling(each.authority["Status"]).is_written
        for operation in (_FOREIGN if each.is_foreign else _OWN)
    ]


def resources(each: ListedCa, answers: Answers, filters: Filters, *, origin: str) -> Iterator[Resource | ImportNote]:
    """Yield a CA with what hangs on it, and what is to say of it; nothing for one whose tags are not wanted."""
    tags = answers.get(Question(api_calls.TAGS, each.arn), {})
    if filters.tags and isinstance(tags, Unknown):
        yield ImportNote("unknown", each.arn, f"whether it has the tags that are asked for: {tags.reason}")
        return
    if filters.tags and not filters.has_wanted_tags(tags):
        return
    yield from status_notes(each.authority)
    if status_handling(each.authority["Status"]).is_written:
        yield from _written(each, answers, origin)


def bare(found: Iterable[ListedCa], answers: Answers, filters: Filters) -> Iterator[Resource | ImportNote]:
    """Yield CAs by what their list says, for whom it is enough which CAs there are."""
    for each in found:
        tags = answers.get(Question(api_calls.TAGS, each.arn), {})
        if isinstance(tags, Unknown):
            yield ImportNote("unknown", each.arn, f"whether it has the tags that are asked for: {tags.reason}")
        elif filters.has_wanted_tags(tags) and status_handling(each.authority["Status"]).is_written:
            attributes = convert.arguments(each.authority)
            yield Resource(
                "aws_acmpca_certificate_authority", each.arn, attributes, each.arn, is_reference=each.is_foreign
            )


def _written(each: ListedCa, answers: Answers, origin: str) -> Iterator[Resource | ImportNote]:
    why = convert.unmanageable_reason(each.authority)
    if why and not each.is_foreign:
        yield ImportNote("left out", each.arn, f"{why}; it is written as a reference, which manages nothing of it")
    is_reference = each.is_foreign or bool(why)
    attributes = convert.arguments(each.authority)
    for operation in _FOREIGN if each.is_foreign else _OWN:
        answer = answers[Question(operation, each.arn)]
        if isinstance(answer, Unknown):
            yield ImportNote("unknown", each.arn, f"{_NAMES[operation]}: {answer.reason}")
        else:
            attributes |= _attributes(operation, answer)
    yield Resource(
        "aws_acmpca_certificate_authority", each.arn, attributes, each.arn, origin=origin, is_reference=is_reference
    )
    if not is_reference:
        yield from (ImportNote("left out", each.arn, said) for said in convert.unsupported_settings(each.authority))
    if not each.is_foreign:
        yield from _permissions(each.arn, answers[Question(api_calls.PERMISSIONS, each.arn)], origin)
        yield from _policy(each.arn, answers[Question(api_calls.POLICY, each.arn)], origin)


_NAMES = {
    api_calls.PERMISSIONS: "permissions",
    api_calls.POLICY: "policy",
    api_calls.CERTIFICATE: "certificate",
    api_calls.REQUEST: "certificate_signing_request",
    api_calls.TAGS: "tags",
}


def _attributes(operation: str, answer: Any) -> dict[str, Any]:
    if operation == api_calls.TAGS:
        return {"tags_all": convert.own_tags(answer)}
    if operation == api_calls.REQUEST:
        return {"certificate_signing_request": answer}
    if operation == api_calls.CERTIFICATE:
        return {
            "certificate": answer.get("Certificate", ""),
            "certificate_chain": answer.get("CertificateChain", ""),
        }
    return {}


def _permissions(arn: str, answer: Any, origin: str) -> Iterator[Resource]:
    for each in [] if isinstance(answer, Unknown) else answer:
        principal, source = each["Principal"], each.get("SourceAccount", "")
        yield Resource(
            "aws_acmpca_permission",
            f"{arn},{principal}",
            {"certificate_authority_arn": arn, "actions": sorted(each["Actions"]), "principal": principal}
            | ({"source_account": source} if source else {}),
            f"{arn},{principal},{source}",
            origin=origin,
        )


def _policy(arn: str, answer: Any, origin: str) -> Iterator[Resource]:
    if isinstance(answer, str):
        yield Resource(
            "aws_acmpca_policy", f"{arn},policy", {"resource_arn": arn, "policy": answer}, arn, origin=origin
        )
